"""One base class for everything that goes wrong in a way a user can understand and mend.

A class per kind is defined beside the code that raises it; each derives from one of the classes here, which fixes the
exit code and the `code` of the JSON error.
"""

import errno
from typing import ClassVar


class LeadnurtureError(Exception):
    """A failure with a message for the user: what happened, where, and what to do next (`hint`)."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "FAILED"

    def __init__(self, message: str, *, hint: str | None = None, detail: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail  # JSON-able facts for --json: candidates, problems, rows


class UsageError(LeadnurtureError):
    """The command line itself is wrong."""

    exit_code = 2
    code = "USAGE"


class InvalidInputError(LeadnurtureError):
    """A value, a file or a row cannot be understood."""

    exit_code = 10
    code = "INVALID_INPUT"


class NotFoundError(LeadnurtureError):
    """What was asked for is not there."""

    exit_code = 11
    code = "NOT_FOUND"


class ConflictError(LeadnurtureError):
    """Something is already there, or a name fits several things."""

    exit_code = 12
    code = "CONFLICT"


class BusyError(LeadnurtureError):
    """Another process is working on the studio."""

    exit_code = 13
    code = "BUSY"


class ConfigurationError(LeadnurtureError):
    """The studio's configuration or its files do not work."""

    exit_code = 14
    code = "CONFIGURATION"


class OutsideWorldError(LeadnurtureError):
    """A server, a mailbox or the network did not do what it should."""

    exit_code = 15
    code = "OUTSIDE_WORLD"


def way_out_of(trouble: OSError) -> str:
    """Return what to do next where the system refuses to write: make room, or look at the permissions."""
    is_full = trouble.errno in {errno.ENOSPC, errno.EDQUOT}
    return "free some space and run it again" if is_full else "check the path and its permissions"
