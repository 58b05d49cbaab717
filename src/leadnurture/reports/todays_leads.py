"""The leads that can still be written to, with what letters would say of them today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.portrait import portrait
from leadnurture.engine.moment import way_out
from leadnurture.engine.personalize import letter_names
from leadnurture.reports.as_of import AsOf
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import CLOSED_STATUSES


@dataclass(frozen=True)
class TodaysLeads:
    """Leads that are neither booked nor lost, and have not opted out or bounced."""

    leads: tuple[Lead, ...]
    config: Config
    as_of: AsOf

    @classmethod
    def of(cls, session: Session, config: Config, now: datetime) -> "TodaysLeads":
        """Look them up."""
        query = select(Lead).where(
            col(Lead.lead_status).not_in(CLOSED_STATUSES),
            col(Lead.opt_out_date).is_(None),
            col(Lead.bounced_at).is_(None),
        )
        return cls(tuple(session.exec(query).all()), config, AsOf.of(config, now))

    def portrait(self, lead: Lead, now: datetime | None = None) -> Mapping[str, Any]:
        """Return a lead's values, as of now unless said otherwise."""
        return portrait(lead, now or self.as_of.now, self.as_of.zone)

    @cached_property
    def names(self) -> tuple[Mapping[str, Any], ...]:
        """What letters may name, for each of them."""
        today = self.as_of.now.date()
        return tuple(
            letter_names(self.portrait(lead), self.config, today, way_out(self.config, lead.unsubscribe_token))
            for lead in self.leads
        )
