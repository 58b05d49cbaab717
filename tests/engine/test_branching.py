"""A branch chooses the way once, by what is so at its moment; a wait rests until its condition holds or time is up."""

from datetime import UTC, date, datetime, timedelta

from studio_life import DAY, HOUR, START, Life, mail, tag

from leadnurture.crm import standing, timeline
from leadnurture.engine import advancing
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus, LeadStatus

KEEN = {"tags": {"any": ["keen"]}}
FORK = {"id": "fork", "action": "branch", "cases": [{"when": KEEN, "goto": "call"}], "otherwise": "story"}
WAIT = {"id": "wait", "action": "wait_until", "until": KEEN, "timeout": "5d"}


def test_a_branch_leads_to_the_first_case_that_fits_and_leaves_out_what_lies_between(life: Life) -> None:
    life.given("welcome", tag("a"), FORK, mail("story"), tag("call"))
    life.add("mia", tags=["keen"])
    life.add("zoe")
    life.tick()
    assert life.steps("mia") == dict.fromkeys(["a", "fork", "call"], "executed")
    assert life.steps("zoe") == dict.fromkeys(["a", "fork", "story", "call"], "executed")
    assert life.sent() == ["story"]
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED


def test_a_branch_leaves_its_reason(life: Life) -> None:
    life.given("welcome", FORK, mail("story"), tag("call"))
    life.add("mia", tags=["keen"])
    life.add("zoe")
    life.tick()
    assert life.execution("mia", "fork").reason == "to 'call': tags have any of keen"
    assert life.execution("zoe", "fork").reason == "to 'story': tags have any of keen, but it is tagged nothing"
    assert life.execution("mia", "fork").result == {"case": 1, "goto": "call"}


def test_a_branch_without_otherwise_goes_on_with_the_step_that_follows(life: Life) -> None:
    fork = {key: value for key, value in FORK.items() if key != "otherwise"}
    life.given("welcome", fork, tag("story"), tag("call"))
    life.add("zoe")
    life.tick()
    assert life.steps("zoe") == dict.fromkeys(["fork", "story", "call"], "executed")


def test_a_branch_can_end_the_walk(life: Life) -> None:
    life.given("welcome", {**FORK, "otherwise": "end"}, mail("story", active=False), tag("call"))
    life.add("zoe")
    life.tick()
    walk = life.walk("zoe")
    assert (walk.status, walk.end_reason) == (EnrollmentStatus.COMPLETED, "'fork' led to the end")
    assert life.steps("zoe") == {"fork": "executed"}


def test_a_goto_to_a_step_that_is_switched_off_leads_to_the_next_one_behind_it(life: Life) -> None:
    life.given("welcome", FORK, tag("story"), tag("call", active=False), tag("last"))
    life.add("mia", tags=["keen"])
    life.tick()
    assert life.steps("mia") == dict.fromkeys(["fork", "last"], "executed")


def test_the_way_is_chosen_when_the_branch_is_due_and_its_target_waits_its_own_delay(life: Life) -> None:
    life.given("welcome", {**FORK, "delay": "2d"}, tag("story"), tag("call", delay="1d"))
    life.add("mia")
    life.later(DAY)
    life.happens("mia", standing.add_tag, "keen")
    life.later(DAY)
    assert life.steps("mia") == {"fork": "executed"}
    assert life.walk("mia").next_at == START + 3 * DAY


def test_a_wait_ends_in_the_moment_its_condition_holds(life: Life) -> None:
    life.given("welcome", WAIT, tag("after", delay="1h"))
    life.add("mia")
    life.later(DAY)
    assert life.steps("mia") == {"wait": "waiting"}
    assert life.walk("mia").waiting_reason == "tags have any of keen, but it is tagged nothing"
    life.clock.advance(3 * HOUR)
    life.happens("mia", standing.add_tag, "keen")
    life.tick()
    assert life.execution("mia", "wait").reason == "to the step that follows: tags have any of keen"
    assert life.walk("mia").next_at == START + DAY + 4 * HOUR
    assert life.walk("mia").waiting_reason is None


def test_a_wait_does_not_last_longer_than_its_timeout(life: Life) -> None:
    life.given("welcome", {**WAIT, "then": "after", "otherwise": "end"}, tag("after"))
    life.add("mia")
    for _ in range(4):
        life.later(DAY)
    assert life.steps("mia") == {"wait": "waiting"}
    life.later(DAY)
    assert (life.walk("mia").status, life.walk("mia").end_reason) == (
        EnrollmentStatus.COMPLETED,
        "'wait' led to the end",
    )
    assert life.execution("mia", "wait").reason == (
        "to the end: 5d have passed, and tags have any of keen, but it is tagged nothing"
    )


def test_a_wait_that_days_alone_bring_to_its_end_is_looked_at_each_morning(life: Life) -> None:
    soon = {"wedding": {"within": "30d"}}
    life.given("welcome", {**WAIT, "until": soon, "timeout": "90d"}, tag("after"))
    life.add("mia", wedding_date=date(2027, 2, 10))  # 37 days ahead
    report = life.tick()
    assert report.next_at == datetime(2027, 1, 5, tzinfo=UTC)
    for _ in range(7):
        life.clock.set(life.walk("mia").next_at or START)
        life.tick()
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED
    assert life.execution("mia", "wait").executed_at == datetime(2027, 1, 11, tzinfo=UTC)


def test_a_stop_ends_a_wait_like_any_step(life: Life) -> None:
    life.given("welcome", WAIT, tag("after"))
    life.add("mia")
    life.tick()
    life.happens("mia", timeline.reply, None)
    assert life.walk("mia").status is EnrollmentStatus.CANCELLED
    assert life.steps("mia") == {"wait": "skipped"}
    life.later(6 * DAY)
    assert life.lead("mia").tags == []


def test_a_frozen_lead_waits_without_an_answer(life: Life) -> None:
    life.given("welcome", WAIT, tag("after"))
    life.add("mia")
    life.tick()
    life.happens("mia", standing.pause)
    life.happens("mia", standing.add_tag, "keen")
    life.later(6 * DAY)
    assert life.steps("mia") == {"wait": "waiting"}
    life.happens("mia", standing.resume)
    life.tick()
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED


def test_a_wait_can_be_advanced_past_by_hand(life: Life) -> None:
    life.given("welcome", WAIT, tag("after", delay="1d"))
    life.add("mia")
    life.tick()
    number = life.walk("mia").id
    with life.studio.change() as change:
        advancing.advance(change, life.studio.engine, change.session.get_one(Enrollment, number))
    life.tick()
    assert life.steps("mia") == {"wait": "skipped", "after": "executed"}


def test_an_unchanged_wait_goes_on_over_a_new_version_with_the_time_it_has_waited(life: Life) -> None:
    life.given("welcome", WAIT, tag("after"))
    life.add("mia")
    life.later(2 * DAY)
    before = life.walk("mia").next_at
    life.given("welcome", WAIT, tag("after"), tag("more"))
    assert life.walk("mia").next_at == before
    life.later(2 * DAY)
    life.given("welcome", {**WAIT, "timeout": "3d"}, tag("after"), tag("more"))
    life.tick()
    assert life.steps("mia")["wait"] == "executed"
    assert "3d have passed" in (life.execution("mia", "wait").reason or "")


def test_a_wait_that_has_begun_goes_on_and_a_new_step_before_it_does_not_come(life: Life) -> None:
    life.given("welcome", tag("z"), WAIT, tag("after"))
    life.add("mia")
    life.tick()
    life.later(4 * DAY)
    life.given("welcome", tag("z"), tag("first", delay="4d"), WAIT, tag("after"))
    life.tick()
    assert life.steps("mia") == {"z": "executed", "wait": "waiting"}
    life.later(DAY)
    assert life.steps("mia") == dict.fromkeys(["z", "wait", "after"], "executed")


def test_a_wait_that_hangs_on_the_wedding_begins_anew_when_the_wedding_is_moved(life: Life) -> None:
    life.given("welcome", {**WAIT, "before_wedding": "30d"}, tag("after"))
    life.add("mia", wedding_date=START.date() + timedelta(days=30))
    life.tick()
    assert life.steps("mia") == {"wait": "waiting"}
    life.set("mia", wedding_date=START.date() + timedelta(days=330))
    life.later(10 * DAY)
    assert life.steps("mia") == {}
    life.clock.set(START + 300 * DAY)
    life.tick()
    assert life.steps("mia") == {"wait": "waiting"}


def test_a_wait_that_is_taken_out_lets_the_walk_go_on(life: Life) -> None:
    life.given("welcome", WAIT, tag("after"))
    life.add("mia")
    life.tick()
    life.given("welcome", tag("after"))
    life.tick()
    assert life.steps("mia") == {"after": "executed"}


def test_whom_a_branch_led_past_steps_never_gets_them_by_a_half_way_edit(life: Life) -> None:
    life.given("welcome", tag("a"), FORK, tag("story"), tag("call", delay="3d"))
    life.add("mia", tags=["keen"])
    life.tick()
    assert life.walk("mia").current_step == "call"
    fork = {**FORK, "cases": [{"when": KEEN, "goto": "last"}]}
    life.given("welcome", tag("a"), fork, tag("story"), tag("between"), tag("last", delay="3d"))
    life.tick()
    life.later(3 * DAY)
    assert life.steps("mia") == dict.fromkeys(["a", "fork", "between", "last"], "executed")


def test_a_new_step_before_the_target_is_not_for_whom_a_branch_has_led_to_it(life: Life) -> None:
    life.given("welcome", FORK, tag("story"), tag("call", delay="3d"))
    life.add("mia", tags=["keen"])
    life.tick()
    life.given("welcome", FORK, tag("story"), tag("new"), tag("call", delay="3d"))
    life.later(3 * DAY)
    assert life.steps("mia") == dict.fromkeys(["fork", "call"], "executed")


def test_the_target_of_a_branch_stays_so_over_a_rename_and_another_version(life: Life) -> None:
    life.given("welcome", FORK, tag("story"), tag("call", delay="2d"))
    life.add("mia", tags=["keen"])
    life.tick()
    fork = {**FORK, "cases": [{"when": KEEN, "goto": "ring"}]}
    life.given("welcome", fork, tag("story"), tag("ring", was="call", delay="2d"))
    life.given("welcome", fork, tag("story"), tag("new"), tag("ring", was="call", delay="2d"))
    life.later(3 * DAY)
    assert life.steps("mia") == dict.fromkeys(["fork", "ring"], "executed")


def test_who_was_led_to_a_step_that_sleeps_gets_no_new_one_before_that_behind_it(life: Life) -> None:
    life.given("welcome", FORK, tag("story"), tag("call", active=False), tag("last", delay="2d"))
    life.add("mia", tags=["keen"])
    life.tick()
    life.given("welcome", FORK, tag("story"), tag("call", active=False), tag("new"), tag("last", delay="2d"))
    life.later(3 * DAY)
    assert life.steps("mia") == dict.fromkeys(["fork", "last"], "executed")


def test_a_stop_while_a_wait_lasts_credits_no_step(life: Life) -> None:
    life.given("welcome", WAIT, tag("after"))
    life.add("mia")
    life.tick()
    life.happens("mia", standing.set_status, LeadStatus.WON)
    walk = life.walk("mia")
    assert (walk.status, walk.conversion_step) == (EnrollmentStatus.CANCELLED, None)


def test_a_wait_that_has_begun_is_never_too_late_and_is_not_asked_its_own_condition_again(life: Life) -> None:
    wait = {**WAIT, "late": "skip", "when": {"status": ["new"]}, "window": {"at": "09:00", "until": "18:00"}}
    life.given("welcome", wait, tag("after"))
    life.add("mia")
    life.tick()
    life.happens("mia", standing.set_status, LeadStatus.CONTACTED)
    for _ in range(3):
        life.later(DAY)
    assert life.steps("mia") == {"wait": "waiting"}
    life.clock.advance(10 * HOUR)  # in the evening
    life.happens("mia", standing.add_tag, "keen")
    life.tick()
    assert life.steps("mia") == {"wait": "waiting"}
    life.later(14 * HOUR)
    assert life.steps("mia") == dict.fromkeys(["wait", "after"], "executed")
