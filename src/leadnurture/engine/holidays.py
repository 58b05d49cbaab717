"""Public holidays of the studio's country."""

from datetime import date
from functools import cache

from leadnurture.engine.schedule import IsHoliday


@cache
def holidays_of(country: str, subdivision: str | None) -> IsHoliday:
    """Return whether a day is a public holiday there; a country that is not known has none."""
    import holidays  # noqa: PLC0415 - large; only studios whose windows skip holidays pay for it

    try:
        calendar = holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return lambda _: False

    def is_holiday(day: date) -> bool:
        return day in calendar

    return is_holiday
