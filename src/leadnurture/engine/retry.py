"""When what failed for the moment is tried again: a value for each attempt and class of failure. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from leadnurture.outbox_channel import Trouble

LONGEST_PAUSE = timedelta(days=7)
EVERYBODY = 3  # so many couples put off and none taken is no longer about one of them
MOST_POSTPONED = (
    6  # rests in a row for that; then it is held against each message after all, so that none waits for ever
)

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# The first pause, and the longest. A server that is out of reach may be back any minute; a login that is refused again
# and again locks an account; a quota is counted by the hour or the day; greylisting wants some minutes (RFC 6647).
_RESTS = {
    Trouble.UNREACHABLE: (_MINUTE, 30 * _MINUTE),
    Trouble.POSTPONED: (5 * _MINUTE, _HOUR),
    Trouble.LOGIN: (15 * _MINUTE, 6 * _HOUR),
    Trouble.QUOTA: (_HOUR, 6 * _HOUR),
}


def retry_at(failures: int, *, max_retries: int, delay: timedelta, now: datetime) -> datetime | None:
    """Return when to try one message again after so many failures of its own; None when all retries are used up.

    The pause doubles each time: after the first failure `delay`, then twice that, at most a week.
    """
    return None if failures > max_retries else now + _doubled(delay, failures, LONGEST_PAUSE)


def rest_until(failures: int, trouble: Trouble, now: datetime) -> datetime:
    """Return when to try a channel again whose server was in trouble so often in a row; this costs no retry."""
    first, longest = _RESTS[trouble]
    return now + _doubled(first, failures, longest)


def is_everybody(postponed: Iterable[str], *, rests_so_far: int) -> bool:
    """Whether messages that were put off, by their first recipient, tell of the server and not of these couples.

    Asked only where none was taken. `rests_so_far` is how often in a row that was the answer already.
    """
    return len(set(postponed)) >= EVERYBODY and rests_so_far < MOST_POSTPONED


def _doubled(first: timedelta, failures: int, longest: timedelta) -> timedelta:
    return min(first * (1 << min(failures - 1, 16)), longest)
