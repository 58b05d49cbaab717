"""What a check is, what it finds, and what it may look at."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from leadnurture.channels.name_server import NameServer
from leadnurture.config import Config
from leadnurture.errors import LeadnurtureError
from leadnurture.locate import DATABASE_NAME
from leadnurture.studio import Studio


class Standing(StrEnum):
    """How a check came out; what could not be looked at is skipped."""

    OK = "ok"
    SKIPPED = "skipped"
    FAILED = "failed"


class AmissError(LeadnurtureError):
    """Something that a check looked at is not as it should be; the hint says what to do."""


class NotLookedAtError(LeadnurtureError):
    """A check has nothing to look at here, or no way to look at it; that is no failure."""


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do about it."""

    check: str
    standing: Standing
    found: str
    todo: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return asdict(self) | {"standing": self.standing.value}


@dataclass(frozen=True)
class Patient:
    """A studio to be looked over: as much of it as can be opened, at an instant (UTC).

    `names` are the name servers that are asked about the sender's domain.
    """

    root: Path
    now: datetime
    config: Config | None
    studio: Studio | None
    names: NameServer

    @property
    def database(self) -> Path:
        """Where the database lies."""
        return self.root / DATABASE_NAME

    @property
    def settings(self) -> Config:
        """The configuration, for checks that need it."""
        assert self.config is not None
        return self.config

    @property
    def opened(self) -> Studio:
        """The open studio, for checks that need it."""
        assert self.studio is not None
        return self.studio


@dataclass(frozen=True)
class Check:
    """One check: `look` returns what is well, in words, and raises LeadnurtureError for what is not.

    It raises NotLookedAtError where it cannot look.

    `needs` are the names of the patient's parts without which it cannot look.
    """

    name: str
    look: Callable[[Patient], str]
    needs: Collection[str] = ()

    def found(self, patient: Patient) -> Finding:
        """Look, and return what was found."""
        if any(getattr(patient, part) is None for part in self.needs):
            return Finding(self.name, Standing.SKIPPED, "not looked at, because the studio cannot be opened")
        try:
            return Finding(self.name, Standing.OK, self.look(patient))
        except NotLookedAtError as error:
            return Finding(self.name, Standing.SKIPPED, f"not looked at: {error.message}")
        except LeadnurtureError as error:
            return Finding(self.name, Standing.FAILED, error.message, error.hint)
        except OSError as error:
            return Finding(self.name, Standing.FAILED, f"{error.filename or self.name}: {error.strerror or error}")
