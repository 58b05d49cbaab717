"""Texts to the couple and notifications to the owner: the promises of mail hold for them, too."""

from collections.abc import Iterator
from typing import Any

import pytest
from leadnurture.store.tables.task import Task
from message_service import DROP, SILENT, Service, listening
from sqlmodel import select
from studio_life import DAY, HOUR, MINUTE, START, Begin, Life, mail

from leadnurture.crm import standing, timeline
from leadnurture.engine.resolve import resolve
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, OutboxState

MIA, ZOE = "+447700900111", "+447700900222"
EMMA_AND_JACK = {"couple_name_bride": "Emma Stone", "couple_name_groom": "Jack Smith"}


def text(key: str, **keys: Any) -> dict[str, Any]:
    """Return a step that texts its own id to the couple."""
    return {"id": key, "action": "send_sms", "text": f"{key} {{{{ lead.couple_names or 'both' }}}}"} | keys


def notice(key: str, **keys: Any) -> dict[str, Any]:
    """Return a step that notifies the owner."""
    return {"id": key, "action": "send_notification", "message": f"Words of {key}."} | keys


@pytest.fixture
def service() -> Iterator[Service]:
    with listening() as started:
        yield started


@pytest.fixture
def texting(service: Service, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> Life:
    """Return a studio that texts and notifies by the service."""
    monkeypatch.setenv("LEADNURTURE_SMS__URL", service.url(rto="0.3"))
    monkeypatch.setenv("LEADNURTURE_NOTIFY__URLS", service.url("owner"))
    return begin()


def tasks(life: Life) -> list[Task]:
    with life.studio.read() as session:
        return list(session.exec(select(Task)).all())


# texts


def test_a_text_goes_to_the_couple_once_with_its_words_filled(texting: Life, service: Service) -> None:
    texting.given("welcome", text("hello"), text("second", to="secondary", delay="1d"))
    texting.add("mia", primary_phone=MIA, secondary_phone=ZOE, **EMMA_AND_JACK)
    assert texting.tick().counts["sent"] == 1
    for _ in range(3):
        texting.later(DAY)
    assert service.texts == [(MIA, "hello Emma & Jack"), (ZOE, "second Emma & Jack")]
    assert texting.told("mia", InteractionType.SMS_SENT)[0] == ("hello Emma & Jack", None)
    assert texting.told("mia", InteractionType.EMAIL_SENT) == []
    assert texting.lead("mia").first_contact_at == START
    (first, _) = texting.queue("mia")
    assert (first.channel, first.recipients, first.state) == (OutboxChannel.SMS, [MIA], OutboxState.SENT)
    assert texting.execution("mia", "hello").result["recipient"] == MIA
    assert texting.walk("mia").status is EnrollmentStatus.COMPLETED


def test_a_text_s_words_may_lie_in_a_template(texting: Life, service: Service) -> None:
    (texting.root / "templates").mkdir(exist_ok=True)
    (texting.root / "templates" / "hello.txt").write_text("Hello {{ lead.couple_names }},\n\nlovely to meet you.\n")
    texting.given("welcome", {"id": "hello", "action": "send_sms", "template": "hello.txt"})
    texting.add("mia", primary_phone=MIA, **EMMA_AND_JACK)
    texting.tick()
    assert service.texts == [(MIA, "Hello Emma & Jack,\n\nlovely to meet you.")]


@pytest.mark.parametrize(
    ("facts", "to", "reason"),
    [
        ({}, "primary", "the lead has no phone number"),
        ({"primary_phone": MIA}, "secondary", "the lead has no second phone number"),
        ({"primary_phone": "+442079460000"}, "primary", "+442079460000 is a landline, which takes no texts"),
    ],
)
def test_without_a_number_that_takes_texts_the_step_is_held_and_goes_when_there_is_one(
    texting: Life, service: Service, facts: dict[str, str], to: str, reason: str
) -> None:
    texting.given("welcome", text("hello", to=to))
    texting.add("mia", **facts)
    texting.tick()
    assert (texting.walk("mia").held_reason, texting.steps("mia"), service.asked) == (reason, {}, [])
    texting.set("mia", **{f"{to}_phone": ZOE})
    texting.tick()
    assert service.texts == [(ZOE, "hello both")]


@pytest.mark.parametrize("configured", [True, False])
def test_a_text_with_a_hole_or_without_words_is_held(
    texting: Life, service: Service, configured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    texting.given("welcome", text("hello", text="{{ lead.wedding_venue }}"))
    texting.given("beside", text("empty", text="{% if lead.wedding_venue %}x{% endif %}"), exclusive=False)
    texting.add("mia", primary_phone=MIA)
    texting.tick()
    assert "'lead.wedding_venue' has no value" in (texting.walk("mia").held_reason or "")
    assert texting.walk("mia", "beside").held_reason == "the text is empty for this lead"
    assert (service.asked, texting.queue("mia"), tasks(texting)) == ([], [], [])


def test_without_a_service_the_owner_gets_a_task_with_the_finished_words_and_the_number(life: Life) -> None:
    life.given("welcome", text("hello", text="Hi {{ lead.first_name }},\nsee you soon!"), mail("more"))
    life.add("mia", primary_phone=MIA, **EMMA_AND_JACK)
    life.tick()
    (task,) = tasks(life)
    assert task.title == "Text Emma & Jack: Hi Emma, see you soon!"
    assert task.description == f"Phone: {MIA}\n\nHi Emma,\nsee you soon!"
    assert (task.due_at, task.task_type) == (START, "text_message")
    assert life.execution("mia", "hello").status is ExecutionStatus.EXECUTED
    assert life.sent("mia") == ["more"]


def test_a_number_that_the_service_refuses_fails_that_walk_alone(texting: Life, service: Service) -> None:
    texting.given("welcome", text("hello"))
    texting.add("mia", primary_phone=MIA)
    service.answers = [400]
    report = texting.tick()
    texting.add("zoe", primary_phone=ZOE)
    texting.tick()
    assert (report.counts["failed"], report.trouble) == (1, None)
    assert texting.walk("mia").end_reason == "step 'hello' failed: JSON answered 400 Bad Request"
    assert texting.lead("mia").bounced_at is None
    assert [number for number, _ in service.texts] == [MIA, ZOE]


def test_a_service_in_difficulties_is_tried_again_later_with_the_same_words(texting: Life, service: Service) -> None:
    texting.given("welcome", text("hello"))
    texting.add("mia", primary_phone=MIA, couple_name_bride="Mia")
    service.answers = [408]
    assert texting.tick().counts["retry"] == 1
    texting.set("mia", couple_name_bride="Maria")
    texting.later(2 * HOUR)
    assert service.texts == [(MIA, "hello Mia"), (MIA, "hello Mia")]
    assert [message.state for message in texting.queue("mia")] == [OutboxState.SENT]


@pytest.mark.parametrize("answer", [SILENT, DROP, 500, 504])
def test_a_text_that_may_have_arrived_is_parked_and_never_sent_blindly(
    texting: Life, service: Service, answer: int | str
) -> None:
    texting.given("welcome", text("hello"))
    texting.add("mia", primary_phone=MIA)
    service.answers = [answer]
    assert texting.tick().counts["in_doubt"] == 1
    for _ in range(3):
        texting.later(DAY)
    (message,) = texting.queue("mia")
    assert (message.state, len(service.asked)) == (OutboxState.PARKED, 1)
    assert texting.walk("mia").status is EnrollmentStatus.ACTIVE
    with texting.studio.change() as change:
        resolve(change, texting.studio.engine, message.id or 0, sent=False)
    texting.tick()
    assert service.texts == [(MIA, "hello both")] * 2


def test_a_text_in_flight_at_a_crash_is_parked_although_no_file_of_it_lies_in_the_outbox(
    texting: Life, service: Service
) -> None:
    texting.given("welcome", text("hello"))
    texting.add("mia", primary_phone=MIA)
    texting.decide()
    with texting.studio.database.write() as session:
        message = session.exec(select(OutboxMessage)).one()
        message.state, message.in_doubt_at = OutboxState.IN_DOUBT, START
    texting.tick()
    assert [message.state for message in texting.queue("mia")] == [OutboxState.PARKED]
    assert service.asked == []


def test_who_opts_out_or_replies_before_delivery_gets_no_text(texting: Life, service: Service) -> None:
    texting.given("welcome", text("hello"))
    texting.add("mia", primary_phone=MIA)
    texting.add("zoe", primary_phone=ZOE)
    texting.decide()
    texting.happens("mia", standing.opt_out, "by phone")
    texting.happens("zoe", timeline.reply, "Yes!")
    for _ in range(2):
        texting.later(DAY)
    assert service.asked == []
    assert [message.reason for message in texting.queue("mia")] == ["withdrawn: they opted out"]
    assert [message.reason for message in texting.queue("zoe")] == ["withdrawn: they replied"]


# mails and texts beside each other


def test_a_service_that_is_down_keeps_no_letter_from_going(
    begin: Begin, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADNURTURE_SMS__URL", service.url())
    life = begin()
    life.given("welcome", text("hello"), text("again", delay="1d"))
    life.given("beside", mail("letter"), exclusive=False, enroll={"when": {"tags": {"any": ["mail"]}}})
    names = [f"couple{number}" for number in range(12)]
    life.add(*names, primary_phone=MIA)
    life.decide()
    life.add(*(f"mail{number}" for number in range(12)), tags=["mail"], lead_status="contacted")
    service.answers = [401] * 100
    report = life.tick()
    assert report.trouble == "JSON answered 401 Unauthorized"
    assert len(life.sent()) == 12
    assert all(message.state is OutboxState.QUEUED for name in names for message in life.queue(name))
    assert len(service.asked) < 12
    service.answers = []
    service.asked.clear()
    life.later(14 * MINUTE)
    assert service.asked == []  # a refused login is tried again after a quarter of an hour
    life.later(MINUTE)
    assert len(service.asked) == 12


def test_the_gap_is_between_all_messages_to_a_couple_and_caps_are_the_mail_servers(
    begin: Begin, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADNURTURE_SMS__URL", service.url())
    life = begin(per_day="1")
    life.given("welcome", text("hello"), mail("letter"), text("more"))
    life.add("mia", primary_phone=MIA)
    life.tick()
    assert (len(service.asked), life.sent()) == (1, [])
    assert life.walk("mia").waiting_reason == "the last message to them went out less than 4 h ago"
    life.later(4 * HOUR)
    assert (len(service.asked), life.sent()) == (1, ["letter"])
    life.later(4 * HOUR)  # the day's one letter has gone, but a text is no letter
    assert len(service.asked) == 2


# notifications


def test_a_notification_goes_to_the_owners_services_and_onto_the_timeline(texting: Life, service: Service) -> None:
    texting.given("welcome", notice("tell"), notice("titled", title="Look at {{ lead.first_name }}"))
    texting.add("mia", **EMMA_AND_JACK)
    texting.tick()
    assert [(path, body["title"], body["message"]) for path, body in service.asked] == [
        ("owner", "Emma & Jack", "Words of tell."),
        ("owner", "Look at Emma", "Words of titled."),
    ]
    told = texting.told("mia", InteractionType.NOTIFICATION_SENT)
    assert [subject for subject, _ in told] == ["Emma & Jack", "Look at Emma"]
    assert texting.lead("mia").last_contact_at is None
    assert [message.channel for message in texting.queue("mia")] == [OutboxChannel.NOTIFICATION] * 2


def test_without_services_a_notification_is_on_the_timeline_and_in_the_events(life: Life) -> None:
    life.given("welcome", notice("tell", message="Call them,\nthey are keen."))
    life.add("mia", **EMMA_AND_JACK)
    life.tick()
    assert [event.notice for event in life.events] == ["Emma & Jack: Call them, they are keen."]
    assert life.told("mia", InteractionType.NOTIFICATION_SENT) == [("Emma & Jack", "Call them,\nthey are keen.")]
    assert (life.steps("mia"), life.queue("mia")) == ({"tell": "executed"}, [])


def test_a_notification_keeps_no_gap_fills_no_cap_and_makes_no_letter_wait(
    begin: Begin, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADNURTURE_NOTIFY__URLS", service.url("owner"))
    life = begin(per_day="1")
    life.given("welcome", notice("before"), mail("letter"), notice("after"))
    life.add("mia")
    life.tick()
    assert life.sent() == ["letter"]
    assert len(service.asked) == 2


@pytest.mark.parametrize("answer", [400, 401, 408, 500, DROP])
def test_what_becomes_of_a_notification_keeps_no_letter_from_the_couple(
    texting: Life, service: Service, answer: int | str
) -> None:
    texting.given("welcome", notice("tell"), mail("letter", delay="1d"))
    texting.add("mia")
    service.answers = [answer] * 50
    for _ in range(3):
        texting.later(DAY)
    assert texting.sent("mia") == ["letter"]
    assert texting.walk("mia").status is EnrollmentStatus.COMPLETED
    assert texting.steps("mia") == dict.fromkeys(["tell", "letter"], "executed")


def test_a_url_that_cannot_be_used_keeps_nothing_from_the_other_services(
    begin: Begin, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADNURTURE_NOTIFY__URLS", f"nosuch://topsecret {service.url('owner')}")
    life = begin()
    life.given("welcome", notice("tell"))
    life.add("mia")
    assert life.tick().trouble is None
    assert [path for path, _ in service.asked] == ["owner"]


def test_who_opts_out_does_not_keep_the_owner_from_being_told(texting: Life, service: Service) -> None:
    texting.given("welcome", notice("tell"))
    texting.add("mia")
    texting.decide()
    texting.happens("mia", standing.opt_out, "by phone")
    texting.tick()
    assert [path for path, _ in service.asked] == ["owner"]


def test_the_last_look_before_delivery_stops_what_reaches_a_couple_and_not_what_the_owner_is_told(
    texting: Life, service: Service
) -> None:
    texting.given("welcome", notice("tell"))
    texting.given("beside", text("hello"), exclusive=False)
    texting.add("mia", primary_phone=MIA)
    texting.decide()
    with texting.studio.database.write() as session:  # behind the engine's back, so that no walk ends
        session.exec(select(Lead)).one().opt_out_date = START
    texting.tick()
    assert [path for path, _ in service.asked] == ["owner"]


# configuration


def test_a_url_that_apprise_cannot_read_is_told_with_file_and_line_and_nothing_is_lost(
    begin: Begin, service: Service
) -> None:
    life = begin()
    life.given("welcome", text("hello"))
    life.add("mia", primary_phone=MIA)
    config = life.root / "leadnurture.toml"
    written = config.read_text()
    config.write_text(f'{written}\n[sms]\nurl = "nosuch://topsecret/{{phone}}"\n')
    broken = begin()
    line = len(written.splitlines()) + 3
    assert broken.tick().trouble == f"{config}:{line}: sms.url: this is no URL that Apprise can use"
    config.write_text(f'{written}\n[sms]\nurl = "{service.url()}"\n')
    mended = begin()
    mended.tick()
    assert service.texts == [(MIA, "hello both")]
