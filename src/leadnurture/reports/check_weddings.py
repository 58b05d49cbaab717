"""Whether a step comes so late that, for some of today's leads, the wedding will be over by then."""

from collections.abc import Iterator
from datetime import timedelta

from leadnurture.engine.barring import stopped
from leadnurture.engine.conditions import Subject, judge
from leadnurture.reports.todays_leads import TodaysLeads
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.straight_on import goes_straight_on
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import SequenceType

_LEAVE_THEM_OUT = "a condition leaves them out: when: {any: [{wedding: {known: false}}, {wedding: {beyond: 2w}}]}"


def weddings_over(draft: Draft, sequence: Sequence, today: TodaysLeads) -> Iterator[Problem]:
    """Yield a warning for each message that would come after the wedding of leads who begin the sequence today.

    Weddings that are over today already are left out: it is not the step that is late for them. Behind a branch, or a
    step that hangs on the wedding, nothing is certain, and nothing is said.
    """
    if sequence.type is SequenceType.POST_WEDDING:
        return
    taken = [lead for lead in today.leads if _takes(sequence, lead, today)]
    numbers = {step.id: number for number, step in enumerate(sequence.steps)}
    passed = timedelta()
    for step in sequence.walked:
        if not goes_straight_on(step):
            return
        passed += step.delay.roughly
        late = sum(_is_late(step, lead, passed, today) for lead in taken) if step.reaches_couple else 0
        if late:
            whom = f"{late} of {len(taken)} lead{'s' * (len(taken) != 1)} that this sequence would take"
            message = f"for {whom}, the wedding is over before '{step.id}' is due, {_days(passed)} in"
            yield draft.parsed.warning(("steps", numbers[step.id], "delay"), message, _LEAVE_THEM_OUT)


def _takes(sequence: Sequence, lead: Lead, today: TodaysLeads) -> bool:
    if sequence.enroll.when is None or stopped(lead, sequence):
        return False
    return judge(sequence.enroll.when, _subject(lead, today)).held


def _is_late(step: Step, lead: Lead, passed: timedelta, today: TodaysLeads) -> bool:
    """Tell whether the wedding is ahead today and over when the step comes, and the step's condition lets it come."""
    then = today.as_of.now + passed
    if lead.wedding_date is None or not today.as_of.now.date() <= lead.wedding_date < then.date():
        return False
    return judge(step.when, _subject(lead, today, passed)).held


def _subject(lead: Lead, today: TodaysLeads, passed: timedelta = timedelta()) -> Subject:
    return Subject(today.portrait(lead, today.as_of.now + passed), replied=lead.last_reply_at is not None)


def _days(passed: timedelta) -> str:
    return f"{passed.days} day{'s' * (passed.days != 1)}"
