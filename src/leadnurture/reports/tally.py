"""Counting leads: how many stand where, how good they are, how many of them book."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import LeadStatus

# Never a couple with a wedding: they are no part of what could have been booked.
_NO_INQUIRY = frozenset({LeadStatus.SPAM, LeadStatus.DUPLICATE})


@dataclass(frozen=True)
class Tally:
    """How many leads stand at each status (all ten, in order), and the sum of their scores."""

    by_status: Mapping[LeadStatus, int]
    score_sum: int

    @property
    def total(self) -> int:
        """How many leads there are."""
        return sum(self.by_status.values())

    @property
    def average_score(self) -> float:
        """The mean score, to one decimal; 0 without leads."""
        return round(self.score_sum / self.total, 1) if self.total else 0.0

    @property
    def conversion_rate(self) -> float:
        """How many percent of them were won (see `percent_won`)."""
        return percent_won(self.by_status)


def percent_won(by_status: Mapping[LeadStatus, int]) -> float:
    """Return won leads in percent of all but spam and duplicates, to one decimal; 0 without leads."""
    inquiries = sum(count for status, count in by_status.items() if status not in _NO_INQUIRY)
    return round(100 * by_status.get(LeadStatus.WON, 0) / inquiries, 1) if inquiries else 0.0


def tally(session: Session, *conditions: ColumnElement[bool]) -> Tally:
    """Count the leads that fit all conditions."""
    query = (
        select(Lead.lead_status, func.count(), func.sum(Lead.lead_score))
        .where(*conditions)
        .group_by(col(Lead.lead_status))
    )
    rows = session.exec(query).all()
    counts = {status: count for status, count, _ in rows}
    return Tally({status: counts.get(status, 0) for status in LeadStatus}, sum(score for _, _, score in rows))
