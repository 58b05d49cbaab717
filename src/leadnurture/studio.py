"""The one place that wires config, database, clock and channels together.

What a command does not need is not loaded: to look at the leads takes no engine, no channel and no sequence.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlmodel import Session

from leadnurture.clock import Clock, SystemClock
from leadnurture.config import Config, load_config
from leadnurture.crm.values import Reading
from leadnurture.locate import CONFIG_NAME, DATABASE_NAME, STATE_FOLDER, configuration_mark
from leadnurture.store.database import Database, open_database

if TYPE_CHECKING:
    from leadnurture.crm.change import Change
    from leadnurture.engine.engine import Engine
    from leadnurture.sequences.folder import Folder


class Studio:
    """One photographer's studio, open. Use as a context manager; closing it closes the database."""

    def __init__(self, root: Path, config: Config, clock: Clock, database: Database) -> None:
        self.root, self.config, self.clock, self.database = root, config, clock, database
        self.configuration = configuration_mark(root)  # of the file that `config` was read from
        self.stopping = Event()

    @classmethod
    def open(cls, root: Path, clock: Clock | None = None) -> "Studio":
        """Open the studio in a folder; raises the errors of config and store."""
        clock = clock or SystemClock()
        mark = configuration_mark(root)  # before it is read: whoever changes it meanwhile has changed it since
        config = load_config(root / CONFIG_NAME)
        studio = cls(root, config, clock, open_database(root / DATABASE_NAME, clock.now()))
        studio.configuration = mark
        return studio

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    def follow_restore(self) -> None:
        """Turn to the database that was restored since this one was opened, if one was; forget the old one."""
        if self.database.is_replaced:
            self.database.close()
            self.database = open_database(self.root / DATABASE_NAME, self.clock.now())
            self.__dict__.pop("engine", None)

    def follow_configuration(self) -> bool:
        """Turn to the configuration as it is written now, if it was changed since; return whether it was.

        Raises BadConfigError; then all is as it was.
        """
        mark = configuration_mark(self.root)
        if mark == self.configuration:
            return False
        self.config, self.configuration = load_config(self.root / CONFIG_NAME), mark
        self.__dict__.pop("engine", None)
        return True

    @cached_property
    def folder(self) -> "Folder":
        """The sequence files."""
        from leadnurture.sequences.folder import Folder

        return Folder(self.root)

    @property
    def state(self) -> Path:
        """The folder for what the program itself keeps: the lock, the schema."""
        return self.root / STATE_FOLDER

    @property
    def outbox(self) -> Path:
        """Where messages are written when the transport is the outbox folder."""
        return self.root / "outbox"

    @cached_property
    def engine(self) -> "Engine":
        """The engine of this studio."""
        from leadnurture.configured_channels import sent_folder, transport
        from leadnurture.engine.engine import Engine

        channels = transport(self.config, self.root, self.outbox)
        way_out = channels, self.stopping, sent_folder(self.config, self.root), self.configuration
        return Engine(self.config, self.clock, self.database, self.folder, *way_out, owns_files=True)

    def change(self, *, enrolling: bool = True) -> "AbstractContextManager[Change]":
        """Open one transaction; the engine reacts to its facts before the commit."""
        return self.engine.change(enrolling=enrolling)

    def writing(self, what: str) -> AbstractContextManager[None]:
        """Let whoever has to wait for a long change know what they wait for."""
        from leadnurture.engine.lock import announced

        return announced(self.state, self.local_now(), what)

    def end_rests(self) -> None:
        """Let channels that rest, because their server was in trouble, be tried at once."""
        from leadnurture.engine import rests

        with self.change() as change:
            rests.end_all(change)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one consistent state."""
        with self.database.read() as session:
            yield session

    def reading(self, date_order: str | None = None) -> Reading:
        """Return how typed values are to be understood here."""
        return Reading.of(self.config, date_order)

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return self.clock.now()

    def local_now(self) -> datetime:
        """Return the present instant as the studio's clocks show it."""
        return self.now().astimezone(self.config.studio.zone)
