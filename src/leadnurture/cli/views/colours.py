"""What a colour means: few of them, and never anything that the words do not say."""

from leadnurture.store.vocabulary import EnrollmentStatus, LeadStatus, OutboxState, Temperature

QUIET = "dim"
GOOD = "green"
WAITS_FOR_YOU = "yellow"
WRONG = "red"

TEMPERATURE = {Temperature.HOT: "red", Temperature.WARM: "yellow", Temperature.COLD: "blue"}
LEAD = {
    LeadStatus.WON: GOOD,
    LeadStatus.LOST: QUIET,
    LeadStatus.SPAM: QUIET,
    LeadStatus.DUPLICATE: QUIET,
}
WALK = {
    EnrollmentStatus.COMPLETED: GOOD,
    EnrollmentStatus.FAILED: WRONG,
    EnrollmentStatus.PAUSED: WAITS_FOR_YOU,
    EnrollmentStatus.CANCELLED: QUIET,
}
MESSAGE = {
    OutboxState.SENT: GOOD,
    OutboxState.REFUSED: WRONG,
    OutboxState.PARKED: WAITS_FOR_YOU,
    OutboxState.IN_DOUBT: WAITS_FOR_YOU,
}
