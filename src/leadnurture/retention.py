"""How long what is done is kept in full: whole days of the studio. Pure, and light."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

USUAL, LONGEST = 30, 36_500  # days


def first_day(now: datetime, zone: tzinfo | None, days: int) -> date:
    """Return the first day of which everything is still kept; `zone` None is the computer's."""
    return now.astimezone(zone).date() - timedelta(days=days)


def cutoff(now: datetime, zone: tzinfo | None, days: int) -> datetime:
    """Return the midnight with which that day begins, in UTC."""
    midnight = datetime.combine(first_day(now, zone, days), time.min, zone)
    return midnight.astimezone(UTC)
