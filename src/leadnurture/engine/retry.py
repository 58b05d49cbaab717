"""When what failed for the moment is tried again: a value for each attempt and class of failure. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from leadnurture.channels.transport import Verdict
from leadnurture.outbox_channel import Trouble
from leadnurture.store.due import LONGEST_REST

LONGEST_PAUSE = timedelta(days=7)
EVERYBODY = 3  # so many couples put off and none taken is no longer about one of them
MOST_ALONE = (
    6  # rests in a row for fewer than these: then it is held against them after all, so that none waits for ever
)

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# The first pause, and the longest. A server that is out of reach may be back any minute; a login that is refused again
# and again locks an account; a quota is counted by the hour or the day; greylisting wants some minutes (RFC 6647).
_RESTS = {
    Trouble.UNREACHABLE: (_MINUTE, 30 * _MINUTE),
    Trouble.POSTPONED: (5 * _MINUTE, _HOUR),
    Trouble.LOGIN: (15 * _MINUTE, LONGEST_REST),
    Trouble.QUOTA: (_HOUR, LONGEST_REST),
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


def is_about_server(couples: Iterable[str], failures: int, verdicts: Collection[Verdict]) -> bool:
    """Whether messages that did not go tell of the server, and not of the couples that they are for.

    Asked where none was taken after them; `failures` is how often in a row the channel was in trouble before.
    """
    several = len(set(couples)) >= EVERYBODY
    return several or (Verdict.SERVER in verdicts and failures < MOST_ALONE)


def _doubled(first: timedelta, failures: int, longest: timedelta) -> timedelta:
    return min(first * (1 << min(failures - 1, 16)), longest)
