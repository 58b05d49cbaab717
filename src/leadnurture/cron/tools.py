"""Running the system's own tools: `crontab`, `systemctl`, `launchctl`."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from leadnurture.errors import OutsideWorldError

_PATIENCE = 30  # seconds; none of them has anything to wait for


class MissingToolError(OutsideWorldError):
    """The system has no such tool."""


class ToolFailedError(OutsideWorldError):
    """A tool did not do what it was asked to."""


def has(tool: str) -> bool:
    """Tell whether a tool is on the PATH."""
    return shutil.which(tool) is not None


def run(words: Sequence[str], *, hint: str, given: bytes = b"") -> bytes:
    """Return what a tool prints; raises MissingToolError, and ToolFailedError with the tool's words and `hint`."""
    done = attempt(words, hint=hint, given=given)
    if done.returncode:
        raise ToolFailedError(failure(words, done), hint=hint)
    return done.stdout


def attempt(words: Sequence[str], *, hint: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Run a tool to its end, whatever that is; raises MissingToolError, and ToolFailedError if it has none."""
    plain = os.environ | {"LC_ALL": "C"}  # for words that can be recognised
    try:
        return subprocess.run(words, input=given, capture_output=True, timeout=_PATIENCE, check=False, env=plain)
    except FileNotFoundError:
        raise MissingToolError(f"this system has no `{words[0]}`", hint=hint) from None
    except subprocess.TimeoutExpired:
        raise ToolFailedError(f"`{' '.join(words)}` did not end in {_PATIENCE} s", hint=hint) from None
    except OSError as error:
        raise ToolFailedError(f"`{words[0]}` cannot be run: {error.strerror}", hint=hint) from None


def answer(words: Sequence[str], *, hint: str) -> "subprocess.CompletedProcess[bytes] | None":
    """Run a tool that is only asked something; None if it is not there or has no end."""
    try:
        return attempt(words, hint=hint)
    except (MissingToolError, ToolFailedError):
        return None


def failure(words: Sequence[str], done: "subprocess.CompletedProcess[bytes]") -> str:
    """Return what a tool said when it failed, as one line."""
    said = " ".join((done.stderr or done.stdout).decode(errors="replace").split())
    return f"`{' '.join(words)}` failed" + (f": {said}" if said else f" with {done.returncode}")
