"""What is done is condensed after `worker.retention_days`: the words go, all that is counted or looked up stays."""

from datetime import timedelta

import pytest
from mail_server import HANG_UP, Server
from sqlalchemy import event, update
from sqlmodel import col
from studio_life import DAY, HOUR, Begin, Life, mail, tag

from leadnurture.engine import retrying, sweep
from leadnurture.engine.events import OnEvent, ignore
from leadnurture.errors import NotFoundError
from leadnurture.reports.outbox import outbox_list
from leadnurture.reports.outbox_message import OpenMessage, outbox_message
from leadnurture.reports.overview import overview
from leadnurture.reports.sequence_stats import stats_by_sequence
from leadnurture.restoring import restore
from leadnurture.store.backup.copying import back_up
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState
from leadnurture.worker.once import run_once

CALL = {"id": "call", "action": "create_task", "title": "Call", "delay": "300d"}
RETENTION = 30


def days(life: Life, number: int) -> None:
    for _ in range(number):
        life.later(DAY)


def opened(life: Life, number: int) -> OpenMessage:
    with life.studio.read() as session:
        return outbox_message(session, life.studio.config, life.clock.now(), number)


def without_words(message: OutboxMessage) -> dict[str, object]:
    return message.model_dump(exclude={"content"})


def test_after_so_many_days_a_letters_bytes_are_dropped_and_all_else_about_it_stays(life: Life) -> None:
    life.given("welcome", mail("one"), tag("done"), CALL)
    life.add("mia")
    life.tick()
    (before,) = life.queue("mia")
    step = life.execution("mia", "one")
    assert b"Words of one" in before.content
    days(life, RETENTION)
    assert life.queue("mia")[0].content == before.content
    assert life.execution("mia", "done").result != {}
    days(life, 1)
    (after,) = life.queue("mia")
    assert after.content == b""
    assert without_words(after) == without_words(before)
    assert life.execution("mia", "one").result == {"message_id": before.message_id}
    assert life.execution("mia", "done").result == {}
    left_out = {"result", "condensed_at"}
    assert life.execution("mia", "one").model_dump(exclude=left_out) == step.model_dump(exclude=left_out)
    assert life.execution("mia", "one").condensed_at == life.clock.now()


def test_the_days_are_the_studios_and_can_be_chosen(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADNURTURE_WORKER__RETENTION_DAYS", "2")
    monkeypatch.setenv("LEADNURTURE_STUDIO__TIMEZONE", "Pacific/Auckland")
    life = begin()
    life.given("welcome", mail("one"), CALL)
    life.add("mia")
    life.tick()  # at 22:00 of its Monday
    life.clock.advance(2 * DAY + HOUR)
    life.tick()
    assert life.queue("mia")[0].content != b""
    life.later(HOUR)  # Thursday has begun there
    assert life.queue("mia")[0].content == b""


def test_what_has_no_end_yet_is_never_touched(server: Server, begin: Begin) -> None:
    server.at_data["doubt@example.org"] = [HANG_UP]
    life = begin()
    life.given("welcome", mail("one"), CALL)
    life.add("doubt")
    life.tick()
    days(life, 1)
    life.add("queued")
    life.decide()
    life.happens("queued", lambda change, lead: setattr(lead, "automation_paused", True))
    days(life, 3 * RETENTION)
    assert {name: life.queue(name)[0].state for name in ("doubt", "queued")} == {
        "doubt": OutboxState.PARKED,
        "queued": OutboxState.QUEUED,
    }
    for name in ("doubt", "queued"):
        assert b"Words of one" in life.queue(name)[0].content
        assert life.execution(name, "one").condensed_at is None


def test_a_message_that_went_out_long_after_its_step_was_done_is_kept_for_as_long(life: Life) -> None:
    life.given("welcome", mail("one"), CALL)
    life.add("mia")
    life.tick()
    days(life, RETENTION - 1)
    with life.studio.database.write() as session:
        session.execute(update(OutboxMessage).values(sent_at=life.clock.now()))
    days(life, RETENTION)
    assert life.queue("mia")[0].content != b""
    days(life, 1)
    assert life.queue("mia")[0].content == b""


def test_a_day_is_swept_once_by_its_first_tick(life: Life) -> None:
    life.given("welcome", mail("one"), CALL)
    life.add("mia")
    life.tick()
    life.clock.advance(5 * HOUR)
    life.add("zoe")
    life.tick()
    life.clock.advance((RETENTION + 1) * DAY - 14 * HOUR + timedelta(minutes=1))  # 00:01
    assert life.tick().counts["condensed"] == 2
    assert [life.later(HOUR).counts["condensed"] for _ in range(20)] == [0] * 20


def test_many_are_condensed_in_small_commits_and_a_stop_ends_it_between_them(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    life.given("welcome", mail("one"), CALL)
    life.add(*(f"lead{number}" for number in range(5)))
    life.tick()
    life.clock.advance((RETENTION + 1) * DAY)
    life.studio.stopping.set()
    assert life.tick().counts["condensed"] == 0
    life.studio.stopping.clear()
    assert life.tick().counts["condensed"] == 5
    assert {life.queue(f"lead{number}")[0].content for number in range(5)} == {b""}


def test_an_answer_joins_the_conversation_of_a_letter_whose_bytes_are_gone(server: Server, begin: Begin) -> None:
    life = begin()
    answer = {"id": "answer", "action": "send_email", "reply_to_step": "one", "body": "Still there?", "delay": "60d"}
    life.given("welcome", mail("one"), answer)
    life.add("mia")
    life.tick()
    first = life.queue("mia")[0].message_id
    days(life, 61)
    assert life.queue("mia")[0].content == b""
    assert f"In-Reply-To: {first}".encode() in server.taken[-1][1]
    assert server.subjects("mia") == ["one", "Re: one"]


def test_a_letter_that_failed_long_ago_is_made_anew_when_it_is_tried_again(server: Server, begin: Begin) -> None:
    server.at_data["mia@example.org"] = ["550 too\r\n"]
    life = begin()
    life.given("welcome", mail("one"), CALL)
    life.add("mia")
    life.tick()
    assert life.walk("mia").status is EnrollmentStatus.FAILED
    days(life, RETENTION + 1)
    assert life.queue("mia")[0].content == b""
    number = life.walk("mia").id
    with life.studio.change() as change:
        retrying.retry(change, life.studio.engine, change.session.get_one(Enrollment, number))
    life.tick()
    assert server.subjects("mia") == ["one"]
    assert b"Words of one" in server.taken[0][1]
    assert life.steps("mia")["one"] == "executed"


def test_only_the_first_line_of_an_error_is_kept(life: Life) -> None:
    life.given("welcome", mail("one"), CALL)
    life.add("mia")
    life.tick()
    with life.studio.database.write() as session:
        values = {"error": "452 no room\nTraceback\n  more", "result": {"a": 1}}
        session.execute(update(Execution).where(col(Execution.step_key) == "one").values(values))
    days(life, RETENTION + 1)
    assert life.execution("mia", "one").error == "452 no room"


def test_a_message_that_is_opened_says_that_its_words_are_gone_and_since_when(life: Life) -> None:
    life.given("welcome", mail("one"), CALL)
    life.add("mia")
    life.tick()
    whole = opened(life, 1)
    assert (whole.condensed_at, whole.raw()) == (None, life.queue("mia")[0].content)
    days(life, RETENTION + 1)
    report = opened(life, 1)
    assert report.as_json()["condensed_at"] == "2027-02-04T09:00:00+00:00"
    assert "Its words were dropped on 04 Feb 2027" in report.meaning
    assert report.text == ""
    known = dict(report.headers)
    assert (known["Subject"], known["To"], known["Message-ID"]) == ("one", "mia@example.org", whole.message.message_id)
    with pytest.raises(NotFoundError, match="dropped on 04 Feb 2027"):
        report.raw()


def test_what_is_condensed_comes_through_a_restore_and_does_not_go_out_again(life: Life) -> None:
    life.given("welcome", mail("one", delay="1h"), CALL)
    life.add("mia")
    back_up(life.studio.database.path, life.root / "backup.db")
    life.later(HOUR)
    days(life, RETENTION + 1)
    assert life.queue("mia")[0].content == b""
    restored = restore(life.root, life.studio.config, life.clock, life.root / "backup.db")
    life.studio.follow_restore()
    assert restored.outcome["sent"] == 1
    days(life, 2)
    assert life.sent("mia") == ["one"]
    assert opened(life, life.queue("mia")[0].id or 0).condensed_at is not None


def test_no_figure_changes(life: Life) -> None:
    life.given("welcome", mail("one"), mail("two", delay="1d"))
    life.add("mia", "zoe")
    life.tick()
    days(life, 2)

    def figures() -> tuple[object, ...]:
        with life.studio.read() as session:
            told = overview(session, life.studio.config, start)
            listed = outbox_list(session, life.studio.config, start, limit=50)
            return told, stats_by_sequence(session), listed

    start = life.clock.now()
    before = figures()
    life.clock.advance((RETENTION + 1) * DAY)
    assert life.tick().counts["condensed"] == 4
    assert figures() == before


def test_looking_for_what_is_old_enough_reads_an_index(life: Life) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(life.studio.database._engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    life.tick()
    looked = [(sql, given) for sql, given in asked if "condensed_at IS NULL" in sql]
    assert len(looked) == 1
    with life.studio.read() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {looked[0][0]}", looked[0][1]).all()
    steps = " ".join(str(row[3]) for row in plan)
    assert "USING INDEX idx_executions_uncondensed" in steps
    assert "USING INDEX idx_outbox_execution" in steps


class TestAQuietStudio:
    """Nothing is due for weeks: its runs have nothing to do but this, once the first of a day has looked at scores."""

    @staticmethod
    def run(life: Life) -> bool:
        """Run as cron does; return whether there was work."""
        worked: list[object] = []

        def prepared(studio: object) -> OnEvent:
            worked.append(studio)
            return ignore

        run_once(life.root, life.clock, prepared, lambda _: None)
        return bool(worked)

    def test_its_idle_runs_condense_too_once_on_the_day(self, life: Life) -> None:
        life.given("welcome", mail("one"), CALL)
        life.add("mia")
        assert self.run(life)
        for _ in range(RETENTION):
            life.clock.advance(DAY)
            self.run(life)
            assert not self.run(life)
        assert life.queue("mia")[0].content != b""
        life.clock.advance(DAY)
        assert self.run(life)
        assert life.queue("mia")[0].content == b""
        assert not self.run(life)

    def test_what_has_no_end_yet_makes_no_work(self, life: Life) -> None:
        life.given("welcome", mail("one"), CALL)
        life.add("mia")
        self.run(life)
        with life.studio.database.write() as session:
            session.execute(update(OutboxMessage).values(state=OutboxState.PARKED))
        life.clock.advance(RETENTION * DAY)
        self.run(life)
        life.clock.advance(DAY)
        self.run(life)
        assert not self.run(life)

    def test_its_idle_runs_delete_old_logs_with_the_first_one_of_the_day(self, life: Life) -> None:
        log = life.root / ".leadnurture" / "log"
        log.mkdir(parents=True)
        old, young = log / "2026-12-04.log", log / "2026-12-05.log"
        for path in (old, young):
            path.write_text("x\n")
        assert not self.run(life)
        assert [path.exists() for path in (old, young)] == [False, True]
        life.clock.advance(14 * HOUR)  # 23:00
        assert not self.run(life)
        assert young.exists()
        life.clock.advance(HOUR)
        assert not self.run(life)
        assert not young.exists()

    def test_the_days_that_are_written_count_for_them(self, begin: Begin) -> None:
        life = begin()
        config = life.root / "leadnurture.toml"
        config.write_text(config.read_text().replace("retention_days = 30", "retention_days = 2"))
        life.given("welcome", mail("one"), CALL)
        life.add("mia")
        self.run(life)
        life.clock.advance(3 * DAY)
        assert self.run(life)
        assert life.queue("mia")[0].content == b""
