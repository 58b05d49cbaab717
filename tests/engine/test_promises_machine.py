"""Whatever happens to a studio, in whatever order, the promises of docs/architecture.md hold at each moment."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
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
from provider import MOODS, Provider
from sqlalchemy import event, text
from studio_life import DAY, HOUR, MINUTE, START, Life, mail

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads, standing, timeline
from leadnurture.engine import by_hand, resolve
from leadnurture.restoring import restore
from leadnurture.store.backup.copying import back_up
from leadnurture.store.tables import Enrollment
from leadnurture.store.vocabulary import LeadStatus
from leadnurture.studio import Studio

COUPLES = ("mia", "zoe", "ida")
SPANS = st.sampled_from([-MINUTE, MINUTE, 11 * MINUTE, HOUR, 5 * HOUR, DAY, 3 * DAY, 10 * DAY])
KINDS = st.sampled_from(["mail", "mail", "wedding mail", "score", "task"])
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
    """A studio with three couples; what its owner, its server, its couples and its power supply do to it."""

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

    def teardown(self) -> None:
        self.life.studio.__exit__(None, None, None)
        shutil.rmtree(self.root)

    # time and trouble

    @rule(by=SPANS)
    def time_goes_by(self, by: timedelta) -> None:
        self.life.later(by)

    @rule(mood=st.sampled_from(MOODS))
    def the_server_answers(self, mood: str) -> None:
        self.provider.mood = mood
        self.life.later(HOUR)

    @rule(works=st.booleans())
    def the_mailbox_works(self, works: bool) -> None:
        self.mailbox.faults.clear()
        if not works:
            self.mailbox.faults["search"] = "{tag} NO not now"

    @rule(by=SPANS, commits=st.integers(1, 6))
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
        with suppress(PowerCutError):
            self.life.tick()
        event.remove(engine, "commit", cut)
        self.life.studio.__exit__(None, None, None)
        self.life.studio = Studio.open(self.root, self.life.clock)

    # the couples

    @rule(name=NAMES)
    def they_ask(self, name: str) -> None:
        self.life.happens(name, standing.add_tag, "asked")

    @rule(name=NAMES)
    def they_reply(self, name: str) -> None:
        self._leave(name, timeline.reply, "Yes!")

    @rule(name=NAMES)
    def they_opt_out(self, name: str) -> None:
        self._leave(name, standing.opt_out, "by mail")

    @rule(name=NAMES)
    def they_book(self, name: str) -> None:
        self._leave(name, standing.convert, 240_000)

    @rule(name=NAMES)
    def they_go_elsewhere(self, name: str) -> None:
        self._leave(name, standing.set_status, LeadStatus.LOST)

    @rule(name=NAMES, day=st.sampled_from([date(2027, 2, 10), date(2027, 3, 1), date(2027, 9, 4)]))
    def they_move_the_wedding(self, name: str, day: date) -> None:
        self.life.set(name, wedding_date=day)

    # the owner

    @rule(name=NAMES, what=st.sampled_from([standing.pause, standing.resume]))
    def a_couple_is_paused_or_resumed(self, name: str, what: Any) -> None:
        self.life.happens(name, what)

    @rule(name=NAMES)
    def a_walk_is_paused(self, name: str) -> None:
        with self.life.studio.change() as change:
            for walked in self._walks(change.session, name, "active"):
                by_hand.pause(change, walked)

    @rule(name=NAMES)
    def a_walk_is_resumed(self, name: str) -> None:
        if name in self.gone:  # the owner would write to them on purpose
            return
        with self.life.studio.change() as change:
            for walked in self._walks(change.session, name, "paused"):
                by_hand.resume(change, self.life.studio.engine, walked)

    @rule()
    def what_is_parked_is_resolved(self) -> None:
        for number, message_id in self._rows("SELECT id, message_id FROM outbox WHERE state = 'parked'"):
            with self.life.studio.change() as change:
                resolve.resolve(change, self.life.studio.engine, number, sent=message_id in self.provider.ids())

    @rule(kind=KINDS, place=PLACES)
    def a_step_is_added(self, kind: str, place: int) -> None:
        self.number += 1
        self.parts.insert(place % (len(self.parts) + 1), Part(self.number, kind))
        self._edited()

    @precondition(lambda self: len(self.parts) > 1)
    @rule(place=PLACES)
    def a_step_is_removed(self, place: int) -> None:
        self.removed.append(self.parts.pop(place % len(self.parts)))
        self._edited()

    @precondition(lambda self: self.removed)
    @rule(place=PLACES)
    def a_step_comes_back(self, place: int) -> None:
        self.parts.insert(place % (len(self.parts) + 1), self.removed.pop(place % len(self.removed)))
        self._edited()

    @rule(place=PLACES)
    def a_step_is_renamed(self, place: int) -> None:
        at = place % len(self.parts)
        self.parts[at] = replace(self.parts[at], renamed=True)
        self._edited()

    @rule(old=PLACES, new=PLACES)
    def a_step_is_moved(self, old: int, new: int) -> None:
        part = self.parts.pop(old % len(self.parts))
        self.parts.insert(new % (len(self.parts) + 1), part)
        self._edited()

    @rule()
    def the_sequence_is_switched(self) -> None:
        self.active = not self.active
        self._edited()

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

    def _leave(self, name: str, how: Any, *given: Any) -> None:
        self.life.happens(name, how, *given)
        self.gone.setdefault(name, self._letters(name))

    def _letters(self, name: str) -> int:
        return sum(address.startswith(name) for _, address, _ in self.provider.taken)

    def _edited(self) -> None:
        self._write()
        self.life.apply()

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
        machine, settings=settings(max_examples=12, stateful_step_count=20, deadline=None, phases=[Phase.generate])
    )


@pytest.mark.acceptance
def test_the_promises_hold_whatever_happens_for_long(machine: Any) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=120, stateful_step_count=40, deadline=None))
