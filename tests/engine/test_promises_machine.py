"""Whatever happens to a studio, in whatever order, the promises of docs/architecture.md hold at each moment."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from imap_server import PASSWORD, USERNAME, ImapServer
from mail_server import listening
from provider import DROPPING, FINE, MOODS, Provider
from sqlalchemy import event, text
from studio_life import DAY, HOUR, MINUTE, START, Life, mail

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads, standing, timeline
from leadnurture.engine import by_hand, resolve
from leadnurture.restoring import restore
from leadnurture.store.backup.copying import back_up
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import LeadStatus
from leadnurture.studio import Studio

COUPLES = ("mia", "zoe", "ida", "eve")
SPANS = st.sampled_from([-MINUTE, MINUTE, 11 * MINUTE, HOUR, 5 * HOUR, DAY, 3 * DAY, 10 * DAY])
KINDS = st.sampled_from(["mail", "mail", "wedding mail", "score", "task"])
LONG_SPANS = st.sampled_from([7 * HOUR, DAY, 3 * DAY])
EDITS = st.sampled_from(["add", "add", "remove", "bring back", "rename", "move", "move", "switch"])
LEAVINGS: list[tuple[Any, ...]] = [
    (timeline.reply, "Yes!"),
    (standing.opt_out, "by mail"),
    (standing.convert, 240_000),
    (standing.set_status, LeadStatus.LOST),
]
NAMES = st.sampled_from(COUPLES)
PLACES = st.integers(0, 9)


class PowerCutError(BaseException):
    """The process is gone; nothing in it may take notice."""


@dataclass(frozen=True)
class Part:
    """A step, whatever it is called: its number tells it from all others."""

    number: int
    kind: str
    renamed: bool = False

    @property
    def key(self) -> str:
        """Its id in the file."""
        return f"s{self.number}-again" if self.renamed else f"s{self.number}"

    def as_step(self) -> dict[str, Any]:
        """Return it as the file has it."""
        was = {"was": f"s{self.number}"} if self.renamed else {}
        if self.kind == "score":
            done = {"action": "update_lead_score", "change": 1, "reason": f"S{self.number}"}
            return {"id": self.key, "delay": "1h"} | done | was
        if self.kind == "task":
            return {"id": self.key, "action": "create_task", "title": f"T{self.number}", "delay": "1h"} | was
        when = {"before_wedding": "30d"} if self.kind == "wedding mail" else {"delay": "6h"}
        return mail(self.key, **when, subject=f"L{self.number}", **was)


class Promises(RuleBasedStateMachine):
    """A studio with four couples; what its owner, its server, its couples and its power supply do to it."""

    def __init__(self, founded: Path, folder: Path, provider: Provider, mailbox: ImapServer) -> None:
        super().__init__()
        self.provider, self.mailbox = provider, mailbox
        provider.forget()
        self.root = Path(shutil.copytree(founded, folder / "studio"))
        clock = VirtualClock(START)
        self.life = Life(self.root, clock, Studio.open(self.root, clock))
        self.parts = [Part(1, "mail"), Part(2, "score"), Part(3, "mail")]
        self.removed: list[Part] = []
        self.number = 3
        self.active = True
        self.gone: dict[str, int] = {}  # who has left, and how many letters they had got by then
        self.backups: list[Path] = []
        self._write()
        self.life.apply()
        self.life.add(*COUPLES, wedding_date=date(2027, 3, 10))
        for name in COUPLES[:3]:
            self.life.happens(name, standing.add_tag, "asked")

    def teardown(self) -> None:
        self.life.studio.__exit__(None, None, None)
        shutil.rmtree(self.root)

    # time and trouble

    @rule(by=SPANS)
    def time_goes_by(self, by: timedelta) -> None:
        self.life.later(by)

    @rule(ticks=st.integers(2, 8))
    def some_days_go_by(self, ticks: int) -> None:
        for _ in range(ticks):
            self.life.later(7 * HOUR)

    @rule(mood=st.sampled_from(MOODS + DROPPING), by=LONG_SPANS)
    def the_server_has_a_mood(self, mood: str, by: timedelta) -> None:
        self.provider.mood = mood
        self.life.later(by)
        self.provider.mood = FINE

    @rule(works=st.booleans())
    def the_mailbox_works(self, works: bool) -> None:
        self.mailbox.faults.clear()
        if not works:
            self.mailbox.faults["search"] = "{tag} NO not now"

    @rule(by=LONG_SPANS, commits=st.integers(1, 5))
    def the_power_fails(self, by: timedelta, commits: int) -> None:
        """Lose everything that is not in the file, in the place of the n-th commit."""
        self.life.clock.advance(by)
        left = [commits]

        def cut(_: object) -> None:
            left[0] -= 1
            if left[0] <= 0:
                raise PowerCutError

        engine = self.life.studio.database._engine
        event.listen(engine, "commit", cut)
        try:
            self.life.tick()
        except BaseException:
            if left[0] > 0:  # else it is what came of the cut
                raise
        event.remove(engine, "commit", cut)
        self.life.studio.__exit__(None, None, None)
        self.life.studio = Studio.open(self.root, self.life.clock)

    # the couples

    @rule(name=NAMES)
    def they_ask(self, name: str) -> None:
        if name in self.gone:  # who asks anew is written to again
            return
        self.life.happens(name, standing.add_tag, "asked")

    @precondition(lambda self: len(self.gone) < 2)
    @rule(name=NAMES, how=st.sampled_from(LEAVINGS))
    def they_leave(self, name: str, how: tuple[Any, ...]) -> None:
        self.life.happens(name, *how)
        self.gone.setdefault(name, self._letters(name))

    @rule(name=NAMES, day=st.sampled_from([date(2027, 2, 10), date(2027, 3, 1), date(2027, 9, 4)]))
    def they_move_the_wedding(self, name: str, day: date) -> None:
        self.life.set(name, wedding_date=day)

    # the owner

    @rule(name=NAMES, what=st.sampled_from([standing.pause, standing.resume]))
    def a_couple_is_paused_or_resumed(self, name: str, what: Any) -> None:
        self.life.happens(name, what)

    @rule(name=NAMES, paused=st.booleans())
    def walks_are_paused_or_resumed(self, name: str, paused: bool) -> None:
        with self.life.studio.change() as change:
            for walked in self._walks(change.session, name, "active" if paused else "paused"):
                if paused:
                    by_hand.pause(change, walked)
                elif name not in self.gone:  # the owner would write to them on purpose
                    by_hand.resume(change, self.life.studio.engine, walked)

    @rule()
    def what_is_parked_is_resolved(self) -> None:
        for number, message_id in self._rows("SELECT id, message_id FROM outbox WHERE state = 'parked'"):
            with self.life.studio.change() as change:
                resolve.resolve(change, self.life.studio.engine, number, sent=message_id in self.provider.ids())

    @rule(how=EDITS, here=PLACES, there=PLACES, kind=KINDS)
    def the_sequence_is_edited(self, how: str, here: int, there: int, kind: str) -> None:
        here, there = here % len(self.parts), there % (len(self.parts) + 1)
        if how == "add":
            self.number += 1
            self.parts.insert(there, Part(self.number, kind))
        elif how == "remove" and len(self.parts) > 1:
            self.removed.append(self.parts.pop(here))
        elif how == "bring back" and self.removed:
            self.parts.insert(there, self.removed.pop())
        elif how == "rename":
            self.parts[here] = replace(self.parts[here], renamed=True)
        elif how == "move":
            self.parts.insert(min(there, len(self.parts) - 1), self.parts.pop(here))
        elif how == "switch":
            self.active = not self.active
        self._write()
        self.life.apply()

    @rule()
    def a_backup_is_made(self) -> None:
        self.backups.append(self.root / f"backup{len(self.backups)}.db")
        back_up(self.life.studio.database.path, self.backups[-1])

    @precondition(lambda self: self.backups)
    @rule(which=PLACES)
    def a_backup_is_put_back(self, which: int) -> None:
        restore(self.root, self.life.studio.config, self.life.clock, self.backups[which % len(self.backups)])
        self.life.studio.follow_restore()

    # the promises

    @invariant()
    def no_letter_goes_twice(self) -> None:
        assert set(self.provider.ids().values()) <= {1}
        steps = Counter((address, subject) for _, address, subject in self.provider.taken)
        assert set(steps.values()) <= {1}, steps

    @invariant()
    def who_has_left_gets_nothing_more(self) -> None:
        for name, letters in self.gone.items():
            assert self._letters(name) == letters, name

    @invariant()
    def each_message_is_accounted_for(self) -> None:
        states = dict(self._rows("SELECT message_id, state FROM outbox"))
        taken = self.provider.ids()
        for message_id in taken:
            assert states.get(message_id) in {"sent", "in_doubt", "parked"}, (message_id, states.get(message_id))
        for message_id, state in states.items():
            assert state != "sent" or message_id in taken, "it is called sent, and nobody has it"

    @invariant()
    def no_walk_is_forgotten(self) -> None:
        forgotten = self._rows(
            """SELECT e.id, e.current_step FROM lead_nurture_enrollments e WHERE e.status = 'active'
               AND e.next_at IS NULL AND e.held_reason IS NULL AND NOT EXISTS (SELECT 1 FROM outbox o
               WHERE o.enrollment_id = e.id AND o.state IN ('queued', 'in_doubt', 'parked'))"""
        )
        assert forgotten == []
        ended = (
            "SELECT id FROM lead_nurture_enrollments WHERE status NOT IN ('active', 'paused') AND end_reason IS NULL"
        )
        assert self._rows(ended) == []

    @invariant()
    def what_steps_do_is_done_once(self) -> None:
        done = Counter(
            (lead, int(key.removeprefix("s").removesuffix("-again")))
            for lead, key in self._rows(
                """SELECT e.lead_id, x.step_key FROM sequence_executions x JOIN lead_nurture_enrollments e
                   ON e.id = x.enrollment_id WHERE x.status = 'executed'"""
            )
        )
        assert set(done.values()) <= {1}, done
        effects = Counter(
            (lead, int(told[1:]))
            for lead, told in self._rows(
                """SELECT lead_id, reason FROM lead_score_adjustments WHERE reason LIKE 'S%'
                   UNION ALL SELECT lead_id, title FROM tasks WHERE title LIKE 'T%'"""
            )
        )
        kinds = {part.number: part.kind for part in (*self.parts, *self.removed)}
        assert effects == Counter(key for key in done if kinds[key[1]] in {"score", "task"})

    def _letters(self, name: str) -> int:
        return sum(address.startswith(name) for _, address, _ in self.provider.taken)

    def _write(self) -> None:
        steps = [part.as_step() for part in self.parts]
        enroll = {"when": {"tags": {"all": ["asked"]}}}
        stop_on = ["conversion", "reply", "opt_out", "bounce", "lost"]
        self.life.write("welcome", *steps, enroll=enroll, stop_on=stop_on, active=self.active)

    def _walks(self, session: Any, name: str, status: str) -> list[Enrollment]:
        lead = leads.find(session, f"{name}@example.org")
        query = "SELECT id FROM lead_nurture_enrollments WHERE lead_id = :lead AND status = :status"
        ids = session.execute(text(query), {"lead": lead.id, "status": status}).scalars().all()
        return [session.get_one(Enrollment, one) for one in ids]

    def _rows(self, query: str) -> list[Any]:
        with self.life.studio.read() as session:
            return [tuple(row) for row in session.execute(text(query)).all()]


@pytest.fixture
def machine(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with ImapServer() as mailbox, listening(Provider(mailbox)) as (provider, port):
        given = {"TRANSPORT": "smtp", "SMTP__HOST": "127.0.0.1", "SMTP__PORT": str(port), "SMTP__SECURITY": "none"}
        box = {"HOST": "127.0.0.1", "PORT": str(mailbox.port), "SECURITY": "none", "USERNAME": USERNAME}
        for section, values in (("MAIL", given), ("MAILBOX", box | {"PASSWORD": PASSWORD})):
            for key, value in values.items():
                monkeypatch.setenv(f"LEADNURTURE_{section}__{key}", value)
        monkeypatch.setenv("LEADNURTURE_WORKER__CONCURRENCY", "1")  # so that an example goes the same way each time
        yield lambda: Promises(founded, tmp_path, provider, mailbox)


def test_the_promises_hold_whatever_happens(machine: Any) -> None:
    run_state_machine_as_test(
        machine, settings=settings(max_examples=20, stateful_step_count=25, deadline=None, phases=[Phase.generate])
    )


@pytest.mark.acceptance
def test_the_promises_hold_whatever_happens_for_long(machine: Any) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=120, stateful_step_count=40, deadline=None))
