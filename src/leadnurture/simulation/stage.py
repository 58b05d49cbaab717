"""The stage of a simulation: an engine whose database, clock and transport are not the studio's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from leadnurture.channels.notebook import NotebookTransport
from leadnurture.clock import VirtualClock
from leadnurture.config import Config
from leadnurture.engine.engine import Engine
from leadnurture.store.database import copy_in_memory
from leadnurture.studio import Studio


@dataclass(frozen=True)
class Stage:
    """An engine over a copy of the studio, and the clock it goes by."""

    engine: Engine
    clock: VirtualClock


@contextmanager
def staged(studio: Studio, start: datetime) -> Iterator[Stage]:
    """Yield a copy of the studio in memory whose clock stands at `start`; afterwards it is gone.

    The engine is put together anew, channel by channel: what leaves the house must never be taken over by accident.
    """
    clock = VirtualClock(start)
    database = copy_in_memory(studio.database.path)
    try:
        yield Stage(
            Engine(_one_lane(studio.config), clock, database, studio.folder, NotebookTransport(), Event()), clock
        )
    finally:
        database.close()


def _one_lane(config: Config) -> Config:
    """Several lanes settle messages in an order that threads decide; one lane tells the same story every time."""
    return config.model_copy(update={"worker": config.worker.model_copy(update={"concurrency": 1})})
