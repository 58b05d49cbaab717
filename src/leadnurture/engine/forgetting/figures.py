"""What is still counted of a couple that is forgotten: so many on a day, from a source, for so much. Nobody's rows."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.tables.conversion import Conversion
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.privacy import ErasedFigure
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import FigureKind, OutboxState


class Figure(NamedTuple):
    """What one count is about; `day` is the studio's."""

    kind: FigureKind
    day: date
    source_name: str = ""
    sequence_id: str = ""
    detail: str = ""


def keep(session: Session, lead: Lead, zone: ZoneInfo) -> None:
    """Add a lead to the figures: its inquiry, its bookings, its walks, the messages it got."""
    numbers, amounts = Counter[Figure](), Counter[Figure]()
    for figure, amount in _counted(session, lead, zone):
        numbers[figure] += 1
        amounts[figure] += amount
    for figure, number in numbers.items():
        row = _row(session, figure)
        row.number, row.amount = row.number + number, row.amount + amounts[figure]
    session.flush()


def _row(session: Session, figure: Figure) -> ErasedFigure:
    query = select(ErasedFigure).where(*(col(getattr(ErasedFigure, key)) == of for key, of in figure._asdict().items()))
    row = session.exec(query).first() or ErasedFigure(**figure._asdict())
    session.add(row)
    return row


def _counted(session: Session, lead: Lead, zone: ZoneInfo) -> Iterator[tuple[Figure, int]]:
    """Yield each thing that is counted, with its amount: money of a booking, the score of an inquiry."""

    def day(instant: datetime) -> date:
        return instant.astimezone(zone).date()

    source = lead.lead_source
    yield Figure(FigureKind.INQUIRY, day(lead.inquiry_at), source, detail=lead.lead_status.value), lead.lead_score
    for booking in session.exec(select(Conversion).where(Conversion.lead_id == lead.id)):
        origin, kind = booking.last_touch_source or source, booking.conversion_type.value
        yield Figure(FigureKind.BOOKING, day(booking.conversion_date), origin, detail=kind), booking.conversion_value
    for walked in session.exec(select(Enrollment).where(Enrollment.lead_id == lead.id)):
        began, how = day(walked.enrollment_date), walked.status.value
        yield Figure(FigureKind.ENROLLMENT, began, source, walked.sequence_id, how), 0
    sent = select(OutboxMessage.sequence_id, OutboxMessage.channel, OutboxMessage.sent_at).where(
        OutboxMessage.lead_id == lead.id, OutboxMessage.state == OutboxState.SENT
    )
    for sequence, channel, sent_at in session.exec(sent).all():
        if sent_at is not None:
            yield Figure(FigureKind.MESSAGE, day(sent_at), source, sequence, OutboxChannel(channel).value), 0
