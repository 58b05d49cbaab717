"""Which of the daily backups are kept: of the last days, weeks and months that have one, the newest each. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime

DAYS, WEEKS, MONTHS = 7, 4, 12


def to_keep(made: Iterable[datetime]) -> set[datetime]:
    """Return those to keep of backups that were made at these instants (in the zone whose days count).

    Periods without a backup are not counted: after a long absence the old ones are still there.
    """
    newest_first = sorted(made, reverse=True)
    return (
        _newest_of_each(newest_first, lambda at: at.date(), DAYS)
        | _newest_of_each(newest_first, lambda at: at.isocalendar()[:2], WEEKS)
        | _newest_of_each(newest_first, lambda at: (at.year, at.month), MONTHS)
    )


def _newest_of_each(newest_first: Iterable[datetime], period: Callable[[datetime], object], most: int) -> set[datetime]:
    kept: dict[object, datetime] = {}
    for at in newest_first:
        if len(kept) < most:
            kept.setdefault(period(at), at)
    return set(kept.values())
