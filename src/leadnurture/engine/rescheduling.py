"""When a wedding is moved, or a lead turns out to live in another zone: their walks' next steps get their new moments.

All in the transaction of the change. A message that is queued already stays, unless it is not what its step would send
now: its day lies ahead again, or its address is not theirs any more. Then it is taken back, and decided anew.
"""

from zoneinfo import ZoneInfo

from leadnurture.crm.change import Change, Fact, FactKind
from leadnurture.engine import migration, next_moment, stopping, taking_back, walk
from leadnurture.engine.book import Book, Edition, UnreadableVersionError
from leadnurture.engine.schedule import IsHoliday
from leadnurture.engine.timing import Timing, timing_of
from leadnurture.sequences.step import Step
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment

_MOVES = frozenset({FactKind.WEDDING_MOVED, FactKind.ZONE_CHANGED, FactKind.READDRESSED})


def reschedule_for(change: Change, fact: Fact, book: Book, is_holiday: IsHoliday) -> None:
    """Schedule the next steps of the lead's running walks anew if the fact moves them; take back what is outdated."""
    if fact.kind not in _MOVES:
        return
    for enrollment in stopping.running(change, fact.lead_id):
        try:
            edition = book.edition(change.session, enrollment.version_id)
        except UnreadableVersionError:
            continue
        if enrollment.next_at is not None:
            _follow(change, fact, enrollment, edition, is_holiday)
        elif taking_back.decide_anew(change, enrollment, edition, is_holiday):
            migration.catch_up(change, book, is_holiday, enrollment)


def _follow(change: Change, fact: Fact, enrollment: Enrollment, edition: Edition, is_holiday: IsHoliday) -> None:
    step = edition.sequence.step(enrollment.current_step or "")
    if step is None:
        return
    lead = change.session.get_one(Lead, fact.lead_id)
    timing = timing_of(lead, enrollment, edition.sequence, step, change.config, is_holiday)
    if fact.kind is FactKind.WEDDING_MOVED:
        _follow_wedding(change, enrollment, edition, step, timing)
    elif fact.kind is FactKind.ZONE_CHANGED:
        _follow_zone(change, enrollment, edition, step, timing, ZoneInfo(fact.text or timing.zone.key))


def _follow_wedding(change: Change, enrollment: Enrollment, edition: Edition, step: Step, timing: Timing) -> None:
    if timing.offset is None:
        return
    if timing.lies_ahead(change.now):
        walk.forget_waiting(change.session, enrollment)
    due = timing.due(enrollment.anchor_at)
    if enrollment.held_reason is None or due.at > change.now:  # else it is asked again at once, as all that is held
        walk.schedule(change, enrollment, edition, step, enrollment.anchor_at, timing.is_holiday)


def _follow_zone(
    change: Change, enrollment: Enrollment, edition: Edition, step: Step, timing: Timing, before: ZoneInfo
) -> None:
    if enrollment.held_reason is None:
        next_moment.reschedule(change, enrollment, edition, step, timing.in_zone(before), timing.is_holiday)
