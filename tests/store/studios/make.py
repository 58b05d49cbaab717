"""Makes the file of a small studio in which all kinds of things have happened, by the schema of today.

Run by hand, before a migration is added, from the checkout whose schema is to be kept:

    .venv/bin/python tests/store/studios/make.py

It writes `v<schema version>.db.gz` beside itself and refuses to replace one: a stored file is never made again, because
later programs could not have written it. `test_upgrading.py` opens each of them.
"""

import gzip
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from leadnurture.store.tables.task import Task
from sqlmodel import col, select

from leadnurture.channels.transport import Answer, Line, Verdict
from leadnurture.clock import VirtualClock
from leadnurture.crm import appointments, leads, standing, timeline
from leadnurture.engine import by_hand
from leadnurture.engine.applying import apply
from leadnurture.engine.decide import decide
from leadnurture.engine.events import ignore
from leadnurture.engine.tick import tick
from leadnurture.founding import Answers, found_studio
from leadnurture.outbox_channel import OutboxChannel, Trouble
from leadnurture.sequences.check import check, errors_in
from leadnurture.sequences.versions import compare
from leadnurture.store import vocabulary as words
from leadnurture.store.migrations import LATEST
from leadnurture.store.tables.appointment import Appointment
from leadnurture.store.tables.channel_rest import ChannelRest
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.studio import Studio

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANSWERS = Answers("Hart & Holly", "Holly Hart", "holly@hart.example", "Europe/London", "GB", "GBP", "en_GB")
WELCOME = """\
name: Welcome
enroll: {when: {status: [new, contacted, qualified, proposal_sent, follow_up, negotiation]}}
settings: {max_retries: 1, retry_delay: 1h}
steps:
  - id: hello
    action: send_email
    subject: "Hello, {{ lead.couple_names or 'both' }}"
    body: It is good to hear of you.
  - {id: seen, action: add_lead_tag, tag: welcomed}
  - {id: score, action: update_lead_score, change: 5}
  - {id: never, action: create_task, title: Never, when: {tags: {all: [no such tag]}}}
  - {id: call, action: create_task, title: "Call {{ lead.couple_names or 'them' }}", delay: 1d, due: +1d}
  - {id: meet, action: schedule_appointment, title: Tea, start: "+7d 15:00", duration: 1h}
  - {id: answer, action: wait_until, until: {replied: true}, timeout: 300d}
  - {id: silence, action: send_email, reply_to_step: hello, body: "We have not heard of you for long."}
"""
VENUE = """\
name: Venue
enroll: {when: {tags: {all: [venue]}}}
steps:
  - {id: ask, action: send_email, subject: "{{ lead.wedding_venue }}", body: "We love {{ lead.wedding_venue }}."}
"""
SHORT = """\
name: Short
enroll: {when: {source: [referral]}}
steps:
  - {id: only, action: add_lead_tag, tag: short}
"""
FIRST = ("sent", "parked", "refused", "failed", "paused", "cancelled", "optout", "booked", "lost", "held", "replied")


class ScriptedLine:
    """Answers by the part of the address before the @, as servers have been known to."""

    def __init__(self) -> None:
        self._name = ""

    def offer(self, message: object) -> Answer:
        self._name = str(message.recipients[0]).partition("@")[0]  # type: ignore[attr-defined]
        if self._name == "refused":
            return Answer(Verdict.REFUSED, "550 5.1.1 no such user")
        return (
            Answer(Verdict.TRANSIENT, "451 later") if self._name == "failed" else Answer(Verdict.ACCEPTED, "250 fine")
        )

    def hand_over(self) -> Answer:
        in_doubt = self._name in {"parked", "doubt"}
        return Answer(Verdict.UNKNOWN, "gone") if in_doubt else Answer(Verdict.ACCEPTED, "250 taken")

    def withdraw(self) -> None:
        pass

    def close(self) -> None:
        pass


class Scripted:
    """The transport of these lines; it cannot say what became of a message."""

    name = "scripted"

    def line(self) -> Line:
        return ScriptedLine()

    def arrived(self, message_id: str) -> bool | None:
        return None


def live(studio: Studio, clock: VirtualClock) -> None:
    """Let three weeks go by."""
    studio.__dict__["engine"] = replace(studio.engine, transport=Scripted())
    drafts = list(studio.folder.drafts(studio.reading()))
    for draft in drafts:
        assert not (wrong := errors_in(check(draft, studio.folder, studio.config))), wrong
    with studio.change() as change:
        apply(change, studio.engine, compare(change.session, drafts))
    with studio.change() as change:
        for name in FIRST:
            _add(change, name)
        _add(change, "completed", lead_source="referral")
        standing.add_tag(change, _lead(change, "held"), "venue")
    for _ in range(8):
        clock.advance(HOUR)
        tick(studio.engine, ignore)
    _decide_about_them(studio)
    for _ in range(9):
        clock.advance(DAY)
        tick(studio.engine, ignore)
    _go_on(studio)
    with studio.change() as change:
        _add(change, "doubt")
    tick(studio.engine, ignore)
    with studio.change() as change:
        _add(change, "queued")
        _add(change, "fresh")
    decide(studio.engine, clock.now(), ignore)
    with studio.change() as change:
        _add(change, "due")
        change.session.add(_a_rest(clock.now()))


def _a_rest(now: datetime) -> ChannelRest:
    return ChannelRest(
        channel=OutboxChannel.SMS,
        trouble=Trouble.QUOTA,
        reason="402 no credit",
        failures=2,
        since=now - HOUR,
        until=now + HOUR,
        configuration="0" * 40,
    )


def _add(change: object, name: str, **facts: object) -> None:
    couple = {"couple_name_bride": name.title(), "couple_name_groom": "Zoë"}
    given = {"primary_email": f"{name}@example.org", "wedding_date": datetime(2027, 6, 12).date(), **couple, **facts}  # noqa: DTZ001
    leads.create(change, given, origin="typed")  # type: ignore[arg-type]


def _lead(change: object, name: str) -> Lead:
    return leads.find(change.session, f"{name}@example.org")  # type: ignore[attr-defined]


def _walk(change: object, name: str) -> Enrollment:
    query = select(Enrollment).where(Enrollment.lead_id == _lead(change, name).id).order_by(col(Enrollment.id))
    return change.session.exec(query).first()  # type: ignore[attr-defined,no-any-return]


def _decide_about_them(studio: Studio) -> None:
    with studio.change() as change:
        by_hand.pause(change, _walk(change, "paused"))
        by_hand.cancel(change, _walk(change, "cancelled"))
        standing.opt_out(change, _lead(change, "optout"), "they wrote so")
        timeline.reply(change, _lead(change, "replied"), "Could we talk on Friday? – Élise")
        standing.convert(change, _lead(change, "booked"), 240_000, notes="the big package")
        standing.lose(change, _lead(change, "lost"), "date taken")
        plan = appointments.Plan("Viewing", studio.now() + DAY, studio.now() + DAY + HOUR, location="Kew")
        for name in ("sent", "paused", "replied"):
            appointments.schedule(change, _lead(change, name), plan)


def _go_on(studio: Studio) -> None:
    statuses = {status.value for status in words.LeadStatus}
    with studio.change(enrolling=False) as change:
        for status in sorted(statuses):
            _add(change, f"is-{status.replace('_', '-')}", lead_status=status)
        first, second, *_ = appointments.agenda(change.session, everything=True)
        appointments.finish(change, first)
        appointments.cancel(change, second)
        for task, status in zip(change.session.exec(select(Task)).all(), words.TaskStatus, strict=False):
            task.status = status
        standing.pause(change, _lead(change, "held"))


def _require_everything(studio: Studio) -> None:
    """Refuse a studio in which something has not happened: it would prove less than it says."""
    kinds = (
        (Lead.lead_status, words.LeadStatus),
        (Enrollment.status, words.EnrollmentStatus),
        (Execution.status, words.ExecutionStatus),
        (OutboxMessage.state, words.OutboxState),
        (Task.status, words.TaskStatus),
        (Appointment.status, words.AppointmentStatus),
    )
    with studio.read() as session:
        for column, kind in kinds:
            missing = set(kind) - set(session.exec(select(column).distinct()).all())  # type: ignore[call-overload]
            assert not missing, f"no {column} is {missing}"
        assert session.exec(select(Enrollment).where(col(Enrollment.held_reason).is_not(None))).first() is not None


def main(folder: Path) -> None:
    """Write the file."""
    target = folder / f"v{LATEST}.db.gz"
    if target.exists():
        sys.exit(f"{target} is there already, and is never made again")
    with tempfile.TemporaryDirectory() as place:
        root, clock = Path(place) / "studio", VirtualClock(START)
        found_studio(root, ANSWERS, START, default=False)
        for path in (root / "sequences").glob("*.yaml"):
            path.unlink()
        for name, text in (("welcome", WELCOME), ("venue", VENUE), ("short", SHORT)):
            (root / "sequences" / f"{name}.yaml").write_text(text, encoding="utf-8")
        with Studio.open(root, clock) as studio:
            live(studio, clock)
            _require_everything(studio)
        with closing(sqlite3.connect(root / "leadnurture.db")) as connection:
            connection.execute("VACUUM")
        target.write_bytes(gzip.compress((root / "leadnurture.db").read_bytes(), mtime=0))
    print(f"wrote {target}")


if __name__ == "__main__":
    main(Path(__file__).parent)
