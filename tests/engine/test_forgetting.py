"""Forgetting a couple: no byte of them is left in the studio's folder, and what was counted still is."""

import base64
import quopri
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from studio_life import DAY, START, Life, mail, tag

from leadnurture.crm import consents, leads, opt_outs, standing, tasks, timeline
from leadnurture.crm.blocking import block
from leadnurture.crm.consents import Said
from leadnurture.engine.forgetting.backups import Treatment
from leadnurture.engine.forgetting.forget import Forgotten, UnerasableFileError, UnsettledMessageError, forget_all
from leadnurture.engine.merging import merge
from leadnurture.engine.retention import agree, lost_for
from leadnurture.restoring import restore
from leadnurture.store.backup.copying import back_up
from leadnurture.store.tables.blocked_day import BlockedDay
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.lead_book import LeadView
from leadnurture.store.tables.privacy import ErasedFigure
from leadnurture.store.tables.task import Task
from leadnurture.store.vocabulary import ConsentKind, ConsentOrigin, ContactChannel, InteractionType
from leadnurture.worker.logbook import Logbook

ADDRESS, SECOND, NUMBER = "élodie.brontë@example.org", "jack.grey@example.net", "+447700900123"
NAMES = {"couple_name_bride": "Élodie Brontë", "couple_name_groom": "Jack Grey"}
NEEDLES = ("Élodie", "Brontë", "Jack Grey", ADDRESS, SECOND, NUMBER, "7700900123", "7700 900123")
LETTER = (
    "Dear {{ lead.couple_full_names }},\n\nwe write to {{ lead.primary_email }} and call "
    "{{ lead.primary_phone or 'you' }}. " + "It is long, so that it needs a form of its own. " * 10
)


def needles_in(content: bytes) -> set[str]:
    """The needles that bytes hold in UTF-8 or UTF-16, plain, quoted-printable, or in any run of Base64."""
    plain = [content, quopri.decodestring(content)]
    for run in re.findall(rb"[A-Za-z0-9+/\r\n]{24,}={0,2}", content):
        squeezed = re.sub(rb"\s", b"", run)
        for start in range(4):
            whole = squeezed.rstrip(b"=")[start:]
            plain.append(base64.b64decode(whole[: len(whole) // 4 * 4]))
    found = set()
    for needle in NEEDLES:
        for form in (needle, needle.lower()):
            codings = [form.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be")]
            if any(coded in bytes_ or coded in bytes_.lower() for coded in codings for bytes_ in plain):
                found.add(needle)
    return found


def holding(root: Path) -> dict[str, set[str]]:
    """Every file of a studio that holds a needle, by its path."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    found = {str(path.relative_to(root)): needles_in(path.read_bytes()) for path in files}
    return {name: needles for name, needles in found.items() if needles}


def forget(life: Life, name: str, treatment: Treatment = Treatment.LIST) -> Forgotten:
    (done,) = forget_all(life.studio.engine, [lead_id(life, name)], life.clock.now(), treatment)
    return done


def lead_id(life: Life, address: str) -> int:
    with life.studio.read() as session:
        return leads.find(session, address).id or 0


@pytest.fixture
def lived(life: Life) -> Life:
    """A studio in which a couple has left traces wherever it can, and another one with it."""
    life.given(
        "welcome", mail("hello", body=LETTER, subject="For {{ lead.couple_full_names }}", to="both"), tag("seen")
    )
    life.given("later", mail("more", body=LETTER, delay="9d"), exclusive=False)
    with life.studio.change() as change:
        lead = leads.create(
            change,
            {"primary_email": ADDRESS, "secondary_email": SECOND, "primary_phone": NUMBER, **NAMES},
            origin="typed",
        )
        timeline.reply(change, lead, "Élodie Brontë here: I am at 07700 900123")
        tasks.create(change, lead, "Call Élodie Brontë", description=NUMBER)
        lead.additional_notes = "Jack Grey is her partner"
    life.add("zoe", couple_name_bride="Zoe Reed")
    log = Logbook(life.root, None, "run", print, lambda: life.studio.config)
    report = life.studio.engine
    life.tick()
    for event in life.events:
        log.event(event)
    log.note(life.clock.now(), f"error: 550 <{ADDRESS}> unknown", f"Traceback\n  of {ADDRESS}")
    log.note(life.clock.now(), "nothing about anybody")
    assert report is life.studio.engine
    with life.change(ADDRESS.partition("@")[0]) as (change, lead):
        consents.record(change, lead, ConsentKind.MARKETING, Said(given=True, origin=ConsentOrigin.MAIL, text="Élodie"))
        opt_outs.opt_out(change, lead, ContactChannel.SMS, "Jack Grey said so")
        standing.convert(change, lead, 240_000, notes="Jack Grey paid")
    return life


def test_no_byte_of_them_is_left_in_the_studios_folder(lived: Life) -> None:
    before = holding(lived.root)
    assert {Path(name).suffix for name in before} == {".db", ".eml", ".log"}
    assert set().union(*before.values()) >= set(NEEDLES) - {"7700 900123"}
    done = forget(lived, ADDRESS)
    assert holding(lived.root) == {}
    assert (done.compacted, done.files, done.mentions) == (True, (), ())
    assert done.letters == 1
    (log,) = (lived.root / ".leadnurture/log").glob("*.log")
    assert "nothing about anybody" in log.read_text()
    assert "lead 2 " in log.read_text()
    assert "Traceback" not in log.read_text()


def test_nothing_of_the_others_is_lost_and_their_walks_go_on(lived: Life) -> None:
    forget(lived, ADDRESS)
    assert lived.sent("zoe") == ["For Zoe Reed"]
    lived.later(10 * DAY)
    assert lived.sent("zoe") == ["For Zoe Reed", "more"]
    with closing(sqlite3.connect(lived.root / "leadnurture.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_was_counted_stays_without_them(lived: Life) -> None:
    forget(lived, ADDRESS)
    day = START.date()
    with lived.studio.read() as session:
        rows = session.exec(select(ErasedFigure)).all()
    kept = {(row.kind.value, row.sequence_id, row.detail): (row.day, row.source_name, row.number) for row in rows}
    assert kept == {
        ("inquiry", "", "won"): (day, "website", 1),
        ("booking", "", "booking_confirmed"): (day, "website", 1),
        ("enrollment", "welcome", "completed"): (day, "website", 1),
        ("enrollment", "later", "cancelled"): (day, "website", 1),
        ("message", "welcome", "email"): (day, "website", 1),
    }
    assert sum(row.amount for row in rows if row.kind.value == "booking") == 240_000


def test_what_they_opted_out_of_outlives_them(lived: Life) -> None:
    lived.happens(ADDRESS.partition("@")[0], standing.opt_out, "by phone")
    forget(lived, ADDRESS)
    with lived.studio.change() as change:
        back = leads.create(change, {"primary_email": SECOND}, origin="typed")
    assert change.suppressed == [back.id]
    assert back.opt_out_date is not None


@pytest.mark.parametrize("state", ["in_doubt", "parked"])
def test_a_message_whose_fate_is_unknown_is_settled_first(lived: Life, state: str) -> None:
    with lived.studio.database.write() as session:
        session.execute(text("UPDATE outbox SET state = :state WHERE lead_id = 1"), {"state": state})
    with pytest.raises(UnsettledMessageError, match="nobody knows yet whether message 1"):
        forget(lived, ADDRESS)
    assert "leadnurture.db" in holding(lived.root)


def test_a_file_that_cannot_be_changed_leaves_the_rows_so_that_it_can_be_done_again(
    lived: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", denied)
        with pytest.raises(UnerasableFileError, match="Permission denied"):
            forget(lived, ADDRESS)
    assert lead_id(lived, ADDRESS) == 1
    forget(lived, ADDRESS)
    assert holding(lived.root) == {}


def test_what_others_rows_and_files_of_the_owner_say_of_them_is_told(lived: Life) -> None:
    lived.set("zoe", additional_notes="a friend of Jack Grey")
    (lived.root / "inquiries.csv").write_text(f"Email\n{ADDRESS}\n")
    done = forget(lived, ADDRESS)
    assert done.files == (lived.root / "inquiries.csv",)
    assert [place for place in done.mentions if place == "leads of lead 2"] == ["leads of lead 2"]
    assert lived.lead("zoe").additional_notes == "a friend of Jack Grey"


def test_no_word_of_them_is_left_in_a_full_text_index(lived: Life) -> None:
    file, columns = lived.root / "leadnurture.db", "couple_name_bride, primary_email"
    erased = "INSERT INTO words (words, rowid, couple_name_bride, primary_email) VALUES ('delete', old.id, "
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE words USING fts5({columns}, content='leads', content_rowid='id')")
        trigger = f"BEGIN {erased} old.couple_name_bride, old.primary_email); END"
        connection.execute(f"CREATE TRIGGER words_erased AFTER DELETE ON leads {trigger}")
        connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
    assert b"bronte" in file.read_bytes()  # without its accent only the index has it
    forget(lived, ADDRESS)
    assert b"ronte" not in file.read_bytes()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT rowid FROM words WHERE words MATCH 'reed'").fetchall() == [(2,)]


def test_a_couple_that_was_merged_is_forgotten_under_both_its_names(lived: Life) -> None:
    lived.add("twin", couple_name_bride="Brontë Élodie")
    file = backed_up(lived)
    with lived.studio.change() as change:
        kept, other = leads.find(change.session, ADDRESS), leads.find(change.session, "twin@example.org")
        token = other.unsubscribe_token
        merge(change, lived.studio.engine, kept, other)
        assert leads.find(change.session, f"unsubscribe {token}").id == kept.id
    log = Logbook(lived.root, None, "run", print, lambda: lived.studio.config).log
    log.write(lived.clock.now(), "run  lead 3  welcome/hello  held")
    forget(lived, ADDRESS, Treatment.REWRITE)
    assert holding(lived.root) == {}
    assert [path.name for path in lived.root.rglob("*") if path.is_file() and b"twin@" in path.read_bytes()] == []
    assert "lead 3 " not in next((lived.root / ".leadnurture/log").glob("*.log")).read_text()
    assert file.exists()


def spoken_of(life: Life) -> None:
    """Let a couple be named in rows that are no couple's, and thereby on the timeline of another one."""
    life.add("ida", wedding_date=date(2027, 9, 4))
    with life.studio.change() as change:
        block(change, [date(2027, 9, 4)], "Engagement shoot of Élodie Brontë")
        tasks.create(change, None, "Ring Jack Grey", description=f"on {NUMBER}")
        filters = {"search": "Élodie Brontë"}
        view = LeadView(name="hers", filters=filters, sort_by="inquiry", page_limit=50, created_at=change.now)
        change.session.add(view)


def test_days_tasks_and_views_that_are_no_couples_do_not_name_them_any_more(lived: Life) -> None:
    spoken_of(lived)
    assert "Brontë" in str(lived.told("ida", InteractionType.LEAD_UPDATED))
    file = backed_up(lived)
    done = forget(lived, ADDRESS, Treatment.REWRITE)
    assert holding(lived.root) == {}
    assert (done.mentions, done.backups.rewritten) == ((), (file,))
    with lived.studio.read() as session:
        assert session.exec(select(BlockedDay.reason)).all() == ["Engagement shoot of (erased)"]
        assert session.exec(select(Task.title).where(col(Task.lead_id).is_(None))).all() == ["Ring (erased)"]
        assert session.exec(select(LeadView.filters)).all() == [{"search": "(erased)"}]


def test_what_another_couple_is_known_by_as_well_is_not_taken_from_them(lived: Life) -> None:
    lived.add("ada", couple_name_bride="Élodie Brontë", primary_phone=NUMBER, secondary_email=SECOND)
    lived.tick()
    with lived.studio.change() as change:
        tasks.create(change, None, "Ring Élodie Brontë", description=f"on {NUMBER}")
    letters = len(list((lived.root / "outbox").glob("*.eml")))
    file = backed_up(lived)
    done = forget(lived, ADDRESS, Treatment.REWRITE)
    assert len(list((lived.root / "outbox").glob("*.eml"))) == letters - 1
    assert done.backups.rewritten == (file,)
    with lived.studio.read() as session:
        assert session.exec(select(Task.title).where(col(Task.lead_id).is_(None))).all() == ["Ring Élodie Brontë"]
    assert f"leads of lead {lead_id(lived, 'ada@example.org')}" in done.mentions


def test_the_day_of_a_couple_that_had_booked_is_free_at_once(lived: Life) -> None:
    day = date(2027, 9, 4)
    lived.set(ADDRESS.partition("@")[0], wedding_date=day)
    lived.add("ida", wedding_date=day)
    assert lived.lead("ida").date_available is False
    forget(lived, ADDRESS)
    assert lived.lead("ida").date_available is True
    assert lived.told("ida", InteractionType.LEAD_UPDATED)[-1][0] == "4 September 2027 is free again"


class TestBackups:
    def test_they_are_listed_unless_said_otherwise(self, lived: Life) -> None:
        file = backed_up(lived)
        assert forget(lived, ADDRESS).backups.holding == (file,)
        assert holding(lived.root).keys() == {"backups/kept.db"}

    def test_they_are_rewritten_without_them_and_stay_whole(self, lived: Life) -> None:
        file = backed_up(lived)
        time = file.stat().st_mtime_ns
        assert forget(lived, ADDRESS, Treatment.REWRITE).backups.rewritten == (file,)
        assert holding(lived.root) == {}
        assert file.stat().st_mtime_ns == time
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("SELECT primary_email FROM leads").fetchall() == [("zoe@example.org",)]
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    def test_they_are_deleted(self, lived: Life) -> None:
        file = backed_up(lived)
        other = lived.root / "backups" / "damaged.damaged"
        other.write_bytes(b"no database, but " + ADDRESS.encode())
        assert set(forget(lived, ADDRESS, Treatment.DELETE).backups.deleted) == {file, other}
        assert holding(lived.root) == {}

    def test_one_that_is_damaged_is_not_said_to_be_rewritten(self, lived: Life) -> None:
        (lived.root / "backups").mkdir(exist_ok=True)
        other = lived.root / "backups" / "damaged.damaged"
        other.write_bytes(b"no database, but " + ADDRESS.encode())
        assert forget(lived, ADDRESS, Treatment.REWRITE).backups.holding == (other,)

    def test_one_that_is_restored_forgets_them_again(self, lived: Life) -> None:
        file = backed_up(lived)
        forget(lived, ADDRESS)
        lived.studio.database.close()
        restored = restore(lived.root, lived.studio.config, lived.clock, file)
        assert restored.outcome["leads_forgotten"] == 1
        lived.studio.follow_restore()
        assert holding(lived.root).keys() == {"backups/kept.db"}
        with lived.studio.read() as session:
            assert [lead.primary_email for lead in session.exec(select(Lead)).all()] == ["zoe@example.org"]
        file.unlink()
        assert holding(lived.root) == {}


def backed_up(life: Life) -> Path:
    file = life.root / "backups" / "kept.db"
    file.parent.mkdir(exist_ok=True)
    back_up(life.root / "leadnurture.db", file)
    return file


class TestRetention:
    @pytest.fixture
    def ruled(self, begin: object, life: Life) -> Iterator[Life]:
        config = life.root / "leadnurture.toml"
        config.write_text(config.read_text() + '\n[privacy]\nforget_lost_after = "24m"\n')
        with type(life.studio).open(life.root, life.clock) as studio:
            yield Life(life.root, life.clock, studio)

    def lost(self, life: Life, *names: str) -> None:
        life.add(*names, enrolling=False)
        for name in names:
            life.happens(name, standing.lose, "budget")

    def names(self, life: Life) -> list[str]:
        with life.studio.read() as session:
            return [lead.primary_email.partition("@")[0] for lead in session.exec(select(Lead)).all()]

    def test_nobody_is_forgotten_before_the_owner_has_agreed(self, ruled: Life) -> None:
        self.lost(ruled, "amy")
        ruled.add("zoe")
        ruled.later(740 * DAY)
        assert self.names(ruled) == ["amy", "zoe"]
        with ruled.studio.database.write() as session:
            assert agree(session, ruled.studio.config, 24, ruled.clock.now())
        assert ruled.tick().counts["forgotten"] == 1
        assert self.names(ruled) == ["zoe"]

    def test_a_shorter_rule_wants_to_be_agreed_to_anew(self, ruled: Life) -> None:
        with ruled.studio.database.write() as session:
            assert not agree(session, ruled.studio.config, 36, ruled.clock.now())
        self.lost(ruled, "amy")
        ruled.later(740 * DAY)
        assert self.names(ruled) == ["amy"]

    def test_only_who_has_been_lost_and_quiet_so_long_and_never_booked(self, life: Life) -> None:
        self.lost(life, "amy", "replied", "booked", "lately")
        life.add("open")
        with life.change("booked") as (change, lead):
            standing.convert(change, lead, 100)
            standing.lose(change, lead, "cancelled")
        life.clock.advance(700 * DAY)
        life.happens("replied", timeline.reply, "We may come back")
        with life.change("lately") as (change, lead):
            standing.set_status(change, lead, type(lead.lead_status).NEGOTIATION)
            standing.lose(change, lead, "again")
        life.clock.advance(40 * DAY)
        with life.studio.read() as session:
            assert [lead.primary_email for lead in lost_for(session, 24, life.clock.now())] == ["amy@example.org"]

    def test_a_simulation_forgets_nobody(self, ruled: Life) -> None:
        from leadnurture.engine.events import ignore
        from leadnurture.engine.tick import tick
        from leadnurture.simulation.stage import staged

        self.lost(ruled, "amy")
        with ruled.studio.database.write() as session:
            agree(session, ruled.studio.config, 24, ruled.clock.now())
        with staged(ruled.studio, ruled.clock.now() + 740 * DAY) as stage:
            assert tick(stage.engine, ignore).counts["forgotten"] == 0
        assert self.names(ruled) == ["amy"]


def test_a_day_is_the_studios(life: Life) -> None:
    life.add("amy")
    forget(life, "amy@example.org")
    with life.studio.read() as session:
        assert [row.day for row in session.exec(select(ErasedFigure)).all()] == [date(2027, 1, 4)]
