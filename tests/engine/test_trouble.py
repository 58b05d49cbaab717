"""Something is wrong with one lead, one sequence or the outbox: nothing else stops, and nothing is lost."""

import pytest
from sqlalchemy import text
from studio_life import DAY, HOUR, NEW, Begin, Life, mail, tag

from leadnurture.crm import standing, timeline
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, OutboxState


def break_version(life: Life, sequence: str, source: str = "name: [") -> None:
    """Put a source into all versions of a sequence that no program can read."""
    with life.studio.database.write() as session:
        words = {"source": source, "sequence": sequence}
        session.execute(text("UPDATE sequence_versions SET source = :source WHERE sequence_id = :sequence"), words)


def break_address(life: Life, name: str) -> None:
    """Give a lead an address that no command would have taken."""
    words = {"bad": f"{name}@exa mple@example.org", "id": life.lead(name).id}
    with life.studio.database.write() as session:
        session.execute(text("UPDATE leads SET primary_email = :bad WHERE id = :id"), words)


def test_a_lead_who_cannot_be_written_to_fails_alone(life: Life) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("ann", "mia", "zoe")
    (walk,) = life.walks("mia").values()
    break_address(life, "mia")
    report = life.tick()
    assert (report.counts["sent"], report.counts["failed"]) == (2, 1)
    life.later(DAY)
    assert sorted(life.sent()) == ["hello", "hello", "more", "more"]
    with life.studio.database.write() as session:
        query = text("UPDATE leads SET primary_email = 'mia@example.org' WHERE id = :id")
        session.execute(query, {"id": walk.lead_id})
    failed = life.walk("mia")
    assert failed.status is EnrollmentStatus.FAILED
    assert failed.end_reason is not None
    assert failed.end_reason.startswith("step 'hello' failed: 'mia@exa mple@example.org' is no e-mail address")
    assert life.execution("mia", "hello").status is ExecutionStatus.FAILED
    assert [subject for subject, _ in life.told("mia", InteractionType.STEP_FAILED)] == ["welcome: Hello"]
    assert life.queue("mia") == []


def test_a_version_that_cannot_be_read_holds_its_own_leads_and_no_others(begin: Begin) -> None:
    life = begin()
    life.write("broken", mail("hello", delay="1d"), exclusive=False)
    life.write("welcome", tag("greeted", delay="1d"), mail("more"))
    life.apply()
    life.add("mia")
    break_version(life, "broken")
    life = begin()
    life.add("zoe")
    life.later(DAY)
    assert life.sent() == ["more", "more"]
    assert set(life.walks("zoe")) == {"welcome"}
    assert (life.walk("mia", "broken").held_reason or "").startswith(
        "version 1 of 'broken' cannot be read by this leadnurture: "
    )


def test_who_replies_leaves_a_sequence_that_cannot_be_read(begin: Begin) -> None:
    life = begin()
    life.given("broken", mail("hello", delay="1d"))
    life.add("mia", "zoe")
    break_version(life, "broken")
    life = begin()
    life.happens("mia", timeline.reply, "Yes!")
    life.happens("zoe", standing.opt_out, "by mail")
    assert life.walk("mia", "broken").end_reason == "they replied"
    assert life.walk("zoe", "broken").end_reason == "they opted out"


def test_a_version_that_cannot_be_read_is_mended_by_the_next(begin: Begin) -> None:
    life = begin()
    life.given("broken", mail("hello"), mail("more", delay="1d"), mail("last", delay="1d"))
    life.add("mia")
    life.tick()
    break_version(life, "broken")
    life = begin()
    life.later(DAY)
    assert life.sent() == ["hello"]
    life.given("broken", mail("hello"), mail("more", delay="1d"), mail("last", delay="2d"))
    life.tick()
    assert life.sent() == ["hello", "more"]
    life.later(2 * DAY)
    assert life.sent() == ["hello", "more", "last"]


def test_a_message_of_a_version_that_cannot_be_read_is_sent_and_its_walk_goes_on_when_it_is_mended(
    begin: Begin,
) -> None:
    life = begin()
    life.given("broken", mail("hello"), mail("more", delay="1d"))
    life.add("mia")
    life.decide()
    break_version(life, "broken")
    life = begin()
    life.tick()
    assert life.sent() == ["hello"]
    life.given("broken", mail("hello"), mail("more", delay="2d"))
    for _ in range(4):
        life.later(DAY)
    assert life.sent() == ["hello", "more"]


def test_letters_that_cannot_be_compiled_any_more_hold_their_own_leads(begin: Begin) -> None:
    life = begin()
    life.write("broken", mail("hello"), exclusive=False)
    life.write("welcome", mail("more", delay="1d"))
    life.apply()
    life.add("mia")
    broken = (
        '{"name": "x", "steps": [{"id": "hello", "action": "send_email", "subject": "x", "body": "{{ a | gone }}"}]}'
    )
    break_version(life, "broken", broken)
    life = begin()
    life.tick()
    assert (life.walk("mia", "broken").held_reason or "").startswith(
        "the letters of version 1 of 'broken' cannot be read by this leadnurture: No filter named 'gone'"
    )
    life.later(DAY)
    assert life.sent() == ["more"]


def test_a_sequence_without_the_step_that_a_lead_is_at_holds_it(begin: Begin) -> None:
    life = begin()
    life.given("broken", mail("hello"))
    life.add("mia", "zoe")
    with life.studio.database.write() as session:
        session.execute(text("UPDATE lead_nurture_enrollments SET current_step = 'gone' WHERE lead_id = 1"))
    life.tick()
    assert life.sent("mia") == []
    assert life.sent("zoe") == ["hello"]
    assert life.walk("mia", "broken").held_reason == "the sequence has no step 'gone'"


def test_a_folder_that_cannot_be_written_keeps_every_message_for_later(life: Life) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia", "zoe")
    outbox = life.root / "outbox"
    outbox.write_text("a file where the folder should be")
    report = life.tick()
    assert report.trouble is not None
    assert "cannot write to" in report.trouble
    assert {message.state for name in ("mia", "zoe") for message in life.queue(name)} == {OutboxState.QUEUED}
    outbox.unlink()
    life.later(HOUR)
    assert life.sent() == ["hello", "hello"]
    assert {message.attempts for name in ("mia", "zoe") for message in life.queue(name)} == {0}


@pytest.mark.parametrize("moves_folder", [False, True], ids=["file", "folder"])
def test_a_message_in_doubt_that_another_program_may_have_taken_is_parked(life: Life, moves_folder: bool) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("mia")
    life.tick()
    outbox = life.root / "outbox"
    (taken,) = [outbox] if moves_folder else outbox.iterdir()
    taken.rename(life.root / "elsewhere")
    with life.studio.database.write() as session:
        session.execute(text("UPDATE outbox SET state = 'in_doubt', sent_at = NULL, in_doubt_at = queued_at"))
        session.execute(text("UPDATE sequence_executions SET status = 'pending'"))
        session.execute(text("UPDATE lead_nurture_enrollments SET current_step = 'hello', next_at = NULL"))
    life.later(HOUR)
    life.later(DAY)
    assert life.sent() == []
    assert [message.state for message in life.queue("mia")] == [OutboxState.PARKED]


def test_a_message_in_doubt_is_sent_if_it_arrived_and_queued_if_not(life: Life) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("mia", "zoe")
    life.tick()
    life.later(DAY)
    assert len(life.sent()) == 4
    (gone,) = (life.root / "outbox").glob("20270105*-zoe-*.eml")
    gone.rename(gone.with_name(f".{gone.name}.draft"))  # where it is until it is handed over
    with life.studio.database.write() as session:  # as if the process had died between the two commits
        session.execute(text("UPDATE outbox SET state = 'in_doubt', sent_at = NULL WHERE step_key = 'more'"))
        session.execute(text("UPDATE sequence_executions SET status = 'pending' WHERE step_key = 'more'"))
        session.execute(
            text("UPDATE lead_nurture_enrollments SET status = 'active', current_step = 'more', next_at = NULL")
        )
    life.later(HOUR)
    assert sorted(life.sent("mia")) == sorted(life.sent("zoe")) == ["hello", "more"]
    assert life.walk("mia").status is life.walk("zoe").status is EnrollmentStatus.COMPLETED


def test_a_broken_file_changes_nothing_for_what_was_applied(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"), enroll=NEW)
    life.add("mia")
    (life.root / "sequences/welcome.yaml").write_text("name: [")
    (life.root / "sequences/other.yaml").write_text("\t")
    life.later(DAY)
    assert life.sent() == ["hello"]
