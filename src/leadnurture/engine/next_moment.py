"""The moment of a step that is next already: due at once because somebody says so, or put anew by what has changed."""

from datetime import datetime

from leadnurture.crm.change import Change
from leadnurture.crm.zones import zone_of
from leadnurture.engine import walk
from leadnurture.engine.book import Edition
from leadnurture.engine.schedule import Due, IsHoliday, due_of
from leadnurture.engine.timing import Timing, timing_of
from leadnurture.sequences.step import Step
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment


def due_now(
    change: Change, enrollment: Enrollment, edition: Edition, is_holiday: IsHoliday, *, early: bool = False
) -> None:
    """Let the next step be due now, or when its window opens; gaps and caps hold in any case.

    A step whose day before or after the wedding lies ahead keeps it, unless it may come `early`.
    """
    due = _due(change, enrollment, edition, is_holiday, early=early)
    enrollment.next_at, enrollment.due_local = due.at, due.local


def _due(change: Change, enrollment: Enrollment, edition: Edition, is_holiday: IsHoliday, *, early: bool) -> Due:
    step = edition.sequence.step(enrollment.current_step or "")
    lead = change.session.get_one(Lead, enrollment.lead_id)
    if step is None:  # its version does not walk that step: whatever comes of it, it is not kept waiting
        return due_of(change.now, zone_of(lead, change.config))
    timing = timing_of(lead, enrollment, edition.sequence, step, change.config, is_holiday)
    if timing.lies_ahead(change.now) and not early:
        return timing.due(enrollment.anchor_at)
    return timing.opening(change.now)


def reschedule(
    change: Change, enrollment: Enrollment, edition: Edition, step: Step, before: Timing | None, is_holiday: IsHoliday
) -> None:
    """Schedule the next step anew; `before` is its timing so far. What was brought forward by hand is not put back."""
    moment = enrollment.next_at
    if moment is None or before is None or not _brought_forward(enrollment, moment, before):
        walk.schedule(change, enrollment, edition, step, enrollment.anchor_at, is_holiday)
        return
    lead = change.session.get_one(Lead, enrollment.lead_id)
    timing = timing_of(lead, enrollment, edition.sequence, step, change.config, is_holiday)
    due = timing.opening(min(moment, timing.due(enrollment.anchor_at).at))
    enrollment.current_step, enrollment.next_at, enrollment.due_local = step.id, due.at, due.local


def _brought_forward(enrollment: Enrollment, moment: datetime, before: Timing) -> bool:
    kept_back = enrollment.held_reason or enrollment.waiting_reason
    return not kept_back and moment < before.due(enrollment.anchor_at).at
