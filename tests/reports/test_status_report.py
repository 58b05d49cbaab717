from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from couples import EMMA, LETTERS, add, apply_files, happen, only, run
from rich.text import Text
from sqlalchemy import update

from leadnurture.at_work import noted, told
from leadnurture.cli.views.worker import worker_rows
from leadnurture.clock import VirtualClock
from leadnurture.crm import standing
from leadnurture.engine.heartbeat import Heartbeat, write_heartbeat
from leadnurture.engine.lock import locked, only_daemon
from leadnurture.reports.status import Status, status
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, OutboxState
from leadnurture.studio import Studio


@pytest.fixture
def letters(studio: Studio) -> Studio:
    """A studio whose only sequence is applied, with one couple at its first step."""
    only(studio, LETTERS)
    add(studio, "emma@example.org", **EMMA)
    return studio


def _status(studio: Studio) -> Status:
    with studio.read() as session:
        return status(session, studio.config, studio.now(), studio.folder, studio.state, studio.configuration)


def _set(studio: Studio, table: type, **values: object) -> None:
    with studio.database.write() as session:
        session.execute(update(table).values(values))


def test_a_new_studio_has_nothing_to_tell(studio: Studio) -> None:
    apply_files(studio)
    told = _status(studio).as_json()
    assert told["due"] == {"enrollments": 0, "messages": 0}
    assert (told["waiting"], told["next_at"], told["running"]) == (0, None, None)
    assert (told["held"], told["failed"], told["sequences"]) == ([], [], [])
    counts = {"queued": 0, "in_doubt": 0, "parked": 0, "refused_last_7_days": 0}
    assert told["outbox"] == counts | {"looked_for_at": None, "last_sent_at": None}


def test_a_step_waits_until_it_is_due(letters: Studio, clock: VirtualClock) -> None:
    told = _status(letters).as_json()
    assert (told["due"]["enrollments"], told["waiting"], told["next_at"]) == (0, 1, "2027-01-04T10:10:00+00:00")
    clock.advance(timedelta(minutes=10))
    told = _status(letters).as_json()
    assert (told["due"]["enrollments"], told["waiting"], told["next_at"]) == (1, 0, None)


def test_a_queued_message_is_due_and_a_sent_one_is_the_last(letters: Studio, clock: VirtualClock) -> None:
    clock.advance(timedelta(minutes=10))
    run(letters)
    assert _status(letters).as_json()["outbox"]["last_sent_at"] == "2027-01-04T10:10:00+00:00"
    _set(letters, OutboxMessage, state=OutboxState.QUEUED)
    report = _status(letters)
    assert (report.due_messages, report.messages["queued"]) == (1, 1)


def test_held_steps_are_told_by_their_reason(letters: Studio, clock: VirtualClock) -> None:
    for name in ("zoe", "ann"):
        add(letters, f"{name}@example.org", **EMMA | {"wedding_venue": None})
    clock.advance(timedelta(minutes=10))
    run(letters)
    clock.advance(timedelta(days=3))
    run(letters)
    (group,) = _status(letters).held
    assert "wedding_venue" in group.reason
    assert (group.sequence, group.count, group.lead_id) == ("letters", 2, 2)


def test_a_failure_is_told_until_the_couple_are_settled(letters: Studio) -> None:
    _set(letters, Enrollment, status=EnrollmentStatus.FAILED, end_reason="550 no", ended_at=letters.now())
    (failure,) = _status(letters).failed
    assert (failure.couple, failure.sequence, failure.reason) == ("Emma & Jack Stone", "letters", "550 no")
    happen(letters, 1, lambda change, lead: standing.lose(change, lead, "no answer"))
    assert _status(letters).failed == ()


@pytest.mark.parametrize(
    ("execution", "days", "counted"),
    [(ExecutionStatus.FAILED, 6, 1), (ExecutionStatus.FAILED, 8, 0), (ExecutionStatus.SKIPPED, 1, 0)],
)
def test_what_the_server_refused_lately_is_counted_and_what_was_withdrawn_is_not(
    letters: Studio, clock: VirtualClock, execution: ExecutionStatus, days: int, counted: int
) -> None:
    clock.advance(timedelta(minutes=10))
    run(letters)
    _set(letters, OutboxMessage, state=OutboxState.REFUSED)
    _set(letters, Execution, status=execution)
    clock.advance(timedelta(days=days))
    assert _status(letters).refused_lately == counted


def test_messages_in_doubt_and_parked_are_counted(letters: Studio, clock: VirtualClock) -> None:
    clock.advance(timedelta(minutes=10))
    run(letters)
    for state in (OutboxState.IN_DOUBT, OutboxState.PARKED):
        _set(letters, OutboxMessage, state=state)
        assert _status(letters).messages == {"queued": 0, "in_doubt": 0, "parked": 0} | {state.value: 1}


def test_every_file_that_is_not_what_runs_is_told(letters: Studio) -> None:
    folder = letters.folder.sequences
    (folder / "broken.yaml").write_text("name: [", encoding="utf-8")
    (folder / "new.yaml").write_text(LETTERS, encoding="utf-8")
    (folder / "letters.yaml").write_text(LETTERS.replace("10m", "20m"), encoding="utf-8")
    (folder / "letterless.yaml").write_text(
        "name: x\nsteps: [{id: a, action: send_email, subject: x, template: gone.md}]\n", encoding="utf-8"
    )
    told = {file["id"]: file for file in _status(letters).as_json()["sequences"]}
    states = {name: file["state"] for name, file in told.items()}
    assert states == {"broken": "broken", "letterless": "broken", "letters": "changed", "new": "not_applied"}
    assert told["broken"]["problems"][0]["file"] == "sequences/broken.yaml"
    (folder / "letters.yaml").unlink()
    assert {file.id: file.state.value for file in _status(letters).files}["letters"] == "deleted"


def test_without_its_folder_the_rest_is_told_all_the_same(letters: Studio, tmp_path: Path) -> None:
    letters.folder.sequences.rename(tmp_path / "elsewhere")
    report = _status(letters)
    assert report.waiting == 1
    assert report.files == ()
    assert "cannot be read" in (report.files_unreadable or "")


def test_who_is_at_work_is_told_while_they_are(letters: Studio) -> None:
    with locked(letters.state, letters.now(), "leadnurture run"):
        running = _status(letters).as_json()["running"]
    assert running["what"] == "leadnurture run"
    assert running["since"] == "2027-01-04T10:00:00+00:00"
    assert _status(letters).worker.running is None


def test_a_killed_process_is_not_at_work(letters: Studio) -> None:
    note = letters.state / "run.json"
    with locked(letters.state, letters.now(), "leadnurture run"):
        left_behind = note.read_text(encoding="utf-8")
    note.write_text(left_behind, encoding="utf-8")
    assert _status(letters).worker.running is None
    with locked(letters.state, letters.now(), "leadnurture run"):
        pass  # looking did not take the lock away from anybody


@pytest.mark.parametrize(
    "note",
    [
        "",
        "{",
        '{"pid": 1}',
        "[]",
        '{"pid": "x", "what": 1, "since": "never"}',
        '{"pid": Infinity, "what": "x", "since": "2027-01-04"}',
    ],
)
def test_a_note_that_cannot_be_read_is_nobody(letters: Studio, note: str) -> None:
    (letters.state / "run.json").write_text(note, encoding="utf-8")
    assert _status(letters).worker.running is None


def test_since_when_somebody_is_at_work_is_told_by_the_studios_clocks(letters: Studio, clock: VirtualClock) -> None:
    clock.set(datetime(2027, 7, 1, 9, tzinfo=UTC))
    with locked(letters.state, letters.local_now(), "leadnurture run"):
        assert told(noted(letters.state, "run").since) == "Thu 1 Jul 2027 10:00 BST"  # type: ignore[union-attr]
    clock.set(datetime(2027, 12, 1, 9, tzinfo=UTC))
    with locked(letters.state, letters.local_now(), "leadnurture run"):
        assert told(noted(letters.state, "run").since) == "Wed 1 Dec 2027 09:00 GMT"  # type: ignore[union-attr]


class TestTheNextTickOfADaemon:
    """It was to be long ago."""

    @pytest.fixture(autouse=True)
    def _late(self, letters: Studio, clock: VirtualClock) -> None:
        write_heartbeat(letters.state, Heartbeat(next_at=clock.now()))
        clock.advance(timedelta(minutes=3))

    def _shown(self, letters: Studio) -> Text:
        report = _status(letters)
        return dict(worker_rows(report.worker, report.as_of.now))["Next tick"]

    def test_it_is_no_alarm_while_it_is_the_daemon_that_works(self, letters: Studio) -> None:
        with only_daemon(letters.state, letters.now(), "leadnurture run"):
            with locked(letters.state, letters.now(), "leadnurture run"):
                shown = self._shown(letters)
            assert shown.plain == "after the one that it is at"
            assert "it hangs" in self._shown(letters).plain


def test_a_frozen_walk_is_neither_due_nor_waiting(letters: Studio, clock: VirtualClock) -> None:
    happen(letters, 1, standing.pause)
    clock.advance(timedelta(days=1))
    report = _status(letters)
    assert (report.due_enrollments, report.waiting) == (0, 0)
    with letters.read() as session:
        assert session.get_one(Enrollment, 1).status is EnrollmentStatus.ACTIVE
