"""When the owner is told that runs keep failing, and that they work again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True)
class Result:
    """What a run did (counts), the words of servers that stopped it, and whether a channel rests because of its server.

    `trouble` stopped a delivery; `lookup_trouble` kept it from looking into the Sent folder.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    trouble: str | None = None
    lookup_trouble: str | None = None
    rests: bool = False

    @property
    def why(self) -> str | None:
        """What kept the run from its work; None if nothing did."""
        return self.trouble or self.lookup_trouble


def after_failure(failing: Failing | None, at: datetime, why: str) -> Failing:
    """Return how it stands after one more run that failed."""
    return Failing(1, at, why) if failing is None else replace(failing, runs=failing.runs + 1, why=why)


def after_run(failing: Failing | None, at: datetime, run: Result) -> Failing | None:
    """Return how it stands after a run that came to its end; None if nothing is wrong.

    Servers that would not take messages are in order again when something was sent, or none is left alone any more.
    A look-up that failed is due until it works or there is nothing to look for: no trouble with it means that.
    """
    resting = failing is not None and failing.delivery and run.rests and not run.counts.get("sent")
    delivery, lookup = run.trouble is not None or resting, run.lookup_trouble is not None
    if run.why is not None:
        failing = after_failure(failing, at, run.why)
    if failing is None or not (delivery or lookup):
        return None
    return replace(failing, delivery=delivery, lookup=lookup)


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
