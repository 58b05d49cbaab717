"""How business stands: the leads, what they are worth, and what is overdue."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from leadnurture.config import Config
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.tally import Tally, percent_won
from leadnurture.store.tables.conversion import Conversion
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.privacy import ErasedFigure
from leadnurture.store.tables.task import Task
from leadnurture.store.vocabulary import CLOSED_STATUSES, FigureKind, LeadStatus, OutboxState, TaskStatus


@dataclass(frozen=True)
class SourceShare:
    """How many leads a source brought, and how many percent of them were won."""

    source: str
    leads: int
    won: int
    conversion_rate: float

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return dict(vars(self))


@dataclass(frozen=True)
class Overview:
    """The figures; money in minor units. Pipeline is the sum of open leads' budgets, booked that of all bookings."""

    as_of: AsOf
    tally: Tally
    sources: tuple[SourceShare, ...]
    pipeline_value: int
    booked_value: int
    overdue_follow_ups: int
    overdue_tasks: int
    messages_sent: int

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "as_of": iso(self.as_of.now),
            "total_leads": self.tally.total,
            "by_status": {status.value: count for status, count in self.tally.by_status.items()},
            "by_source": [source.as_json() for source in self.sources],
            "conversion_rate": self.tally.conversion_rate,
            "average_score": self.tally.average_score,
            "pipeline_value": self.as_of.money(self.pipeline_value),
            "booked_value": self.as_of.money(self.booked_value),
            "overdue_follow_ups": self.overdue_follow_ups,
            "overdue_tasks": self.overdue_tasks,
            "messages_sent": self.messages_sent,
        }


def overview(session: Session, config: Config, now: datetime) -> Overview:
    """Return the figures as of `now`."""
    groups = (col(Lead.lead_source), col(Lead.lead_status))
    sums = (func.count(), func.sum(col(Lead.lead_score)), func.coalesce(func.sum(col(Lead.estimated_budget)), 0))
    rows = [*session.execute(select(*groups, *sums).group_by(*groups)).all(), *_forgotten(session)]
    return Overview(
        as_of=AsOf.of(config, now),
        tally=_tally(rows),
        sources=_sources(rows),
        pipeline_value=sum(budget for _, status, _, _, budget in rows if status not in CLOSED_STATUSES),
        booked_value=(session.scalar(select(func.sum(col(Conversion.conversion_value)))) or 0)
        + _erased(session, FigureKind.BOOKING, ErasedFigure.amount),
        overdue_follow_ups=_count(
            session, col(Lead.next_follow_up_at) < now, col(Lead.lead_status).not_in(CLOSED_STATUSES)
        ),
        overdue_tasks=_count(session, col(Task.due_at) < now, col(Task.status) == TaskStatus.OPEN),
        messages_sent=_count(
            session,
            col(OutboxMessage.state) == OutboxState.SENT,
            col(OutboxMessage.channel) != OutboxChannel.NOTIFICATION,
        )
        + _erased(
            session,
            FigureKind.MESSAGE,
            ErasedFigure.number,
            col(ErasedFigure.detail) != OutboxChannel.NOTIFICATION.value,
        ),
    )


def _forgotten(session: Session) -> Iterable[Any]:
    """Return the inquiries of couples that were forgotten, as groups of leads are read; their budgets nobody knows."""
    groups = (col(ErasedFigure.source_name), col(ErasedFigure.detail))
    sums = (func.sum(col(ErasedFigure.number)), func.sum(col(ErasedFigure.amount)))
    query = select(*groups, *sums).where(col(ErasedFigure.kind) == FigureKind.INQUIRY).group_by(*groups)
    return [(source, LeadStatus(status), *counts, 0) for source, status, *counts in session.execute(query).all()]


def _erased(session: Session, kind: FigureKind, column: Any, *conditions: ColumnElement[bool]) -> int:
    query = select(func.sum(column)).where(col(ErasedFigure.kind) == kind, *conditions)
    return session.scalar(query) or 0


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _tally(rows: Iterable[Any]) -> Tally:
    counts: Counter[LeadStatus] = Counter()
    scores = 0
    for _, status, leads, score, _ in rows:
        counts[status] += leads
        scores += score
    return Tally({status: counts[status] for status in LeadStatus}, scores)


def _sources(rows: Iterable[Any]) -> tuple[SourceShare, ...]:
    """Return the sources, the busiest first."""
    found: defaultdict[str, dict[LeadStatus, int]] = defaultdict(dict)
    for source, status, leads, _, _ in rows:
        found[source][status] = found[source].get(status, 0) + leads
    shares = (_share(source, by_status) for source, by_status in found.items())
    return tuple(sorted(shares, key=lambda share: (-share.leads, share.source)))


def _share(source: str, by_status: Mapping[LeadStatus, int]) -> SourceShare:
    return SourceShare(source, sum(by_status.values()), by_status.get(LeadStatus.WON, 0), percent_won(by_status))
