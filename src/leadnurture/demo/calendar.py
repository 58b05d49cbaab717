"""What the demo's couples do in their ten weeks: they reply, book, go elsewhere; read from `calendar.yaml`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from leadnurture.crm import leads, standing, timeline
from leadnurture.crm.change import Change
from leadnurture.money import parse_money
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import LeadStatus

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Happening:
    """One thing a couple, or the photographer, does (`at` in UTC)."""

    at: datetime
    who: str
    what: str
    given: dict[str, Any]


def happenings() -> list[Happening]:
    """Return the calendar in order of time."""
    text = files("leadnurture.demo").joinpath("calendar.yaml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)
    found = [
        Happening(
            datetime.fromisoformat(entry["at"]).replace(tzinfo=LONDON).astimezone(UTC),
            entry["who"],
            entry["what"],
            entry,
        )
        for entry in entries
    ]
    return sorted(found, key=lambda happening: happening.at)


def happen(change: Change, happening: Happening) -> None:
    """Let it happen, by the same calls as the commands make."""
    lead = leads.find(change.session, happening.who)
    {"replied": _replied, "booked": _booked, "lost": _lost, "opted_out": _opted_out, "status": _status}[happening.what](
        change, lead, happening.given
    )


def _replied(change: Change, lead: Lead, given: dict[str, Any]) -> None:
    timeline.reply(change, lead, given.get("text"))


def _booked(change: Change, lead: Lead, given: dict[str, Any]) -> None:
    standing.convert(
        change, lead, parse_money(str(given["value"]), change.config.studio.currency), notes=given.get("text")
    )


def _lost(change: Change, lead: Lead, given: dict[str, Any]) -> None:
    standing.lose(change, lead, given["reason"], given.get("text"))


def _opted_out(change: Change, lead: Lead, given: dict[str, Any]) -> None:
    standing.opt_out(change, lead, given.get("text") or "asked not to be written to")


def _status(change: Change, lead: Lead, given: dict[str, Any]) -> None:
    standing.set_status(change, lead, LeadStatus(given["status"]))
