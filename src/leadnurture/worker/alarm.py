"""When the owner is told that runs keep failing, and that they work again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from leadnurture.at_work import told
from leadnurture.engine.heartbeat import Failing

AFTER = 3  # failed runs in a row


@dataclass(frozen=True)
class Notice:
    """A notification to the owner, and a line for the terminal and the log that says the same."""

    title: str
    words: str

    @property
    def line(self) -> str:
        """Both in one line."""
        return f"{self.title}: {self.words}"


def after_failure(failing: Failing | None, at: datetime, why: str, *, outside: bool) -> Failing:
    """Return how it stands after one more run that failed; `outside`: a server would not take or tell anything."""
    if failing is None:
        return Failing(1, at, why, outside)
    return replace(failing, runs=failing.runs + 1, why=why, outside=outside)


def proves(failing: Failing, counts: Mapping[str, int]) -> bool:
    """Tell whether a run without trouble ends the failing; that a server works again is proved by what it took."""
    return not failing.outside or counts.get("sent", 0) > 0


def is_due(failing: Failing | None) -> bool:
    """Tell whether the owner has to hear of it, and has not yet."""
    return failing is not None and failing.runs >= AFTER and not failing.told


def broken(failing: Failing, studio: str, zone: tzinfo | None) -> Notice:
    """Return what the owner is told when runs keep failing."""
    since = told(failing.since.astimezone(zone))
    return Notice(
        f"{studio}: {failing.runs} runs in a row have failed",
        f"since {since}, at last because: {failing.why}. No message is lost; `leadnurture status` says how it stands",
    )


def mended(failing: Failing, studio: str, zone: tzinfo | None) -> Notice:
    """Return what the owner is told when that is over."""
    since = told(failing.since.astimezone(zone))
    return Notice(f"{studio}: runs work again", f"{failing.runs} in a row had failed since {since}")
