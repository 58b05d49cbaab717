"""What became of the messages when a backup was put back."""

from collections import Counter

from leadnurture.crm.change import Change
from leadnurture.engine import by_hand
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus, InteractionType, OutboxState

Outcome = Counter[str]
"""Counts: `sent`, `parked` (messages), `walks_added`, `walks_paused`, `leads_stopped`, `leads_added`,
`leads_forgotten`."""

RUNNING = frozenset({EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED})
IN_DOUBT = frozenset({OutboxState.IN_DOUBT, OutboxState.PARKED})
PARKED = "it was in doubt in the database that was replaced; it may have arrived"


def pause(change: Change, enrollment: Enrollment, reason: str, outcome: Outcome) -> None:
    """Let a running walk wait until the owner resumes, advances or cancels it."""
    if enrollment.status is EnrollmentStatus.ACTIVE:
        enrollment.status, enrollment.held_reason = EnrollmentStatus.PAUSED, reason
        subject = f"{enrollment.sequence_id}: paused"
        by_hand.say(change, enrollment, InteractionType.AUTOMATION_PAUSED, subject, reason)
        outcome["walks_paused"] += 1
