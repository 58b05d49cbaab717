"""The tick's look at dates that are taken: a studio that now takes more or fewer weddings a day is followed."""

from datetime import datetime

from leadnurture.crm import dates
from leadnurture.engine.engine import Engine


def follow_capacity(engine: Engine, now: datetime) -> None:
    """Ask again which dates are free, where leads say something else than the book by the present configuration."""
    studio = engine.config.studio
    today = now.astimezone(studio.zone).date()
    with engine.database.read() as session:
        days = dates.out_of_step(session, studio.weddings_per_day, today)
    if days:
        with engine.change(now) as change:
            dates.settle(change, days)
