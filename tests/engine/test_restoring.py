"""A backup is put back: nothing that went out since goes out again, and nothing goes out blindly."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select
from studio_life import DAY, HOUR, NEW, START, Begin, Life, mail, tag

from leadnurture.clock import VirtualClock
from leadnurture.crm import consents, opt_outs, standing, timeline
from leadnurture.engine import by_hand, resolve, rests
from leadnurture.engine.lock import StudioBusyError, locked
from leadnurture.errors import ConflictError, LeadnurtureError, NotFoundError
from leadnurture.restoring import Restored, restore
from leadnurture.store.backup.copying import back_up
from leadnurture.store.errors import NewerDatabaseError, NotADatabaseError
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import (
    ConsentKind,
    ConsentOrigin,
    ContactChannel,
    EnrollmentStatus,
    InteractionType,
    LeadStatus,
    OutboxState,
)
from leadnurture.studio import Studio

OLD = {"when": {"fields": [{"field": "days_since_inquiry", "operator": "greater_than", "value": 10}]}}
THREE = [mail("one", delay="1h"), mail("two", delay="2d"), mail("three", delay="2d")]


def backed_up(life: Life, name: str = "backup.db") -> Path:
    back_up(life.studio.database.path, life.root / name)
    return life.root / name


def put_back(life: Life, file: Path) -> Restored:
    """Restore, and go on with what is there then, as a daemon does."""
    restored = restore(life.root, life.studio.config, life.clock, file)
    life.studio.follow_restore()
    return restored


def days(life: Life, number: int) -> None:
    """Let days go by, with a tick each."""
    for _ in range(number):
        life.later(DAY)


def damage(path: Path) -> None:
    """Overwrite pages all over the file."""
    with path.open("rb+") as file:
        for page in range(2, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\x5a" * 4096)


class TestWhatTheNewerDatabaseKnows:
    def test_what_went_out_since_counts_as_sent_and_the_walk_goes_on(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        file = backed_up(life)
        life.later(HOUR)
        life.later(2 * DAY)
        assert life.sent("mia") == ["one", "two"]
        restored = put_back(life, file)
        assert (restored.known, restored.outcome["sent"]) == (True, 2)
        assert life.steps("mia") == {"one": "executed", "two": "executed"}
        assert (life.walk("mia").current_step, life.walk("mia").steps_completed) == ("three", 2)
        told = [subject for subject, _ in life.told("mia", InteractionType.EMAIL_SENT)]
        assert told == ["one", "two"]
        life.tick()
        assert life.sent("mia") == ["one", "two"]
        days(life, 3)
        assert life.sent("mia") == ["one", "two", "three"]
        assert life.walk("mia").status is EnrollmentStatus.COMPLETED

    def test_what_was_queued_in_the_backup_and_is_sent_since_does_not_go_again(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        life.clock.advance(HOUR)
        life.decide()
        file = backed_up(life)
        life.tick()
        assert life.sent() == ["one"]
        put_back(life, file)
        days(life, 1)
        assert life.sent() == ["one"]
        assert [message.state for message in life.queue("mia")] == [OutboxState.SENT]

    def test_what_is_queued_in_both_goes_once(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        life.clock.advance(HOUR)
        life.decide()
        put_back(life, backed_up(life))
        days(life, 1)
        assert life.sent() == ["one"]

    def test_other_steps_are_done_again_because_what_they_did_is_not_in_the_backup(self, life: Life) -> None:
        life.given("welcome", mail("one"), tag("greeted"), mail("two", delay="1d"), mail("three", delay="9d"))
        life.add("mia")
        file = backed_up(life)
        life.tick()
        life.later(DAY)
        assert life.sent() == ["one", "two"]
        put_back(life, file)
        assert life.lead("mia").tags == []
        life.tick()
        assert life.lead("mia").tags == ["greeted"]
        assert life.walk("mia").current_step == "three"
        assert life.sent() == ["one", "two"]

    def test_what_was_left_out_by_hand_since_stays_left_out(self, life: Life) -> None:
        from leadnurture.engine.advancing import advance

        life.given("welcome", *THREE)
        life.add("mia")
        file = backed_up(life)
        walked = life.walk("mia").id
        with life.studio.change() as change:
            advance(change, life.studio.engine, change.session.get_one(Enrollment, walked), "three")
        put_back(life, file)
        days(life, 4)
        assert life.sent() == ["three"]

    def test_what_may_have_gone_is_parked_and_the_walk_waits_for_the_owner(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        file = backed_up(life)
        life.clock.advance(HOUR)
        life.decide()
        number = life.queue("mia")[0].id or 0
        with life.studio.database.write() as session:
            message = session.get_one(OutboxMessage, number)
            message.state, message.reason = OutboxState.PARKED, None
        restored = put_back(life, file)
        assert restored.outcome["parked"] == 1
        days(life, 4)
        assert life.sent() == []
        number = life.queue("mia")[0].id or 0
        with life.studio.change() as change:
            resolve.resolve(change, life.studio.engine, number, sent=True)
        days(life, 4)
        assert life.sent() == ["two", "three"]

    @pytest.mark.parametrize(
        "leaving",
        [
            lambda change, lead: standing.opt_out(change, lead, "no more"),
            lambda change, lead: standing.bounce(change, lead, "550 no such user"),
            lambda change, lead: timeline.reply(change, lead, "we are taken"),
            lambda change, lead: standing.set_status(change, lead, LeadStatus.LOST),
            standing.pause,
        ],
        ids=["opted out", "bounced", "replied", "lost", "paused"],
    )
    def test_who_left_since_gets_no_letter_because_of_a_backup(self, life: Life, leaving: Callable[..., None]) -> None:
        life.given("welcome", *THREE)
        life.add("mia", "zoe")
        file = backed_up(life)
        life.later(HOUR)
        life.happens("mia", leaving)
        put_back(life, file)
        days(life, 6)
        assert life.sent("mia") == ["one"]
        assert life.sent("zoe") == ["one", "two", "three"]

    def test_what_they_asked_for_since_still_holds(self, life: Life) -> None:
        life.given("news", mail("offer", delay="2d"), purpose="marketing", exclusive=False)
        life.given("welcome", mail("hello", delay="2d"), exclusive=False)
        life.add("amy", "ben", "new", consent_marketing=True)
        file = backed_up(life)
        said = consents.Said(given=False, origin=ConsentOrigin.MAIL)
        life.happens("amy", consents.record, ConsentKind.MARKETING, said)
        life.happens("ben", opt_outs.opt_out, ContactChannel.EMAIL, "by phone")
        with life.studio.change() as change:
            opt_outs.suppress(change, "gone@example.org", ContactChannel.ALL, "at the fair")
        put_back(life, file)
        life.every_hour(72)
        assert life.sent("amy") == ["hello"]
        assert life.sent("ben") == []
        assert sorted(life.sent("new")) == ["hello", "offer"]
        life.add("gone")
        assert life.lead("gone").opt_out_date is not None

    def test_a_walk_that_began_since_does_not_begin_again_and_goes_on_when_the_owner_says(self, life: Life) -> None:
        life.given("welcome", *THREE, enroll={"when": {"status": ["contacted"]}})
        life.add("mia")
        file = backed_up(life)
        life.set("mia", lead_status=LeadStatus.CONTACTED)
        life.later(HOUR)
        assert life.sent() == ["one"]
        restored = put_back(life, file)
        assert restored.outcome["walks_added"] == 1
        life.set("mia", lead_status=LeadStatus.CONTACTED)
        days(life, 3)
        assert life.sent() == ["one"]
        walked = life.walk("mia").id
        with life.studio.change() as change:
            by_hand.resume(change, life.studio.engine, change.session.get_one(Enrollment, walked))
        days(life, 3)
        assert life.sent() == ["one", "two", "three"]

    def test_nobody_enters_again_by_time_alone(self, life: Life) -> None:
        life.given("wake", mail("hello"), enroll=OLD)
        life.add("mia")
        life.later(DAY)
        file = backed_up(life)
        life.later(12 * DAY)
        assert life.sent() == ["hello"]
        put_back(life, file)
        life.later(DAY)
        assert life.sent() == ["hello"]

    @pytest.mark.parametrize("sent_before", [True, False])
    def test_a_step_that_was_renamed_since_was_done_once_and_the_walk_goes_on(
        self, life: Life, sent_before: bool
    ) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        life.clock.advance(HOUR)
        life.tick() if sent_before else life.decide()
        file = backed_up(life)
        life.tick()
        life.given("welcome", mail("uno", delay="1h", was="one"), *THREE[1:])
        assert life.steps("mia") == {"uno": "executed"}
        put_back(life, file)
        assert life.steps("mia") == {"one": "executed"}
        assert life.walk("mia").status is EnrollmentStatus.ACTIVE
        days(life, 3)
        assert life.sent() == ["one", "two"]

    def test_a_step_that_took_the_old_name_of_another_since_takes_nothing_from_it(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        life.later(HOUR)
        file = backed_up(life)
        uno = mail("uno", delay="1h", subject="one")
        life.given("welcome", uno | {"was": "one"}, *THREE[1:])
        life.given("welcome", uno, mail("one", delay="1h", subject="another"), *THREE[1:])
        life.later(DAY)
        assert life.sent() == ["one", "another"]
        put_back(life, file)
        assert [message.state for message in life.queue("mia")] == [OutboxState.SENT] * 2
        assert life.steps("mia") == {"uno": "executed", "one": "executed"}
        days(life, 3)
        assert life.sent() == ["one", "another", "two", "three"]

    def test_a_step_that_was_renamed_since_is_not_sent_under_its_old_name(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        file = backed_up(life)
        life.given("welcome", mail("uno", delay="1h", was="one"), *THREE[1:])
        life.later(HOUR)
        assert life.sent() == ["uno"]
        put_back(life, file)
        days(life, 1)
        assert life.sent() == ["uno"]
        assert "uno" in (life.walk("mia").held_reason or "")

    def test_after_two_restores_an_id_may_be_somebody_elses(self, life: Life) -> None:
        life.given("welcome", *THREE)
        before = backed_up(life)
        life.add("mia")
        with_mia = backed_up(life, "with-mia.db")
        life.studio.database.path.unlink()  # so that nobody knows of Mia
        put_back(life, before)
        life.add("zoe")
        life.later(HOUR)
        assert life.sent() == ["one"]
        restored = put_back(life, with_mia)
        assert (restored.outcome["sent"], restored.outcome["leads_added"]) == (1, 1)
        life.tick()
        assert life.sent("mia") == ["one"]
        assert life.sent("zoe") == ["one"]
        assert [message.state for message in life.queue("zoe")] == [OutboxState.SENT]


class TestCouplesThatTheBackupDoesNotHave:
    def test_entered_again_they_get_nothing_again_and_go_on_when_the_owner_says(self, life: Life) -> None:
        life.given("welcome", mail("one"), tag("greeted"), mail("two", delay="2d"), mail("three", delay="2d"))
        file = backed_up(life)
        life.add("mia")
        life.tick()
        life.later(2 * DAY)
        before = life.told("mia", InteractionType.EMAIL_SENT)
        restored = put_back(life, file)
        assert [restored.outcome[name] for name in ("leads_added", "sent", "walks_added", "walks_paused")] == [
            1,
            2,
            1,
            1,
        ]
        with pytest.raises(LeadnurtureError, match="already"):
            life.add("mia")
        life.set("mia", lead_status=LeadStatus.CONTACTED)
        life.set("mia", lead_status=LeadStatus.NEW)
        days(life, 4)
        assert life.sent("mia") == ["one", "two"]
        assert (life.lead("mia").tags, life.told("mia", InteractionType.EMAIL_SENT)) == (["greeted"], before)
        resume(life, "mia")
        days(life, 4)
        assert life.sent("mia") == ["one", "two", "three"]
        assert (life.walk("mia").status, life.lead("mia").tags) == (EnrollmentStatus.COMPLETED, ["greeted"])

    def test_what_was_queued_for_them_goes_once_when_the_owner_says_and_what_may_have_gone_is_parked(
        self, life: Life
    ) -> None:
        life.given("welcome", *THREE)
        file = backed_up(life)
        life.add("mia", "zoe")
        life.clock.advance(HOUR)
        life.decide()
        number = life.queue("zoe")[0].id or 0
        with life.studio.database.write() as session:
            session.get_one(OutboxMessage, number).state = OutboxState.IN_DOUBT
        restored = put_back(life, file)
        assert (restored.outcome["sent"], restored.outcome["parked"]) == (0, 1)
        days(life, 2)
        assert life.sent() == []
        assert [message.state for message in life.queue("zoe")] == [OutboxState.PARKED]
        resume(life, "mia")
        life.tick()
        assert life.sent() == ["one"]

    def test_who_had_left_or_was_passed_over_stays_so(self, life: Life) -> None:
        life.given("welcome", *THREE)
        file = backed_up(life)
        life.add("mia")
        life.add("zoe", enrolling=False)
        life.happens("mia", standing.opt_out, "no more")
        put_back(life, file)
        assert life.lead("mia").opt_out_date is not None
        assert life.walk("mia").status is EnrollmentStatus.CANCELLED
        assert "--enroll" in life.passed_over("zoe")["welcome"]
        life.set("zoe", wedding_venue="Barn")
        days(life, 3)
        assert life.sent() == []

    def test_a_sequence_that_the_backup_does_not_know_writes_to_nobody_again_when_it_is_applied(
        self, life: Life
    ) -> None:
        life.add("mia")
        file = backed_up(life)
        life.add("zoe")
        steps = {"enroll": NEW | {"existing": True}}
        life.given("welcome", *THREE, **steps)
        life.later(HOUR)
        assert life.sent() == ["one", "one"]
        put_back(life, file)
        assert {life.walk(name).status for name in ("mia", "zoe")} == {EnrollmentStatus.CANCELLED}
        assert life.apply()["welcome"].enrolled == 0
        days(life, 4)
        assert life.sent() == ["one", "one"]

    def test_they_go_on_by_the_words_that_the_backup_goes_by(self, life: Life) -> None:
        life.given("welcome", *THREE)
        file = backed_up(life)
        life.given("welcome", mail("one", delay="1h"), mail("new", delay="1d"), mail("three", delay="1d"))
        life.add("mia")
        life.later(HOUR)
        life.later(DAY)
        assert life.sent() == ["one", "new"]
        put_back(life, file)
        resume(life, "mia")
        days(life, 4)
        assert life.sent() == ["one", "new", "two", "three"]

    def test_who_was_entered_anew_after_an_earlier_restore_is_found_by_the_address(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        file = backed_up(life)
        with life.studio.database.write() as session:
            session.exec(select(Lead)).one().unsubscribe_token = "another"
        life.later(HOUR)
        restored = put_back(life, file)
        assert (restored.outcome["sent"], restored.outcome["leads_added"]) == (1, 0)
        life.tick()
        assert life.sent() == ["one"]


def resume(life: Life, name: str) -> None:
    """Let a paused walk go on."""
    walked = life.walk(name).id
    with life.studio.change() as change:
        by_hand.resume(change, life.studio.engine, change.session.get_one(Enrollment, walked))


class TestNobodyKnows:
    def test_nothing_that_was_due_goes_out_before_the_owner_says(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia", "zoe")
        file = backed_up(life)
        life.later(HOUR)
        life.later(2 * DAY)
        assert len(life.sent()) == 4
        damage(life.studio.database.path)
        restored = put_back(life, file)
        assert not restored.known
        assert restored.kept is not None
        assert restored.outcome["walks_paused"] == 2
        days(life, 9)
        assert len(life.sent()) == 4
        assert "may have gone out" in (life.walk("mia").held_reason or "")
        walked = life.walk("zoe").id
        with life.studio.change() as change:
            by_hand.resume(change, life.studio.engine, change.session.get_one(Enrollment, walked))
        life.tick()
        assert life.sent("zoe") == ["one", "two", "one"], "the owner said that it had not gone"

    def test_a_letter_in_the_outbox_folder_is_sent_and_one_that_is_not_there_is_parked(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia", "zoe")
        life.clock.advance(HOUR)
        life.decide()
        file = backed_up(life)
        life.tick()
        (life.root / "elsewhere").mkdir()
        next(path for path in (life.root / "outbox").iterdir() if "zoe" in path.name).rename(life.root / "elsewhere/z")
        life.studio.database.path.unlink()
        restored = put_back(life, file)
        assert (restored.kept, restored.known) == (None, False)
        assert [message.state for message in life.queue("mia")] == [OutboxState.SENT]
        assert [message.state for message in life.queue("zoe")] == [OutboxState.PARKED]
        days(life, 3)
        assert life.sent("mia") == ["one", "two"]
        assert life.sent("zoe") == []

    def test_who_has_no_letter_due_goes_on(self, life: Life) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        file = backed_up(life)
        life.studio.database.path.unlink()
        put_back(life, file)
        life.later(HOUR)
        assert life.sent() == ["one"]

    def test_nobody_enters_by_what_fits_already(self, life: Life) -> None:
        life.given("wake", mail("hello"), enroll=OLD)
        life.add("mia")
        file = backed_up(life)
        life.later(12 * DAY)
        assert life.sent() == ["hello"]
        life.studio.database.path.unlink()
        put_back(life, file)
        life.later(3 * DAY)
        assert life.sent() == ["hello"]
        assert "restored" in life.passed_over("mia")["wake"]


class TestReplacing:
    @pytest.mark.parametrize("readable", [True, False])
    def test_a_rest_from_before_the_backup_keeps_nothing_back_afterwards(self, life: Life, readable: bool) -> None:
        life.given("welcome", *THREE)
        life.add("mia")
        (life.root / "outbox").write_text("in the way")
        life.later(HOUR)
        file = backed_up(life)
        (life.root / "outbox").unlink()
        if not readable:
            life.studio.database.path.unlink()
        put_back(life, file)
        with life.studio.read() as session:
            assert rests.resting(session, life.clock.now(), life.studio.configuration) == ()

    def test_the_database_before_is_kept_whole(self, life: Life) -> None:
        file = backed_up(life)
        life.add("mia")
        restored = put_back(life, file)
        assert restored.kept is not None
        assert restored.kept.parent == life.root / "backups"
        with closing(sqlite3.connect(restored.kept)) as kept:
            assert kept.execute("SELECT count(*) FROM leads").fetchone() == (1,)
        assert life.lead("mia")

    def test_what_is_no_backup_changes_nothing(self, life: Life) -> None:
        life.add("mia")
        text, newer = life.root / "notes.txt", backed_up(life)
        text.write_text("not a database " * 1000)
        with closing(sqlite3.connect(newer)) as connection:
            connection.execute("PRAGMA user_version=99")
        for file, error in (
            (text, NotADatabaseError),
            (newer, NewerDatabaseError),
            (life.root / "nothing.db", NotFoundError),
            (life.studio.database.path, ConflictError),
        ):
            with pytest.raises(error):
                put_back(life, file)
        assert life.lead("mia")
        assert not (life.root / "backups").exists()

    def test_a_damaged_backup_changes_nothing(self, life: Life) -> None:
        life.add("mia")
        file = backed_up(life)
        damage(file)
        with pytest.raises(LeadnurtureError, match=r"damaged|not a leadnurture database"):
            put_back(life, file)
        assert life.lead("mia")
        assert not list((life.root / ".leadnurture").glob("restoring*"))

    def test_it_waits_for_no_run_but_says_who_is_at_work(self, life: Life) -> None:
        file = backed_up(life)
        with (
            locked(life.studio.state, START, "leadnurture run"),
            pytest.raises(StudioBusyError, match="leadnurture run"),
        ):
            put_back(life, file)

    def test_what_is_still_open_elsewhere_writes_nothing_into_the_old_file(self, begin: Begin) -> None:
        life, other = begin(), begin()
        other.add("mia")
        file = backed_up(life)
        restore(life.root, life.studio.config, life.clock, file)
        with pytest.raises(LeadnurtureError, match="nothing was changed"):
            other.add("zoe")
        other.studio.follow_restore()
        other.add("zoe")


Operation = Callable[[Life], object]
OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.sampled_from([HOUR, 5 * HOUR, DAY, 3 * DAY]).map(lambda by: lambda life: life.later(by)),
    st.just(Life.decide),
    st.sampled_from(["mia", "zoe"]).map(lambda name: lambda life: life.happens(name, timeline.reply, None)),
    st.sampled_from(["mia", "zoe"]).map(lambda name: lambda life: life.happens(name, standing.opt_out, "no")),
    st.sampled_from(["contacted", "new"]).map(
        lambda status: lambda life: life.happens("zoe", standing.set_status, LeadStatus(status))
    ),
    st.permutations("abcd").map(lambda keys: lambda life: _applied(life, keys[:3])),
)


def _applied(life: Life, keys: list[str]) -> None:
    life.write("welcome", *[mail(key, delay="1h") if key < "d" else tag(key) for key in keys], exclusive=False)
    life.apply()


@contextmanager
def _studio(founded: Path, root: Path) -> Iterator[Life]:
    shutil.copytree(founded, root)
    clock = VirtualClock(START)
    with Studio.open(root, clock) as studio:
        life = Life(root, clock, studio)
        life.given("later", mail("late", delay="2d"), enroll={"when": {"status": ["contacted"]}}, exclusive=False)
        _applied(life, ["a", "b", "c"])
        life.add("mia", "zoe")
        yield life
    shutil.rmtree(root)


@settings(max_examples=15)
@given(st.lists(OPERATIONS, max_size=5), st.lists(OPERATIONS, max_size=8), st.booleans())
def test_whatever_happened_before_and_after_a_backup_no_letter_goes_twice_or_to_who_has_left(
    founded: Path,
    tmp_path_factory: pytest.TempPathFactory,
    before: list[Operation],
    after: list[Operation],
    readable: bool,
) -> None:
    with _studio(founded, tmp_path_factory.mktemp("life") / "studio") as life:
        for operation in before:
            operation(life)
        file = backed_up(life)
        for operation in after:
            operation(life)
        left = {name for name in ("mia", "zoe") if life.lead(name).opt_out_date is not None}
        sent = {name: len(life.sent(name)) for name in ("mia", "zoe")}
        if not readable:
            life.studio.database.path.unlink()
        put_back(life, file)
        for _ in range(15):
            life.later(5 * HOUR)
        for name in ("mia", "zoe"):
            assert len(life.sent(name)) == len(set(life.sent(name))), "a letter went twice"
            assert not (readable and name in left and len(life.sent(name)) > sent[name]), "one went to who had left"
