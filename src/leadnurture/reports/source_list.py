"""What each source brings and costs: leads, how many were qualified and booked, their value, the cost of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from leadnurture.config import Config
from leadnurture.crm.utm import tracking_link
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.tally import percent_won
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.source import Source
from leadnurture.store.vocabulary import LeadStatus

# Who stands here was found worth an offer, whatever came of it.
_QUALIFIED = (LeadStatus.QUALIFIED, LeadStatus.PROPOSAL_SENT, LeadStatus.NEGOTIATION, LeadStatus.WON)


@dataclass
class Brought:
    """What a source has brought: leads by status, the value of bookings in minor units, the first inquiry (UTC)."""

    by_status: dict[LeadStatus, int] = field(default_factory=dict)
    revenue: int = 0
    first: datetime | None = None


@dataclass(frozen=True)
class SourceFigures:
    """A source with its figures; money in minor units. `cost_per_lead` is what a lead has cost; None without leads."""

    source: Source
    total_leads: int
    qualified_leads: int
    converted_leads: int
    conversion_rate: float
    total_revenue: int
    spent: int
    as_of: AsOf

    @property
    def cost_per_lead(self) -> int | None:
        """What each lead has cost so far: its own price, and its share of what is paid by the month."""
        return round(self.spent / self.total_leads) if self.total_leads else None

    @property
    def tracking_link(self) -> str | None:
        """The link to give away: the source's page with its UTM parameters, `utm_source` being its name if not said."""
        url = self.source.tracking_url
        return tracking_link(url, {"utm_source": self.source.source_name} | self.source.utm_parameters) if url else None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        source, money = self.source, self.as_of.money
        return {
            "id": source.id,
            "source_name": source.source_name,
            "source_category": source.source_category.value,
            "tracking_url": source.tracking_url,
            "utm_parameters": source.utm_parameters,
            "tracking_link": self.tracking_link,
            "conversion_tracking_code": source.conversion_tracking_code,
            "total_leads": self.total_leads,
            "qualified_leads": self.qualified_leads,
            "converted_leads": self.converted_leads,
            "conversion_rate": self.conversion_rate,
            "total_revenue": money(self.total_revenue),
            "total_cost": money(self.spent),
            "cost_per_lead": money(self.cost_per_lead),
            "price_per_lead": money(source.cost_per_lead),
            "price_per_month": money(source.cost_per_month),
            "is_active": source.is_active,
            "auto_assign_to_user_id": source.auto_assign_to_user_id,
            "default_priority": source.default_priority.value,
            "created_at": iso(self.as_of.local(source.created_at)),
            "updated_at": iso(self.as_of.local(source.updated_at)),
        }


@dataclass(frozen=True)
class SourceList:
    """All sources, those that brought most first."""

    as_of: AsOf
    sources: tuple[SourceFigures, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        used = [one for one in self.sources if one.total_leads]
        best = max(used, key=lambda one: (one.conversion_rate, one.total_revenue), default=None)
        costs = [one.cost_per_lead for one in used if one.cost_per_lead]
        summary = {
            "total_sources": len(self.sources),
            "best_performing_source": best.source.source_name if best and best.converted_leads else None,
            "highest_conversion_rate": best.conversion_rate if best else 0.0,
            "lowest_cost_per_lead": self.as_of.money(min(costs, default=None)),
        }
        return {"sources": [one.as_json() for one in self.sources], "performance_summary": summary}


def source_list(session: Session, config: Config, now: datetime) -> SourceList:
    """Return all sources with their figures as of `now`."""
    brought, as_of = _brought(session), AsOf.of(config, now)
    sources = session.scalars(select(Source).order_by(col(Source.source_name))).all()
    figures = [_figures(source, brought.get(source.source_name, Brought()), as_of) for source in sources]
    return SourceList(as_of, tuple(sorted(figures, key=lambda one: (-one.total_leads, one.source.source_name))))


def source_figures(session: Session, config: Config, now: datetime, source: Source) -> SourceFigures:
    """Return one source with its figures as of `now`."""
    brought = _brought(session, source.source_name)
    return _figures(source, brought.get(source.source_name, Brought()), AsOf.of(config, now))


def _brought(session: Session, name: str | None = None) -> Mapping[str, Brought]:
    leads = (func.count(), func.sum(col(Lead.conversion_value)), func.min(col(Lead.inquiry_at)))
    query = select(col(Lead.lead_source), col(Lead.lead_status), *leads)
    query = query.group_by(col(Lead.lead_source), col(Lead.lead_status))
    brought: dict[str, Brought] = {}
    for source, status, number, revenue, first in session.execute(
        query if name is None else query.where(col(Lead.lead_source) == name)
    ):
        one = brought.setdefault(source, Brought())
        one.by_status[status] = number
        one.revenue += revenue or 0
        one.first = first if one.first is None else min(one.first, first)
    return brought


def _figures(source: Source, brought: Brought, as_of: AsOf) -> SourceFigures:
    total = sum(brought.by_status.values())
    monthly = (source.cost_per_month or 0) * months_begun(_since(source, brought, as_of), _until(source, as_of))
    return SourceFigures(
        source=source,
        total_leads=total,
        qualified_leads=sum(brought.by_status.get(status, 0) for status in _QUALIFIED),
        converted_leads=brought.by_status.get(LeadStatus.WON, 0),
        conversion_rate=percent_won(brought.by_status),
        total_revenue=brought.revenue,
        spent=source.cost_per_lead * total + monthly,
        as_of=as_of,
    )


def _since(source: Source, brought: Brought, as_of: AsOf) -> datetime:
    made = as_of.local(source.created_at)
    return min(made, as_of.local(brought.first)) if brought.first else made


def _until(source: Source, as_of: AsOf) -> datetime:
    return as_of.now if source.is_active else as_of.local(source.updated_at)


def months_begun(since: datetime, until: datetime) -> int:
    """Return how many calendar months two instants touch, both included; at least one."""
    return max(1, 12 * (until.year - since.year) + until.month - since.month + 1)
