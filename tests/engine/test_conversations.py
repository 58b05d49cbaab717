"""`reply_to_step`: an answer goes out in the conversation of the mail that it answers, as mail programs know it."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from mail_server import Server
from studio_life import DAY, Begin, Life, mail, tag

from leadnurture.store.vocabulary import EnrollmentStatus

NEVER = {"score": {"min": 100}}


def answer(key: str, to: str, **keys: Any) -> dict[str, Any]:
    """Return a step that answers another, without a subject of its own."""
    return {"id": key, "action": "send_email", "reply_to_step": to, "body": f"Words of {key}."} | keys


def taken(server: Server, name: str = "mia") -> list[EmailMessage]:
    """Return what the server took for a lead, in order."""
    contents = [content for address, content in server.taken if address.startswith(name)]
    return [message_from_bytes(content, _class=EmailMessage, policy=policy.default) for content in contents]


def answered(message: EmailMessage) -> tuple[str | None, list[str]]:
    """Return In-Reply-To and the References of a message."""
    return message["In-Reply-To"], str(message["References"] or "").split()


def days(life: Life, count: int) -> None:
    life.tick()
    for _ in range(count):
        life.later(DAY)


def test_answers_go_on_with_the_conversation_under_its_subject(server: Server, begin: Begin) -> None:
    life = begin()
    steps = (
        mail("hello", subject="Your day at {{ lead.wedding_venue or 'the barn' }} – été"),
        answer("more", "hello", delay="1d"),
        answer("last", "more", delay="1d"),
        mail("other", delay="1d"),
    )
    life.given("welcome", *steps)
    life.add("mia", wedding_venue="Babington House")
    days(life, 3)
    hello, more, last, other = taken(server)
    first, second = hello["Message-ID"], more["Message-ID"]
    assert answered(hello) == answered(other) == (None, [])
    assert answered(more) == (first, [first])
    assert answered(last) == (second, [first, second])
    assert hello["Subject"] == "Your day at Babington House – été"
    assert more["Subject"] == last["Subject"] == "Re: Your day at Babington House – été"
    assert len({message["Message-ID"] for message in (hello, more, last, other)}) == 4


def test_each_couple_has_a_conversation_of_its_own(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"), answer("more", "hello", delay="1d"))
    life.add("mia", "zoe")
    days(life, 1)
    for name in ("mia", "zoe"):
        hello, more = taken(server, name)
        assert answered(more) == (hello["Message-ID"], [hello["Message-ID"]])


def test_the_subject_is_the_one_that_was_sent_not_what_it_would_be_now(life: Life) -> None:
    hello = mail("hello", subject="About {{ lead.wedding_venue or 'your day' }}")
    life.given("welcome", hello, answer("more", "hello", delay="1d"))
    life.add("mia")
    life.tick()
    life.set("mia", wedding_venue="Babington House")
    life.later(DAY)
    assert life.sent() == ["About your day", "Re: About your day"]


def test_re_is_never_said_twice(life: Life) -> None:
    life.given("welcome", mail("hello", subject="RE: your question"), answer("more", "hello", delay="1d"))
    life.add("mia")
    days(life, 1)
    assert life.sent() == ["RE: your question"] * 2


def test_a_subject_of_its_own_is_kept_in_the_same_conversation(life: Life) -> None:
    life.given("welcome", mail("hello"), answer("more", "hello", delay="1d", subject="News"))
    life.add("mia")
    days(life, 1)
    hello, more = life.messages()
    assert (more["Subject"], more["In-Reply-To"]) == ("News", hello["Message-ID"])


def test_an_answer_to_a_mail_that_was_skipped_begins_a_conversation_under_its_subject(life: Life) -> None:
    hello = mail("hello", subject="{{ what }} at {{ lead.wedding_venue }}", personalization={"what": "Your day"})
    life.given("welcome", hello | {"when": NEVER}, answer("more", "hello"), answer("last", "more", delay="1d"))
    life.add("mia", wedding_venue="Babington House")
    days(life, 1)
    more, last = life.messages()
    assert (more["Subject"], *answered(more)) == ("Your day at Babington House", None, [])
    assert (last["Subject"], last["In-Reply-To"]) == ("Re: Your day at Babington House", more["Message-ID"])


def test_an_answer_to_an_answer_that_was_skipped_takes_its_place(life: Life) -> None:
    skipped = answer("more", "hello", delay="1d", when=NEVER)
    life.given("welcome", mail("hello"), skipped, answer("last", "more", delay="1d"))
    life.add("mia")
    days(life, 2)
    hello, last = life.messages()
    assert (last["Subject"], last["In-Reply-To"]) == ("Re: hello", hello["Message-ID"])


def test_a_hole_in_the_subject_of_the_mail_that_was_skipped_holds_its_answer(life: Life) -> None:
    hello = mail("hello", subject="About {{ lead.wedding_venue }}", when=NEVER)
    life.given("welcome", hello, answer("more", "hello"))
    life.add("mia")
    life.tick()
    assert (life.sent(), "wedding_venue" in (life.walk("mia").held_reason or "")) == ([], True)
    life.set("mia", wedding_venue="Babington House")
    life.tick()
    assert life.sent() == ["About Babington House"]


def test_after_a_rename_the_answer_still_finds_its_mail(life: Life) -> None:
    life.given("welcome", mail("hello"), answer("more", "hello", delay="1d"))
    life.add("mia")
    life.tick()
    life.given("welcome", mail("greeting", was="hello"), answer("more", "greeting", delay="1d"))
    life.later(DAY)
    hello, more = life.messages()
    assert (more["Subject"], more["In-Reply-To"]) == ("Re: hello", hello["Message-ID"])


def test_the_second_time_in_a_sequence_is_a_new_conversation(life: Life) -> None:
    again = {"when": {"tags": {"any": ["again"]}}, "again": "2d"}
    life.given("welcome", mail("hello"), answer("more", "hello", delay="1d"), tag("done"), enroll=again)
    life.add("mia", tags=["again"])
    days(life, 1)
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED
    life.later(3 * DAY)
    life.set("mia", tags=[])
    life.set("mia", tags=["again"])
    days(life, 1)
    messages = life.messages()
    assert len(messages) == 4
    assert messages[3]["In-Reply-To"] == messages[2]["Message-ID"] != messages[0]["Message-ID"]


@pytest.mark.parametrize("answers", [["450 later"], ["450 later", "450 later"]])
def test_an_answer_that_is_sent_later_is_still_the_same_answer(
    server: Server, begin: Begin, answers: list[str]
) -> None:
    life = begin()
    life.given("welcome", mail("hello"), answer("more", "hello", delay="1d"))
    life.add("mia")
    life.tick()
    server.at_rcpt["mia@example.org"] = answers
    days(life, 3)
    hello, more = taken(server)
    assert answered(more) == (hello["Message-ID"], [hello["Message-ID"]])
