"""What `apply` does: files become versions, present leads enter or stay out, leads half way go over."""

from typing import Any

import pytest
from sqlmodel import col, select
from studio_life import DAY, HOUR, MINUTE, NEW, START, Life, mail, tag

from leadnurture.crm import standing
from leadnurture.engine.applying import Applied
from leadnurture.sequences.versions import Difference
from leadnurture.store.tables.sequence import SequenceVersion
from leadnurture.store.vocabulary import EnrollmentStatus, InteractionType, LeadStatus, OutboxState

EXISTING = NEW | {"existing": True}


def test_present_leads_stay_out_of_a_new_sequence(life: Life) -> None:
    life.add("mia", "zoe")
    life.add("eve", lead_status=LeadStatus.CONTACTED)
    assert life.given("welcome", mail("hello")) == Applied("welcome", Difference.NEW, 1, 0, 0, 2, 0)
    assert life.walks("mia") == {}
    assert life.passed_over("mia") == {"welcome": "it fitted already when the sequence was applied"}
    life.set("mia", primary_phone="+442079460000")
    life.tick()
    assert life.sent() == []


def test_present_leads_enter_where_the_sequence_says_so(life: Life) -> None:
    life.add("mia", "zoe")
    life.add("eve", lead_status=LeadStatus.CONTACTED)
    life.add("ann")
    life.happens("ann", standing.opt_out, "by mail")
    applied = life.given("welcome", mail("hello"), enroll=EXISTING)
    assert (applied.enrolled, applied.passed_over) == (2, 0)
    assert life.walk("mia").reason == "status is new"
    assert life.walks("eve") == life.walks("ann") == {}


def test_present_leads_enter_only_the_best_of_several_new_sequences(life: Life) -> None:
    life.add("mia")
    for name, priority, exclusive in [("a", 1, True), ("b", 9, True), ("c", 1, False)]:
        life.write(name, mail("hello"), enroll=EXISTING, priority=priority, exclusive=exclusive)
    applied = life.apply()
    assert set(life.walks("mia")) == {"b", "c"}
    assert life.passed_over("mia") == {"a": "'b' has the higher priority"}
    assert {name: (one.enrolled, one.passed_over) for name, one in applied.items()} == {
        "a": (0, 1),
        "b": (1, 0),
        "c": (1, 0),
    }


@pytest.mark.parametrize("existing", [False, True])
def test_a_new_default_sequence_meets_those_whom_no_other_fits(life: Life, existing: bool) -> None:
    life.given("welcome", mail("hello", delay="9d"), enroll={"when": {"source": ["referral"]}})
    life.add("mia", lead_source="referral")
    life.add("zoe")
    enroll: dict[str, Any] = {"existing": existing}
    applied = life.given("others", mail("more", delay="9d"), enroll=enroll, default=True)
    assert (applied.enrolled, applied.passed_over) == ((1, 0) if existing else (0, 1))
    assert set(life.walks("mia")) == {"welcome"}
    life.set("zoe", primary_phone="+442079460000")
    assert set(life.walks("zoe")) == ({"others"} if existing else set())


def test_a_changed_sequence_does_not_wake_those_it_passed_over(life: Life) -> None:
    life.add("mia")
    life.given("welcome", mail("hello"))
    life.given("welcome", mail("hello"), enroll=EXISTING)
    assert life.walks("mia") == {}


def test_what_is_unchanged_is_left_alone(life: Life) -> None:
    life.given("welcome", mail("hello"))
    assert life.apply() == {}
    with life.studio.read() as session:
        assert len(session.exec(select(SequenceVersion)).all()) == 1


def test_an_edited_template_is_not_sent_before_it_is_applied(life: Life) -> None:
    letter = mail("hello", template="hello.md", delay="1d")
    del letter["body"]
    (life.root / "templates/hello.md").write_text("Old words.")
    life.given("welcome", letter)
    life.add("mia")
    (life.root / "templates/hello.md").write_text("New words.")
    life.later(DAY)
    (first,) = life.messages()
    assert "Old words." in first.as_string()
    assert life.apply()["welcome"].difference is Difference.CHANGED
    life.add("zoe")
    life.later(DAY)
    assert "New words." in life.messages()[1].as_string()


def test_a_message_that_is_frozen_keeps_its_words(life: Life) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia")
    life.decide()
    life.given("welcome", mail("hello", subject="Something else", body="Something else."))
    life.tick()
    assert life.sent() == ["hello"]
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED


def test_a_new_step_ahead_is_taken_and_one_behind_never_comes(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="2d"), mail("c", delay="1d"))
    life.add("mia")
    life.tick()
    life.clock.advance(DAY)
    steps = [mail("z"), mail("a"), mail("new", delay="2d"), mail("b", delay="2d"), mail("c", delay="1d"), mail("bye")]
    assert life.given("welcome", *steps).moved == 1
    assert life.walk("mia").current_step == "new"
    for _ in range(10):
        life.later(DAY)
    assert life.sent("mia") == ["a", "new", "b", "c", "bye"]


def test_the_wait_so_far_is_credited(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="5d"))
    life.add("mia", "zoe")
    life.tick()
    life.clock.advance(3 * DAY)
    life.given("welcome", mail("a"), mail("b", delay="4d"))
    assert life.walk("mia").next_at == START + 4 * DAY
    life.given("welcome", mail("a"), mail("b", delay="2d"))
    life.tick()
    assert life.sent("mia") == ["a", "b"]


def test_a_removed_next_step_gives_way_to_the_first_that_survives(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="5d"), mail("c", delay="1d"))
    life.add("mia")
    life.tick()
    life.given("welcome", mail("a"), mail("c", delay="1d"))
    assert life.walk("mia").current_step == "c"
    life.later(DAY)
    assert life.sent("mia") == ["a", "c"]


def test_a_walk_whose_rest_is_gone_is_complete(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="5d"))
    life.add("mia")
    life.tick()
    life.given("welcome", mail("a"))
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED
    assert life.told("mia", InteractionType.SEQUENCE_ENDED) == [("welcome: completed", "all steps are done")]


def test_a_queued_message_whose_step_is_gone_is_taken_back(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    life.decide()
    life.given("welcome", mail("b", delay="1d"))
    life.tick()
    assert life.sent() == []
    (message,) = life.queue("mia")
    assert (message.state, message.reason) == (
        OutboxState.REFUSED,
        "withdrawn: the step is not in the sequence any more",
    )
    life.later(DAY)
    assert life.sent() == ["b"]


def test_a_step_taken_out_and_put_back_is_not_done_a_second_time(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"), mail("c", delay="1d"))
    life.add("mia")
    life.tick()
    life.later(DAY)
    life.given("welcome", mail("c", delay="1d"))
    life.given("welcome", mail("c", delay="1d"), mail("a"), mail("b", delay="1d"))
    for _ in range(5):
        life.later(DAY)
    assert life.sent() == ["a", "b", "c"]


def test_a_step_that_is_done_and_moved_ahead_is_passed_without_its_wait(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"), mail("c", delay="1d"))
    life.add("mia")
    life.tick()
    life.given("welcome", mail("b", delay="1d"), mail("a", delay="9d"), mail("c", delay="1d"))
    life.later(DAY)
    assert (life.walk("mia").current_step, life.walk("mia").next_at) == ("c", START + 2 * DAY)


def test_a_renamed_step_is_the_same_step(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    life.tick()
    life.given("welcome", mail("first", was="a"), mail("second", was="b", delay="1d"))
    assert life.walk("mia").current_step == "second"
    assert life.steps("mia") == {"first": "executed"}
    life.later(DAY)
    life.later(DAY)
    assert life.sent() == ["a", "second"]


def test_a_renamed_step_whose_message_is_queued_is_sent_once(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    life.decide()
    life.given("welcome", mail("first", was="a"), mail("b", delay="1d"))
    for _ in range(3):
        life.later(DAY)
    assert life.sent() == ["a", "b"]
    assert life.steps("mia") == {"first": "executed", "b": "executed"}


def test_a_step_can_take_the_name_of_one_that_is_gone(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"), mail("c", delay="1d"))
    life.add("mia")
    life.tick()
    life.later(DAY)
    life.given("welcome", mail("b", was="a"), mail("c", delay="1d"))
    for _ in range(3):
        life.later(DAY)
    assert life.sent() == ["a", "b", "c"]


def test_a_name_kept_from_a_rename_of_long_ago_does_no_harm(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    life.tick()
    for day in (2, 3, 4):
        life.given("welcome", mail("first", was="a"), mail("b", delay=f"{day}d"))
    life.add("zoe")
    for _ in range(5):
        life.later(DAY)
    assert life.sent("mia") == ["a", "b"]
    assert life.sent("zoe") == ["first", "b"]


def test_leads_in_all_places_go_over_together(life: Life) -> None:
    life.given("welcome", mail("a", delay="1h"), mail("b", delay="1d"), mail("c", delay="1d"))
    life.add("ann")
    life.later(HOUR)
    life.later(DAY)
    life.add("bea")
    life.later(HOUR)
    life.add("cyd")
    assert life.given("welcome", mail("a", delay="1h"), mail("new", delay="1h"), mail("c", delay="1d")).moved == 3
    for _ in range(80):
        life.later(HOUR)
    assert life.sent("ann") == ["a", "b", "new", "c"]  # it stands right ahead of her next step
    assert life.sent("bea") == life.sent("cyd") == ["a", "new", "c"]


def test_a_deleted_sequence_ends_its_walks_and_takes_back_what_is_queued(life: Life) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("mia")
    life.decide()
    life.add("zoe")
    (life.root / "sequences/welcome.yaml").unlink()
    assert life.apply()["welcome"] == Applied("welcome", Difference.DELETED, 1, 0, 0, 0, 2)
    life.later(DAY)
    assert life.sent() == []
    assert life.walk("mia").end_reason == life.walk("zoe").end_reason == "the sequence was deleted"
    life.add("eve")
    assert life.walks("eve") == {}


def test_a_sequence_that_comes_back_goes_on_counting_versions(life: Life) -> None:
    life.given("welcome", mail("hello"))
    (life.root / "sequences/welcome.yaml").unlink()
    life.apply()
    life.add("mia")
    applied = life.given("welcome", mail("hello"))
    assert (applied.difference, applied.version, applied.passed_over) == (Difference.RETURNED, 2, 1)
    life.add("zoe")
    life.tick()
    assert life.sent() == life.sent("zoe") == ["hello"]


def test_a_sequence_that_rests_freezes_its_walks_and_thaws_without_a_burst(life: Life) -> None:
    steps = [mail("a", delay="1d"), mail("b", delay="1d")]
    life.given("welcome", *steps)
    life.add("mia")
    life.given("welcome", *steps, active=False)
    life.later(10 * DAY)
    assert life.sent() == []
    assert life.walk("mia").status is EnrollmentStatus.ACTIVE
    life.given("welcome", *steps)
    life.tick()
    assert life.sent() == ["a"]
    life.later(DAY - MINUTE)
    assert life.sent() == ["a"]
    life.later(MINUTE)
    assert life.sent() == ["a", "b"]


def test_who_goes_over_to_a_new_version_is_asked_by_its_conditions(life: Life) -> None:
    life.given("welcome", tag("a"), mail("b", delay="1d"))
    life.add("mia")
    life.tick()
    life.given("welcome", tag("a"), mail("b", delay="1d", when={"status": ["won"]}))
    life.later(DAY)
    assert life.sent() == []
    assert life.steps("mia") == {"a": "executed", "b": "skipped"}


def test_versions_are_never_changed(life: Life) -> None:
    life.given("welcome", mail("hello"))
    query = select(SequenceVersion.source).order_by(col(SequenceVersion.number))
    with life.studio.read() as session:
        before = session.exec(query).all()
    life.given("welcome", mail("hello", subject="Welcome"))
    with life.studio.read() as session:
        assert session.exec(query).all()[:1] == before
