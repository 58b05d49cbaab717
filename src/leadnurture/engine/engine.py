"""What the engine's phases work with, and the transaction in which a fact and all that follows from it are one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import Event

from leadnurture.channels.sent_folder import SentFolder
from leadnurture.channels.transport import Transport
from leadnurture.clock import Clock
from leadnurture.config import Config
from leadnurture.crm.change import Change
from leadnurture.engine.book import Book
from leadnurture.engine.holidays import holidays_of
from leadnurture.engine.react import react
from leadnurture.engine.schedule import IsHoliday, never_a_holiday
from leadnurture.sequences.folder import Folder
from leadnurture.store.database import Database


@dataclass
class Engine:
    """One studio's engine. `stopping` is set to end a tick after what is in flight has been settled.

    `sent_folder` is where mails in doubt are looked up; None where nothing can be. `configuration` marks the settings
    that channels are used with (`locate.configuration_mark`): under others, one in trouble is worth another try.
    `owns_files`: the database is the studio's own, so that what is erased from it may be erased from its files, too.
    """

    config: Config
    clock: Clock
    database: Database
    folder: Folder
    transport: Transport
    stopping: Event
    sent_folder: SentFolder | None = None
    configuration: str = ""
    owns_files: bool = False

    @cached_property
    def book(self) -> Book:
        """The applied sequences."""
        return Book(self.config)

    @cached_property
    def is_holiday(self) -> IsHoliday:
        """Whether a day is a public holiday where the studio is; looked up when first asked."""
        studio = self.config.studio

        def asked(day: object) -> bool:
            return holidays_of(studio.country, studio.subdivision)(day)  # type: ignore[arg-type]

        return asked if studio.country else never_a_holiday

    @contextmanager
    def change(self, now: datetime | None = None, *, enrolling: bool = True) -> Iterator[Change]:
        """Yield one transaction; before its commit the engine reacts to the facts that were recorded in it."""
        with self.database.write() as session:
            change = Change(session, now or self.clock.now(), self.config, enrolling)
            yield change
            self.follow(change)

    def follow(self, change: Change) -> None:
        """React to what the change has recorded so far; its end does so in any case."""
        react(change, self.book, self.is_holiday)
