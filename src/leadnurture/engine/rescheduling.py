"""When a wedding is moved, or a lead turns out to live in another zone: their walks' next steps get their new moments.

All in the transaction of the change. A message that is frozen already stays, unless its step's day lies ahead again:
then it is taken out of the outbox, so that it is written afresh when the day has come. Only one that is queued can be:
one that may have gone stays what it is.
"""

from zoneinfo import ZoneInfo

from sqlmodel import select

from leadnurture.crm.change import Change, Fact, FactKind
from leadnurture.crm.timeline import note
from leadnurture.engine import stopping, walk
from leadnurture.engine.book import Book, Edition, UnreadableVersionError
from leadnurture.engine.schedule import IsHoliday
from leadnurture.engine.timing import Timing, timing_of
from leadnurture.sequences.step import Step
from leadnurture.store.tables import Enrollment, Execution, Lead, OutboxMessage
from leadnurture.store.vocabulary import InteractionType, OutboxState


def reschedule_for(change: Change, fact: Fact, book: Book, is_holiday: IsHoliday) -> None:
    """Schedule the next steps of the lead's running walks anew, if the fact moves them."""
    if fact.kind not in {FactKind.WEDDING_MOVED, FactKind.ZONE_CHANGED}:
        return
    lead = change.session.get_one(Lead, fact.lead_id)
    for enrollment in stopping.running(change, fact.lead_id):
        try:
            edition = book.edition(change.session, enrollment.version_id)
        except UnreadableVersionError:
            continue
        step = edition.sequence.step(enrollment.current_step or "")
        if step is None:
            continue
        timing = timing_of(lead, enrollment, edition.sequence, step, change.config, is_holiday)
        if fact.kind is FactKind.WEDDING_MOVED:
            _follow_wedding(change, enrollment, edition, step, timing)
        else:
            _follow_zone(change, enrollment, edition, step, timing, ZoneInfo(fact.text or timing.zone.key))


def _follow_wedding(change: Change, enrollment: Enrollment, edition: Edition, step: Step, timing: Timing) -> None:
    if timing.offset is None:
        return
    if enrollment.next_at is None and not (_lies_ahead(change, timing) and _taken_back(change, enrollment, step)):
        return
    due = timing.due(enrollment.anchor_at)
    if enrollment.held_reason is None or due.at > change.now:  # else it is asked again at once, as all that is held
        walk.schedule(change, enrollment, edition, step, enrollment.anchor_at, timing.is_holiday)


def _follow_zone(
    change: Change, enrollment: Enrollment, edition: Edition, step: Step, timing: Timing, before: ZoneInfo
) -> None:
    if enrollment.next_at is None or enrollment.held_reason is not None:
        return
    if enrollment.next_at < timing.in_zone(before).due(enrollment.anchor_at).at:  # the owner brought it forward
        due = timing.opening(enrollment.next_at)
        enrollment.next_at, enrollment.due_local = due.at, due.local
        return
    walk.schedule(change, enrollment, edition, step, enrollment.anchor_at, timing.is_holiday)


def _lies_ahead(change: Change, timing: Timing) -> bool:
    """Tell whether the step's day has not come yet, or nobody knows when it does."""
    return timing.day is None or timing.day > change.now.astimezone(timing.zone).date()


def _taken_back(change: Change, enrollment: Enrollment, step: Step) -> bool:
    """Take the step's message out of the outbox if it certainly has not gone; the step is decided anew then."""
    query = select(OutboxMessage).where(
        OutboxMessage.enrollment_id == enrollment.id,
        OutboxMessage.step_key == step.id,
        OutboxMessage.state == OutboxState.QUEUED,
    )
    message = change.session.exec(query).first()
    if message is None:
        return False
    execution = change.session.get_one(Execution, message.execution_id)
    told = f"its message '{message.subject}' was taken back unsent, because the wedding was moved"
    lead = change.session.get_one(Lead, enrollment.lead_id)
    note(change, lead, InteractionType.STEP_HELD, f"{enrollment.sequence_id}: {step.id}", content=told)
    for row in (message, execution):
        change.session.delete(row)
        change.session.flush()  # the message first: it hangs on the execution
    return True
