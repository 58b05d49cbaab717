"""Through what a couple met us, and when: the first and the last of it are what most attribution asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from leadnurture.config import Config
from leadnurture.crm.sources import touches_of
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.store.tables.lead import Lead


@dataclass(frozen=True)
class LeadTouch:
    """One contact with a source; `at` in the studio's zone."""

    source: str
    at: datetime
    details: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"source": self.source, "at": iso(self.at), "details": dict(self.details)}


@dataclass(frozen=True)
class LeadTouches:
    """A lead's touches in order of time."""

    touches: tuple[LeadTouch, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        told = [one.as_json() for one in self.touches]
        return {"touches": told, "first_touch": told[0] if told else None, "last_touch": told[-1] if told else None}


def lead_touches(session: Session, config: Config, now: datetime, lead: Lead) -> LeadTouches:
    """Return through what a lead met us."""
    assert lead.id is not None
    as_of = AsOf.of(config, now)
    rows = touches_of(session, lead.id)
    return LeadTouches(tuple(LeadTouch(row.source_name, as_of.local(row.touched_at), row.details) for row in rows))
