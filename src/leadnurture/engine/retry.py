"""When a delivery that failed for the moment is tried again. Pure."""

from datetime import datetime, timedelta

LONGEST_PAUSE = timedelta(days=7)


def retry_at(failures: int, *, max_retries: int, delay: timedelta, now: datetime) -> datetime | None:
    """Return when to try again after the given number of failures; None when all retries are used up.

    The pause doubles each time: after the first failure `delay`, then twice that, at most a week.
    """
    if failures > max_retries:
        return None
    pause: timedelta = min(delay * (1 << (failures - 1)), LONGEST_PAUSE)
    return now + pause
