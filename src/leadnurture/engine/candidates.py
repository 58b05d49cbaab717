"""Which leads the daily look has to load: chosen by the database, never fewer than those it could decide about."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import col, exists, select

from leadnurture.engine.barring import RUNNING
from leadnurture.sequences.condition import Condition, FieldTest, WeddingTest
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, PassedOver
from leadnurture.store.vocabulary import Operator

_SLACK = timedelta(days=1)  # a pause of days is one on the wall clock, which a change of the clocks makes shorter


def candidates(sequences: Iterable[Sequence], now: datetime, zone: ZoneInfo) -> Any:
    """Return the query for the leads that could enter one of the sequences now, or that one has passed over."""
    asked = list(sequences)
    passed = exists().where(
        col(PassedOver.lead_id) == Lead.id, col(PassedOver.sequence_id).in_([one.id for one in asked])
    )
    today = now.astimezone(zone).date()
    entering = (and_(may_fit(one.enroll.when, today), ~_kept_out(one, now)) for one in asked)
    return select(Lead).where(col(Lead.automation_paused).is_(False), or_(passed, *entering))


def _kept_out(sequence: Sequence, now: datetime) -> ColumnElement[bool]:
    """Hold for leads that walk in the sequence, or have walked in it and cannot come again yet."""
    again = sequence.enroll.again
    been = exists().where(col(Enrollment.lead_id) == Lead.id, col(Enrollment.sequence_id) == sequence.id)
    if again == "never":
        return been
    lately = col(Enrollment.ended_at) > now - again.roughly + _SLACK
    return been.where(or_(col(Enrollment.status).in_(RUNNING), lately))


def may_fit(condition: Condition | None, today: date) -> ColumnElement[bool]:
    """Hold for every lead that an entry condition holds for on that day, and perhaps for others."""
    asked = _NARROWING.items() if condition is not None else ()
    narrowed = (
        narrow(getattr(condition, name), today) for name, narrow in asked if getattr(condition, name) is not None
    )
    return and_(true(), *narrowed)


def _one_of(column: Any) -> Callable[[Any, date], ColumnElement[bool]]:
    return lambda wanted, _: col(column).in_(wanted)


def _wedding(test: WeddingTest, today: date) -> ColumnElement[bool]:
    column = col(Lead.wedding_date)
    parts: list[ColumnElement[bool]] = [true()]
    if test.known is not None:
        parts.append(column.is_not(None) if test.known else column.is_(None))
    if test.available is not None:
        parts.append(col(Lead.date_available).is_(test.available))
    if test.within is not None:
        parts.append(column.between(today, today + timedelta(days=test.within.roughly.days)))
    if test.beyond is not None:
        parts.append(column > today + timedelta(days=test.beyond.roughly.days))
    return and_(*parts)


def _fields(tests: Iterable[FieldTest], today: date) -> ColumnElement[bool]:
    return and_(true(), *(_days_since(test, today) for test in tests if test.field in _SINCE))


def _days_since(test: FieldTest, today: date) -> ColumnElement[bool]:
    """Hold for instants that lie so many days back, or up to two days less or more, whatever the zone."""
    column, (fewest, most) = col(_SINCE[test.field]), _RANGES[test.operator](test.expected)
    midnight, slack = datetime.combine(today, time(0), UTC), timedelta(days=2)
    parts: list[ColumnElement[bool]] = [column.is_not(None)]
    if -_FARTHEST < fewest < _FARTHEST:
        parts.append(column <= midnight - timedelta(days=fewest) + slack)
    if -_FARTHEST < most < _FARTHEST:
        parts.append(column >= midnight - timedelta(days=most) - slack)
    return and_(*parts)


_SINCE: Mapping[str, Any] = {
    "days_since_inquiry": Lead.inquiry_at,
    "days_since_contact": Lead.last_contact_at,
    "days_since_reply": Lead.last_reply_at,
}
_FARTHEST = 100_000.0  # days; beyond it a bound rules out nobody
_RANGES: Mapping[Operator, Callable[[Any], tuple[float, float]]] = {
    Operator.EQUALS: lambda days: (days, days),
    Operator.GREATER_THAN: lambda days: (days, _FARTHEST),
    Operator.LESS_THAN: lambda days: (-_FARTHEST, days),
    Operator.BETWEEN: lambda bounds: (bounds[0], bounds[1]),
    Operator.IN_LIST: lambda listed: (min(listed), max(listed)),
}
_NARROWING: Mapping[str, Callable[[Any, date], ColumnElement[bool]]] = {
    "status": _one_of(Lead.lead_status),
    "source_names": lambda wanted, _: col(Lead.lead_source).in_(wanted) if wanted else true(),
    "temperature": _one_of(Lead.lead_temperature),
    "priority": _one_of(Lead.priority_level),
    "score": lambda score, _: col(Lead.lead_score).between(score.min, score.max),
    "wedding": _wedding,
    "consent": lambda wanted, _: col(Lead.consent_marketing).is_(wanted),
    "replied": lambda wanted, _: col(Lead.last_reply_at).is_not(None) if wanted else col(Lead.last_reply_at).is_(None),
    "fields": _fields,
    "all_of": lambda parts, today: and_(true(), *(may_fit(part, today) for part in parts)),
    "any_of": lambda parts, today: or_(false(), *(may_fit(part, today) for part in parts)),
}
