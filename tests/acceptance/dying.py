"""`leadnurture` in a process that kills itself with SIGKILL at a chosen point of its work on the database.

    python dying.py before|after KIND COUNT WORDS…

KIND is what the commit holds: `freezing`, `intent`, `sent`, `migration`, or `any`; or `backup`, the copying of pages.
The program itself is as it is: only the connection to SQLite knows when to die.
"""

import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from leadnurture.cli.main import main

HOLDS = {
    "INSERT INTO outbox": "freezing",
    "SET state = 'in_doubt'": "intent",
    "state='sent'": "sent",
    "PRAGMA user_version=": "migration",
}
_seen: Counter[str] = Counter()
_moment, _kind, _count = sys.argv[1], sys.argv[2], int(sys.argv[3])


class DyingConnection(sqlite3.Connection):
    """Notes what its transaction holds, and dies before or after the commit that was chosen."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._held: set[str] = set()
        self.set_trace_callback(self._hear)

    def _hear(self, statement: str) -> None:
        if statement.startswith("BEGIN"):
            self._held = {"any"}
        self._held.update(kind for words, kind in HOLDS.items() if words in statement)

    def commit(self) -> None:
        if self.in_transaction:
            self._around(self._held, super().commit)

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        if sql == "COMMIT":
            self._around(self._held, lambda: super(DyingConnection, self).execute(sql))
            return self.cursor()
        return super().execute(sql, *given)

    def backup(self, target: sqlite3.Connection, **named: Any) -> None:
        self._around({"backup"}, lambda: super(DyingConnection, self).backup(target, **named))

    def _around(self, kinds: set[str], act: Callable[[], object]) -> None:
        _seen.update(kinds)
        mine = _kind in kinds and _seen[_kind] == _count
        if mine and _moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        act()
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)


_connect = sqlite3.connect
sqlite3.connect = lambda *given, **named: _connect(*given, **({"factory": DyingConnection} | named))
sys.argv = ["leadnurture", *sys.argv[4:]]
main()
