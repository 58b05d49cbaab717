"""What to do next about a couple, and why: an ordered table of rules over what is known of them. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadnurture.crm.situation import Situation, ago, ahead, in_days
from leadnurture.store.vocabulary import LeadStatus, Temperature

SILENT_HOT, SILENT_PROPOSAL, SILENT_WARM, SILENT_FOR_LONG = 3, 5, 7, 45  # days without an answer


class NextAction(StrEnum):
    """What the owner can do next about a couple."""

    ANSWER = "answer"
    CALL = "call"
    WRITE = "write"
    DO_TASK = "do_task"
    FOLLOW_UP = "follow_up"
    MEND = "mend"
    RECORD_BOOKING = "record_booking"
    MEET = "meet"
    WAIT = "wait"
    CLOSE = "close"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Recommendation:
    """What to do next, and why, in words."""

    action: NextAction
    reason: str

    def as_json(self) -> dict[str, str]:
        """Return the documented keys."""
        return {"next_recommended_action": self.action.value, "next_recommended_reason": self.reason}


def recommend(situation: Situation, now: datetime) -> Recommendation:
    """Return what to do next about a couple; `now` is in the zone of the situation's instants."""
    for action, reason_of in _RULES:
        if reason := reason_of(situation, now):
            return Recommendation(action, reason)
    return Recommendation(NextAction.NOTHING, "nothing is open")


def _closed(known: Situation, _: datetime) -> str | None:
    if known.status in {LeadStatus.LOST, LeadStatus.SPAM, LeadStatus.DUPLICATE}:
        return f"the inquiry is closed as {known.status.value}"
    return None


def _booked_without_value(known: Situation, _: datetime) -> str | None:
    is_so = known.status is LeadStatus.WON and not known.has_value
    return "won, but without the value of the booking" if is_so else None


def _unanswered(known: Situation, now: datetime) -> str | None:
    if known.last_reply_at is None or not known.awaits_us:
        return None
    return f"they wrote {ago(known.last_reply_at, now)}, and nobody has answered{_taken(known)}"


def _overdue_task(known: Situation, now: datetime) -> str | None:
    task = known.task
    return f"'{task.title}' was due {ago(task.at, now)}" if task and task.at and task.at <= now else None


def _due_follow_up(known: Situation, now: datetime) -> str | None:
    at = known.follow_up_at
    return f"the follow-up was due {ago(at, now)}" if at is not None and at <= now else None


def _held(known: Situation, _: datetime) -> str | None:
    return f"a sequence is held: {known.trouble}" if known.trouble else None


def _no_more_messages(known: Situation, _: datetime) -> str | None:
    return "they want no more messages" if known.opted_out else None


def _dead_address(known: Situation, _: datetime) -> str | None:
    return "their address bounced" if known.bounced else None


def _dead_address_with_phone(known: Situation, now: datetime) -> str | None:
    return _dead_address(known, now) if known.has_phone else None


def _new_inquiry(known: Situation, now: datetime) -> str | None:
    if known.last_outbound_at is not None or known.step is not None or known.status is LeadStatus.WON:
        return None
    return f"they asked {ago(known.inquiry_at, now)}, and nobody has answered{_taken(known)}"


def _meeting_ahead(known: Situation, now: datetime) -> str | None:
    meeting = known.meeting
    return f"'{meeting.title}' is {ahead(meeting.at, now)}" if meeting and meeting.at else None


def _silent_hot(known: Situation, now: datetime) -> str | None:
    silence = known.silence(now)
    if known.temperature is not Temperature.HOT or silence is None or silence < SILENT_HOT or _is_won(known):
        return None
    return f"score {known.score} and no answer for {in_days(silence)}"


def _silent_hot_with_phone(known: Situation, now: datetime) -> str | None:
    return _silent_hot(known, now) if known.has_phone else None


def _silent_proposal(known: Situation, now: datetime) -> str | None:
    silence = known.silence(now)
    if known.status is not LeadStatus.PROPOSAL_SENT or silence is None or silence < SILENT_PROPOSAL:
        return None
    return f"the proposal is out, and no answer for {in_days(silence)}"


def _task_ahead(known: Situation, now: datetime) -> str | None:
    task = known.task
    if task is None:
        return None
    return f"'{task.title}' is due {ahead(task.at, now)}" if task.at else f"'{task.title}' is to be done"


def _follow_up_ahead(known: Situation, now: datetime) -> str | None:
    return f"the follow-up is {ahead(known.follow_up_at, now)}" if known.follow_up_at else None


def _walking(known: Situation, now: datetime) -> str | None:
    step = known.step
    if step is None:
        return None
    return f"'{step.title}' comes by itself{f' {ahead(step.at, now)}' if step.at else ''}"


def _silent_for_long(known: Situation, now: datetime) -> str | None:
    silence = known.silence(now)
    is_so = silence is not None and silence >= SILENT_FOR_LONG and not _is_won(known)
    return f"no answer for {in_days(silence or 0)}" if is_so else None


def _silent_warm(known: Situation, now: datetime) -> str | None:
    silence = known.silence(now)
    if known.temperature is Temperature.COLD or silence is None or silence < SILENT_WARM or _is_won(known):
        return None
    return f"score {known.score} and no answer for {in_days(silence)}"


def _their_turn(known: Situation, now: datetime) -> str | None:
    at = known.last_outbound_at
    return f"our last word was {ago(at, now)}" if at is not None and known.silence(now) is not None else None


# From what nobody may leave lying to what can wait; the same action may come for several reasons.
_RULES: tuple[tuple[NextAction, Callable[[Situation, datetime], str | None]], ...] = (
    (NextAction.NOTHING, _closed),
    (NextAction.RECORD_BOOKING, _booked_without_value),
    (NextAction.ANSWER, _unanswered),
    (NextAction.DO_TASK, _overdue_task),
    (NextAction.FOLLOW_UP, _due_follow_up),
    (NextAction.NOTHING, _no_more_messages),
    (NextAction.CALL, _dead_address_with_phone),
    (NextAction.MEND, _dead_address),
    (NextAction.MEND, _held),
    (NextAction.ANSWER, _new_inquiry),
    (NextAction.MEET, _meeting_ahead),
    (NextAction.CALL, _silent_hot_with_phone),
    (NextAction.WRITE, _silent_hot),
    (NextAction.FOLLOW_UP, _silent_proposal),
    (NextAction.DO_TASK, _task_ahead),
    (NextAction.WAIT, _follow_up_ahead),
    (NextAction.WAIT, _walking),
    (NextAction.CLOSE, _silent_for_long),
    (NextAction.WRITE, _silent_warm),
    (NextAction.WAIT, _their_turn),
)


def _taken(known: Situation) -> str:
    return "; their date is taken" if known.date_taken and not _is_won(known) else ""


def _is_won(known: Situation) -> bool:
    return known.status is LeadStatus.WON
