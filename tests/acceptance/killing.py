"""Ways to kill the real process: from outside at a point that a server sees, after a time, or at one of its commits."""

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from threading import Timer

from counting_server import CountingServer
from ledger import doubted, is_whole, ten_minutes_pass
from processes import Leadnurture
from studios import rows

DYING = Path(__file__).with_name("dying.py")
RUN = ("run", "--once")


class Dying(Leadnurture):
    """`leadnurture` in a process that dies at a chosen point of its work on the database."""

    def __init__(self, cwd: Path, moment: str, kind: str, number: int) -> None:
        super().__init__(cwd)
        self._death = (moment, kind, str(number))

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, str(DYING), *self._death, *words]


@dataclass
class Victim:
    """A studio whose runs are killed again and again."""

    root: Path
    server: CountingServer
    dice: Random
    kills: int = 0
    doubted: set[str] = field(default_factory=set)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of its runs."""
        return {"LEADNURTURE_STUDIO": str(self.root), "LEADNURTURE_LIMITS__LEAD_GAP": "0s"} | (
            self.server.settings() | self.more
        )

    def at_server(self, point: str, *, forgets: bool = False) -> None:
        """Kill a run when the mail server comes to a point for the n-th time."""
        left = self.dice.randint(1, 12)

        def at_point(seen: str, _: int) -> bool | None:
            nonlocal left
            left -= seen == point
            if seen == point and left == 0:
                kill(process)
            return False if forgets and left <= 0 and seen == "dot" else None

        process = self._started()
        self._watched(process, at_point)

    def at_mailbox(self, point: str) -> None:
        """Kill a run when the mailbox comes to a point."""
        process = self._started()
        self.server.mailbox.at_point = lambda seen: kill(process) if seen == point else None
        self._watched(process, lambda _, __: None)
        self.server.mailbox.at_point = lambda _: None

    def at_commit(self, moment: str, kind: str, most: int, words: tuple[str, ...] = RUN) -> None:
        """Let a command die before or after one of its first `most` commits of a kind."""
        dying = Dying(self.root, moment, kind, self.dice.randint(1, most))
        self._ended(dying.start(*words, **self.environment))

    def after_a_while(self, most: float, words: tuple[str, ...] = RUN) -> None:
        """Kill a command at a random moment of its first `most` seconds."""
        process = self._started(words)
        timer = Timer(self.dice.uniform(0, most), kill, [process])
        timer.start()
        self._ended(process)
        timer.cancel()

    def at_any_moment(self, most: float) -> None:
        """Kill a run at a random moment of the first `most` seconds after it has turned to the mail server."""
        process = self._started()
        timer, connections = Timer(self.dice.uniform(0, most), kill, [process]), count()

        def at_point(seen: str, _: int) -> None:
            if seen == "connect" and next(connections) == 0:
                timer.start()

        self._watched(process, at_point)
        timer.cancel()

    def at_freezing(self, moment: str) -> None:
        """Kill a run before or after it freezes the letter of a couple who has just asked."""
        self.to_the_end("lead", "add", "--email", f"late{self.kills}@example.com")
        self.at_commit(moment, "freezing", 1)

    def of(self, words: tuple[str, ...], turn: int) -> None:
        """Kill a command, each turn in another way."""
        if turn % 3 == 2:
            self.after_a_while(2, words)
        else:
            self.at_commit(("before", "after")[turn % 3], "any", 1, words)

    def resolve(self) -> None:
        """Settle what is parked as its owner would, who looks into the Sent folder."""
        for number, message_id in rows(self.root, "SELECT id, message_id FROM outbox WHERE state = 'parked'"):
            there = message_id in self.server.accepted()
            self.to_the_end("outbox", "resolve", str(number), "--sent" if there else "--resend")

    def to_the_end(self, *words: str) -> str:
        """Let a command (unless named: a run) do all that it has to do; return what it said."""
        done = Leadnurture(self.root)(*(words or RUN), **self.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def recovered(self) -> None:
        """Let ten minutes pass, and what is in doubt be settled."""
        self.ten_minutes_pass()
        self.to_the_end()

    def ten_minutes_pass(self) -> None:
        """Let ten minutes pass: what is in doubt is looked up once more."""
        self.server.settle_down()
        ten_minutes_pass(self.root)

    def _started(self, words: tuple[str, ...] = RUN) -> "subprocess.Popen[bytes]":
        return Leadnurture(self.root).start(*words, **self.environment)

    def _watched(self, process: "subprocess.Popen[bytes]", at_point: Callable[[str, int], object]) -> None:
        self.server.at_point = at_point
        self._ended(process)
        self.server.at_point = lambda _, __: None

    def _ended(self, process: "subprocess.Popen[bytes]") -> None:
        _, said = process.communicate(timeout=120)
        assert process.returncode in {0, -signal.SIGKILL}, said.decode()
        self.kills += process.returncode == -signal.SIGKILL
        self.server.settle_down()
        assert is_whole(self.root)
        self.doubted |= doubted(self.root)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process, and wait until it is dead."""
    process.kill()
    process.wait()
