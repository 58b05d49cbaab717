"""A lead's way through a sequence: each step once, at its time, with its reason when it is left out."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError
from studio_life import DAY, HOUR, MINUTE, START, Life, mail, tag

from leadnurture.crm import standing
from leadnurture.store.tables.sequence import Execution
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, LeadStatus

MORNING = {"at": "09:00", "days": ["mon", "tue", "wed", "thu", "fri"]}


def test_a_walk_takes_each_step_at_its_time_and_comes_to_its_end(life: Life) -> None:
    life.given("welcome", mail("hello", delay="10m"), mail("more", delay="2d"), tag("cool", delay="1w"))
    life.add("mia")
    life.tick()
    assert life.sent() == []
    life.later(10 * MINUTE)
    assert life.sent() == ["hello"]
    assert life.walk("mia").completion_rate == 33.33
    life.later(2 * DAY - MINUTE)
    assert life.sent() == ["hello"]
    life.later(MINUTE)
    life.later(7 * DAY)
    walk = life.walk("mia")
    assert (walk.status, walk.end_reason, walk.steps_completed) == (EnrollmentStatus.COMPLETED, "all steps are done", 3)
    assert (walk.completion_rate, walk.current_step, walk.next_at) == (100.0, None, None)
    assert life.lead("mia").tags == ["cool"]
    assert life.steps("mia") == dict.fromkeys(["hello", "more", "cool"], "executed")


def test_a_letter_is_what_was_applied_and_goes_to_the_couple(life: Life) -> None:
    (life.root / "templates/hello.md").write_text("Dear **{{ couple_names or 'both of you' }}**")
    (life.root / "templates/prices.pdf").write_bytes(b"%PDF prices")
    step = mail("hello", template="hello.md", attachments=["prices.pdf"], subject="For {{ couple_names or 'you' }}")
    del step["body"]
    life.given("welcome", step)
    life.add("mia", couple_name_bride="Mia Lund", couple_name_groom="Tom Berg")
    (life.root / "templates/hello.md").write_text("Something that nobody has applied")
    life.tick()
    (message,) = life.messages()
    assert (message["From"], message["To"], message["Subject"]) == (
        "Holly Hart <holly@hart.example>",
        "Mia Lund & Tom Berg <mia@example.org>",
        "For Mia & Tom",
    )
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == "Dear Mia & Tom"
    assert ">Mia &amp; Tom</strong>" in html.get_content()
    assert [(part.get_filename(), part.get_content()) for part in message.iter_attachments()] == [
        ("prices.pdf", b"%PDF prices")
    ]


def test_a_step_done_is_on_the_timeline_with_what_came_of_it(life: Life) -> None:
    life.given("welcome", mail("hello"), tag("greeted"))
    life.add("mia")
    life.tick()
    (message,) = life.queue("mia")
    assert life.told("mia", InteractionType.EMAIL_SENT) == [("hello", None)]
    assert life.execution("mia", "hello").result == {
        "message_id": message.message_id,
        "recipient": "mia@example.org",
        "subject": "hello",
    }
    assert life.execution("mia", "greeted").result == {"added": ["greeted"]}
    assert life.lead("mia").first_contact_at == START


def test_steps_without_a_delay_follow_one_another_in_one_tick(life: Life) -> None:
    status = {"id": "contacted", "action": "change_status", "status": "contacted"}
    task = {"id": "task", "action": "create_task", "title": "Call {{ lead.primary_email }}"}
    score = {"id": "warmer", "action": "update_lead_score", "change": 30}
    life.given("welcome", mail("hello"), tag("greeted"), status, task, score, tag("done"))
    life.add("mia")
    report = life.tick()
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED
    assert (life.lead("mia").lead_status, life.lead("mia").lead_score) == (LeadStatus.CONTACTED, 30)
    assert (report.counts["sent"], report.counts["executed"], report.waiting, report.next_at) == (1, 5, 0, None)


def test_the_same_tick_again_does_nothing(life: Life) -> None:
    life.given("welcome", mail("hello"), tag("greeted"), mail("more", delay="1d"))
    life.add("mia", "zoe")
    life.tick()
    before = (life.sent(), life.steps("mia"), len(life.events))
    report = life.tick()
    assert (life.sent(), life.steps("mia"), len(life.events)) == before
    assert not any(report.counts.values())
    assert (report.waiting, report.next_at) == (2, START + DAY)


def test_a_step_whose_condition_does_not_hold_is_skipped_with_the_reason(life: Life) -> None:
    life.given("welcome", mail("hello", when={"status": ["contacted"]}), mail("more"))
    life.add("mia")
    report = life.tick()
    assert life.sent() == ["more"]
    step = life.execution("mia", "hello")
    assert (step.status, step.reason) == (ExecutionStatus.SKIPPED, "status is contacted, but it is new")
    assert life.told("mia", InteractionType.STEP_SKIPPED) == [("welcome: Hello", "status is contacted, but it is new")]
    assert report.counts["skipped"] == 1


def test_a_skipped_step_does_not_come_back_when_its_condition_holds(life: Life) -> None:
    life.given("welcome", mail("hello", when={"status": ["contacted"]}), mail("more", delay="1d"))
    life.add("mia")
    life.tick()
    life.happens("mia", standing.set_status, LeadStatus.CONTACTED)
    life.later(DAY)
    assert life.sent() == ["more"]


def test_a_condition_is_asked_when_its_step_is_due(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d", when={"status": ["contacted"]}))
    life.add("mia")
    life.happens("mia", standing.set_status, LeadStatus.CONTACTED)
    life.later(DAY)
    assert life.sent() == ["hello"]


def test_a_step_waits_for_its_window(life: Life) -> None:
    life.given("welcome", mail("hello", window=MORNING), mail("more", delay="1d", window=MORNING))
    life.clock.set(datetime(2027, 1, 8, 20, 30, tzinfo=UTC))  # Friday evening
    life.add("mia")
    report = life.tick()
    assert (life.sent(), report.next_at) == ([], datetime(2027, 1, 11, 9, tzinfo=UTC))
    assert life.walk("mia").due_local == "2027-01-11T09:00:00 Europe/London"
    life.clock.set(datetime(2027, 1, 11, 9, 0, 7, tzinfo=UTC))
    life.tick()
    assert life.sent() == ["hello"]
    life.clock.set(datetime(2027, 1, 12, 9, 0, tzinfo=UTC))
    life.tick()
    assert life.sent() == ["hello", "more"]


def test_a_laptop_that_was_asleep_sends_when_the_window_is_open_again(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d", window=MORNING))
    life.add("mia")
    life.clock.set(datetime(2027, 1, 9, 23, tzinfo=UTC))  # Saturday night, four days too late
    life.tick()
    assert life.sent() == []
    assert life.walk("mia").next_at == datetime(2027, 1, 11, 9, tzinfo=UTC)


def test_a_bank_holiday_is_no_day_for_letters(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d", window=MORNING | {"holidays": "skip"}))
    life.clock.set(datetime(2027, 3, 25, 12, tzinfo=UTC))  # the day before Good Friday
    life.add("mia")
    assert life.walk("mia").next_at == datetime(2027, 3, 29, 8, tzinfo=UTC)  # Monday, in summer time


def test_a_delay_counts_from_when_the_step_before_was_done_not_from_when_it_was_due(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1h"), mail("more", delay="1d"))
    life.add("mia")
    life.later(10 * HOUR)
    assert life.walk("mia").next_at == START + 10 * HOUR + DAY


def test_a_clock_set_back_sends_nothing_again(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1h"), mail("more", delay="1h"))
    life.add("mia", "zoe")
    life.later(HOUR)
    assert life.sent() == ["hello", "hello"]
    for back in (5 * MINUTE, DAY, 400 * DAY):
        life.later(-back)
    assert life.sent() == ["hello", "hello"]
    life.clock.set(START + 10 * HOUR)
    life.tick()
    assert sorted(life.sent()) == ["hello", "hello", "more", "more"]


def test_a_sleeping_step_is_passed(life: Life) -> None:
    life.given("welcome", mail("hello", active=False), mail("more"))
    life.add("mia")
    life.tick()
    assert life.sent() == ["more"]
    assert life.walk("mia").completion_rate == 100


def test_the_database_itself_refuses_a_second_execution(life: Life) -> None:
    life.given("welcome", tag("greeted"), tag("more", delay="1d"))
    life.add("mia")
    life.tick()
    done = life.execution("mia", "greeted")
    again = {name: getattr(done, name) for name in type(done).model_fields if name != "id"}
    with pytest.raises(IntegrityError), life.studio.change() as change:
        change.session.add(Execution(**again))


def test_more_leads_than_a_batch_are_all_decided(life: Life) -> None:
    life.given("welcome", tag("greeted"), tag("more", delay="1d"))
    life.add(*[f"lead{number}" for number in range(110)])
    assert life.tick().counts["executed"] == 110
    assert life.later(DAY).counts["executed"] == 110


def test_the_way_out_in_the_words_is_the_one_in_the_header(life: Life) -> None:
    life.given("welcome", mail("hello", body="Write to {{ unsubscribe }} for no more letters."))
    life.add("mia")
    life.tick()
    (message,) = life.messages()
    words = message.get_body(("plain",))
    assert words is not None
    assert str(message["List-Unsubscribe"]).strip("<>") in words.get_content()
    assert life.lead("mia").unsubscribe_token in words.get_content()
