"""Entering because a day has gone by: at the first tick of it, by the same rules as on a fact, and nobody twice."""

import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from studio_life import DAY, HOUR, MINUTE, NEW, START, Life, mail, tag

from leadnurture.crm import leads, standing, timeline
from leadnurture.engine import daily_look, daily_scores
from leadnurture.engine.events import ignore
from leadnurture.store.due import look
from leadnurture.store.vocabulary import EnrollmentStatus, LeadStatus

NEAR = {"when": {"wedding": {"within": "90d"}}}
IN_200_DAYS = START.date() + timedelta(days=200)


def counted(field: str, operator: str, value: Any, **clauses: Any) -> dict[str, Any]:
    return {"when": {**clauses, "fields": [{"field": field, "operator": operator, "value": value}]}}


def past_the_engine(life: Life, sql: str) -> None:
    """Change the file without anything being a fact."""
    connection = sqlite3.connect(life.root / "leadnurture.db")
    connection.execute(sql)
    connection.commit()
    connection.close()


def has_work(life: Life) -> bool:
    """Tell whether an idle run would find something to do, scores aside: these are looked at every day."""
    daily_scores.rescore(life.studio.engine, life.clock.now(), ignore)
    outlook = look(life.root / "leadnurture.db", life.clock.now(), "")
    assert outlook is not None
    return outlook.work


# when


def test_a_lead_enters_as_the_day_begins_on_which_its_wedding_is_near_enough(life: Life) -> None:
    life.given("plans", mail("hello", delay="1d"), enroll=NEAR)
    life.add("mia", wedding_date=IN_200_DAYS)
    midnight = datetime(2027, 4, 23, 23, tzinfo=UTC)  # in London, in summer: 90 days before the wedding
    life.clock.set(midnight - MINUTE)
    assert life.tick().counts["enrolled"] == 0
    assert life.later(MINUTE).counts["enrolled"] == 1
    walk = life.walk("mia", "plans")
    assert (walk.enrollment_date, walk.reason) == (midnight, "the wedding is within 90d")


def test_a_laptop_that_was_asleep_looks_at_its_first_tick(life: Life) -> None:
    life.given("plans", mail("hello"), enroll=NEAR)
    life.add("mia", wedding_date=IN_200_DAYS)
    report = life.later(150 * DAY + 5 * HOUR)
    assert (report.counts["enrolled"], report.counts["sent"]) == (1, 1)
    assert life.sent("mia") == ["hello"]


def test_it_looks_once_a_day(life: Life) -> None:
    life.given("plans", mail("hello", delay="1d"), enroll=NEAR)
    life.add("mia", wedding_date=IN_200_DAYS)
    life.later(DAY)
    past_the_engine(life, "UPDATE leads SET wedding_date = '2027-02-01'")
    life.every_hour(14)  # from nine to eleven at night
    assert life.walks("mia") == {}
    life.later(HOUR)
    assert set(life.walks("mia")) == {"plans"}


@pytest.mark.parametrize(
    ("enroll", "days"),
    [
        (counted("days_until_wedding", "less_than", 100), 101),
        (counted("days_since_inquiry", "greater_than", 13), 14),
        (counted("days_since_contact", "equals", 30), 30),
        (counted("days_since_reply", "between", [30, 40]), 30),
        ({"when": {"not": {"wedding": {"beyond": "90d"}}}}, 110),
        (
            {"when": {"any": [{"status": ["lost"]}, {"all": [{"status": ["new"]}, {"wedding": {"within": "90d"}}]}]}},
            110,
        ),
    ],
)
def test_whatever_counts_days_is_looked_at(life: Life, enroll: dict[str, Any], days: int) -> None:
    life.given("plans", tag("met"), enroll=enroll)
    life.add("mia", wedding_date=IN_200_DAYS)
    life.happens("mia", timeline.reply, "Hello!")
    assert life.walks("mia") == {}
    life.clock.set(START + (days - 1) * DAY)
    life.tick()
    assert life.walks("mia") == {}
    life.later(DAY)
    assert set(life.walks("mia")) == {"plans"}


def test_a_look_that_is_due_is_work_and_what_days_do_not_decide_never_is(life: Life) -> None:
    life.given("plans", mail("hello"), enroll=NEAR)
    life.given("welcome", mail("hello"), enroll={"when": {"tags": {"any": ["keen"]}}})
    life.add("mia")
    assert not has_work(life)
    life.clock.advance(15 * HOUR)
    assert has_work(life)
    life.tick()
    assert not has_work(life)
    life.given("plans", mail("hello"), enroll={"when": {"status": ["won"]}})
    life.clock.advance(3 * DAY)
    assert not has_work(life)


def test_a_sequence_that_is_switched_off_or_deleted_is_not_looked_at(life: Life) -> None:
    life.given("plans", mail("hello"), enroll=NEAR, active=False)
    life.add("mia", wedding_date=IN_200_DAYS)
    life.later(150 * DAY)
    assert life.walks("mia") == {}
    assert not has_work(life)
    life.given("plans", mail("hello"), enroll=counted("days_until_wedding", "less_than", 40))
    (life.root / "sequences/plans.yaml").unlink()
    life.apply()
    life.clock.advance(20 * DAY)
    assert not has_work(life)
    life.tick()
    assert life.walks("mia") == {}


# by the same rules


def test_who_fitted_when_it_was_applied_stays_out_until_the_condition_begins_anew(life: Life) -> None:
    life.add("mia", wedding_date=START.date() + 30 * DAY)
    life.given("plans", mail("hello"), enroll=NEAR)
    assert life.passed_over("mia") == {"plans": "it fitted already when the sequence was applied"}
    life.later(20 * DAY)
    assert life.walks("mia") == {}
    life.later(20 * DAY)  # the wedding is over
    assert life.passed_over("mia") == {}
    life.set("mia", wedding_date=life.clock.now().date() + 100 * DAY)  # it was put off
    life.later(15 * DAY)
    assert set(life.walks("mia")) == {"plans"}


def test_of_two_that_begin_on_one_day_the_higher_priority_enrolls(life: Life) -> None:
    life.write("any", mail("hello"), priority=1, enroll=NEAR)
    life.write("best", mail("hello"), priority=9, enroll=NEAR)
    life.write("beside", mail("hello"), priority=0, enroll=NEAR, exclusive=False)
    life.apply()
    life.add("mia", wedding_date=IN_200_DAYS)
    life.later(120 * DAY)
    assert set(life.walks("mia")) == {"best", "beside"}
    assert life.passed_over("mia") == {"any": "'best' has the higher priority"}


def test_a_default_sequence_takes_by_time_whom_no_other_fits(life: Life) -> None:
    life.write("welcome", tag("greeted"), enroll={"when": {"source": ["referral"]}})
    life.write("others", mail("hello"), enroll=NEAR, default=True)
    life.apply()
    life.add("mia", "zoe", wedding_date=IN_200_DAYS)
    life.add("ann", wedding_date=IN_200_DAYS, lead_source="referral")
    life.tick()
    life.later(120 * DAY)
    assert [set(life.walks(name)) for name in ("mia", "zoe", "ann")] == [{"others"}, {"others"}, {"welcome"}]


@pytest.mark.parametrize("what", ["opted out", "bounced", "lost", "spam"])
def test_who_would_leave_at_once_does_not_enter_by_time(life: Life, what: str) -> None:
    life.given("plans", mail("hello"), enroll=NEAR)
    life.add("mia", wedding_date=IN_200_DAYS)
    happenings: dict[str, tuple[Any, ...]] = {
        "opted out": (standing.opt_out, "by mail"),
        "bounced": (standing.bounce, "550 no such user"),
        "lost": (standing.lose, "too dear"),
        "spam": (standing.set_status, LeadStatus.SPAM),
    }
    life.happens("mia", *happenings[what])
    life.later(120 * DAY)
    assert life.walks("mia") == {}


def test_marketing_needs_consent_by_time_as_well(life: Life) -> None:
    life.given("news", mail("hello"), enroll=NEAR, purpose="marketing")
    life.add("mia", wedding_date=IN_200_DAYS)
    life.add("zoe", wedding_date=IN_200_DAYS, consent_marketing=True)
    life.later(120 * DAY)
    assert (life.walks("mia"), set(life.walks("zoe"))) == ({}, {"news"})


def test_once_through_is_never_again_however_the_days_go(life: Life) -> None:
    life.given("plans", tag("met"), enroll={"when": {"not": {"wedding": {"within": "30d"}}}})
    life.add("mia", wedding_date=START.date() + 60 * DAY)
    for _ in range(10):
        life.later(10 * DAY)
    assert life.walk("mia", "plans").pass_number == 1


# paused


def test_while_paused_nobody_enters_by_time_or_by_a_fact(life: Life) -> None:
    life.write("plans", mail("hello"), enroll=NEAR)
    life.write("welcome", mail("welcome"), enroll={"when": {"tags": {"any": ["keen"]}}})
    life.apply()
    life.add("mia", wedding_date=IN_200_DAYS)
    life.happens("mia", standing.pause)
    life.happens("mia", standing.add_tag, "keen")
    life.later(120 * DAY)
    assert (life.walks("mia"), life.passed_over("mia")) == ({}, {})
    life.happens("mia", standing.resume)
    assert set(life.walks("mia")) == {"plans"}
    assert life.passed_over("mia") == {"welcome": "'plans' has the same priority and comes first"}


def test_who_is_paused_and_fits_already_when_it_is_applied_is_passed_over_like_everybody(life: Life) -> None:
    life.add("mia")
    life.happens("mia", standing.pause)
    life.given("welcome", mail("hello"))
    life.happens("mia", standing.resume)
    assert life.walks("mia") == {}


def test_who_is_paused_when_a_sequence_takes_those_who_fit_already_enters_when_resumed(life: Life) -> None:
    life.add("mia")
    life.happens("mia", standing.pause)
    life.given("welcome", mail("hello"), enroll=NEW | {"existing": True})
    assert life.walks("mia") == {}
    life.happens("mia", standing.resume)
    assert set(life.walks("mia")) == {"welcome"}


# again


def test_the_pause_over_a_lead_that_still_fits_enters_again_without_a_fact(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll=NEW | {"again": "30d"})
    life.add("mia")
    life.tick()
    life.clock.set(START + 29 * DAY)
    for _ in range(4):
        life.tick()
        assert life.walk("mia").pass_number == 1
        life.clock.advance(10 * HOUR)  # until the third of February, one in the morning: the pause ends at nine
    life.later(DAY)
    assert life.walk("mia").pass_number == 2
    assert life.sent("mia") == ["hello", "hello"]


def test_it_enters_again_at_once_on_a_fact_after_the_pause(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll=NEW | {"again": "30d"})
    life.add("mia")
    life.tick()
    life.clock.advance(30 * DAY)
    life.happens("mia", standing.add_tag, "keen")
    assert life.walk("mia").pass_number == 2


def test_a_pause_of_days_ends_at_the_same_time_of_day_whatever_the_clocks_did(life: Life) -> None:
    life.clock.set(datetime(2027, 3, 20, 12, tzinfo=UTC))
    life.given("welcome", mail("hello"), enroll=NEW | {"again": "14d"})
    life.add("mia")
    life.tick()
    life.clock.set(datetime(2027, 4, 3, 11, tzinfo=UTC))  # noon in London, where clocks have gone forward
    life.happens("mia", standing.add_tag, "keen")
    assert life.walk("mia").pass_number == 2


def test_who_was_passed_over_does_not_come_again_by_the_pause(life: Life) -> None:
    life.add("mia")
    life.given("welcome", mail("hello"), enroll=NEW | {"again": "30d"})
    assert set(life.passed_over("mia")) == {"welcome"}
    life.later(300 * DAY)
    assert life.walks("mia") == {}


def test_who_has_stopped_fitting_does_not_come_again(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll=NEW | {"again": "30d"})
    life.add("mia")
    life.tick()
    life.happens("mia", standing.set_status, LeadStatus.CONTACTED)
    life.later(300 * DAY)
    assert life.walk("mia").pass_number == 1


def test_nobody_comes_again_who_is_still_in_it(life: Life) -> None:
    life.given("welcome", mail("hello", delay="90d"), enroll=NEW | {"again": "1d"})
    life.add("mia")
    for _ in range(5):
        life.later(10 * DAY)
    assert (life.walk("mia").pass_number, life.walk("mia").status) == (1, EnrollmentStatus.ACTIVE)


# an old spreadsheet


def test_an_imported_couple_enters_when_its_wedding_comes_near(life: Life) -> None:
    life.given("plans", mail("hello"), enroll=NEAR)
    life.add("mia", enrolling=False, wedding_date=IN_200_DAYS)
    assert life.passed_over("mia") == {}
    life.later(120 * DAY)
    assert set(life.walks("mia")) == {"plans"}


OLD = counted("days_since_inquiry", "greater_than", 30, status=["new"])


@pytest.mark.parametrize("age", [0, 10, 30, 31, 400])
def test_an_imported_couple_is_not_woken_by_the_age_of_its_inquiry(life: Life, age: int) -> None:
    life.given("silent", mail("hello"), enroll=OLD)
    life.add("mia", enrolling=False, inquiry_at=START - age * DAY)
    assert life.passed_over("mia") == {"silent": "it was imported without --enroll"}
    for days in (1, 10, 20, 60):
        life.given("silent", mail("hello", subject=f"after {days}"), enroll=OLD)  # a new version wakes nobody either
        life.later(days * DAY)
        life.set("mia", additional_notes=f"asked {days} days later")
    assert life.walks("mia") == {}


def test_a_couple_that_has_asked_since_is_no_old_spreadsheet(life: Life) -> None:
    life.given("silent", mail("hello"), enroll=OLD)
    life.add("mia", "zoe", enrolling=False)
    life.add("ann")
    life.happens("zoe", standing.set_status, LeadStatus.CONTACTED)  # something other than days has ended it
    life.happens("zoe", standing.set_status, LeadStatus.NEW)
    life.later(40 * DAY)
    assert [set(life.walks(name)) for name in ("mia", "zoe", "ann")] == [set(), {"silent"}, {"silent"}]


def test_a_spreadsheet_that_comes_again_puts_nobody_to_sleep_whom_it_knows(life: Life) -> None:
    life.given("silent", mail("hello"), enroll=OLD)
    life.add("mia")
    life.clock.advance(DAY)
    with life.studio.change(enrolling=False) as change:
        standing.add_tag(change, leads.find(change.session, "mia"), "diary")
    life.later(40 * DAY)
    assert set(life.walks("mia")) == {"silent"}


# many leads, and what can go wrong


def test_a_look_that_is_broken_off_is_taken_up_again_and_enrolls_nobody_twice(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_look, "BATCH", 2)
    life.given("plans", mail("hello", delay="1d"), enroll=NEAR)
    names = [f"lead{number}" for number in range(5)]
    life.add(*names, wedding_date=IN_200_DAYS)
    life.clock.advance(120 * DAY)
    engine = life.studio.database._engine

    def stop_in_the_first_batch(*given: Any) -> None:
        if given[2].startswith("INSERT INTO lead_nurture_enrollments"):
            life.studio.stopping.set()

    event.listen(engine, "before_cursor_execute", stop_in_the_first_batch)
    life.tick()
    event.remove(engine, "before_cursor_execute", stop_in_the_first_batch)
    entered = [name for name in names if life.walks(name)]
    assert entered == names[:2]
    life.studio.stopping.clear()
    assert has_work(life)
    assert life.tick().counts["enrolled"] == 3
    assert [life.walk(name, "plans").pass_number for name in names] == [1] * 5
    assert not has_work(life)


def test_one_lead_that_cannot_enter_does_not_keep_the_others_out(life: Life) -> None:
    life.given("plans", mail("hello"), enroll=NEAR)
    life.add("ann", "mia", "zoe", wedding_date=IN_200_DAYS)
    trigger = "CREATE TRIGGER no BEFORE INSERT ON lead_nurture_enrollments WHEN NEW.lead_id = 2 "
    past_the_engine(life, trigger + "BEGIN SELECT RAISE(ABORT, 'not this one'); END")
    report = life.later(120 * DAY)
    assert (report.counts["enrolled"], report.counts["failed"], report.counts["sent"]) == (2, 1, 2)
    (told,) = (happened for happened in life.events if happened.outcome == "failed")
    assert (told.lead_id, told.sequence) == (2, "plans")
    assert "not this one" in (told.reason or "")
    assert not has_work(life)


def test_a_version_that_cannot_be_read_does_not_keep_the_others_from_being_looked_at(life: Life) -> None:
    life.write("broken", mail("hello"), enroll=NEAR)
    life.write("plans", mail("hello"), enroll=NEAR)
    life.apply()
    life.add("mia", wedding_date=IN_200_DAYS)
    past_the_engine(life, "UPDATE sequence_versions SET source = '[]' WHERE sequence_id = 'broken'")
    life.studio.engine.__dict__.pop("book", None)  # as a new process would read it
    life.later(120 * DAY)
    assert set(life.walks("mia")) == {"plans"}
    assert not has_work(life)


def test_a_day_without_anything_to_decide_writes_nothing_but_when_to_look_next(life: Life) -> None:
    life.given("plans", mail("hello"), enroll=NEAR)
    life.add("mia", wedding_date=IN_200_DAYS)
    life.add("zoe", wedding_date=date(2027, 2, 1))  # fits, and has been through it
    life.tick()
    life.later(DAY)
    said: list[str] = []
    engine = life.studio.database._engine

    def hear(*given: Any) -> None:
        said.append(given[2])

    event.listen(engine, "before_cursor_execute", hear)
    life.later(DAY)
    event.remove(engine, "before_cursor_execute", hear)
    written = [word for word in said if word.startswith(("INSERT", "UPDATE", "DELETE"))]
    tables = ("score_look", "nurture_sequences")
    assert [word.split(" WHERE")[0] for word in written] == [f"UPDATE {name} SET next_look_at=?" for name in tables]


def test_an_edit_between_the_day_and_its_look_keeps_nobody_out(life: Life) -> None:
    life.given("plans", mail("hello"), enroll=NEAR)
    life.add("mia", wedding_date=START.date() + timedelta(days=91))
    life.tick()
    life.clock.advance(3 * DAY)
    life.given("plans", mail("hello", body="A typo mended."), enroll=NEAR)
    life.tick()
    assert set(life.walks("mia")) == {"plans"}


def test_an_edit_does_not_undo_that_they_may_come_again(life: Life) -> None:
    again = {"when": {"status": ["new"]}, "again": "10d"}
    life.given("plans", mail("hello"), enroll=again)
    life.add("mia")
    life.tick()
    life.clock.advance(10 * DAY + HOUR)
    life.given("plans", mail("hello", body="A typo mended."), enroll=again)
    life.later(DAY)
    assert life.walk("mia", "plans").pass_number == 2


def test_an_edit_while_they_are_paused_does_not_keep_them_out(life: Life) -> None:
    keen = {"when": {"tags": {"any": ["keen"]}}}
    life.given("plans", mail("hello"), enroll=keen)
    life.add("mia")
    life.happens("mia", standing.pause)
    life.happens("mia", standing.add_tag, "keen")
    life.given("plans", mail("hello", body="A typo mended."), enroll=keen)
    life.happens("mia", standing.resume)
    assert set(life.walks("mia")) == {"plans"}
