"""Whom a mail goes to: either of a couple or both, in one message, and a copy to the owner; nobody twice."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from mail_server import HANG_UP, Server
from studio_life import DAY, HOUR, START, Begin, Life, mail

from leadnurture.engine.resolve import resolve
from leadnurture.store.vocabulary import EnrollmentStatus, InteractionType, OutboxState

MIA, JAN, HOLLY = "mia@example.org", "jan@example.net", "holly@hart.example"
NEVER, LATER = "550 5.1.1 no such user", "451 mailbox busy"


@pytest.fixture
def couple(server: Server, begin: Begin) -> Life:
    """Return a studio with a couple of two addresses and a sequence of two letters to both."""
    life = begin()
    life.given("welcome", mail("hello", to="both"), mail("more", to="both", delay="1d"))
    life.add("mia", secondary_email=JAN, couple_name_bride="Mia Moss", couple_name_groom="Jan Wood")
    return life


def envelopes(server: Server) -> list[tuple[str, str]]:
    """Return (recipient, subject) of all that was taken."""
    return [(address, str(parsed(content)["Subject"])) for address, content in server.taken]


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)


def test_a_mail_to_both_is_one_message_with_two_recipients(couple: Life, server: Server) -> None:
    couple.tick()
    assert envelopes(server) == [(MIA, "hello"), (JAN, "hello")]
    assert server.taken[0][1] == server.taken[1][1]
    addresses = parsed(server.taken[0][1])["To"].addresses
    assert [(one.display_name, one.addr_spec) for one in addresses] == [("Mia Moss & Jan Wood", MIA), ("", JAN)]
    assert couple.execution("mia", "hello").result["recipient"] == f"{MIA}, {JAN}"
    assert len(couple.queue("mia")) == 1


def test_a_mail_goes_to_the_first_address_unless_it_says_otherwise(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"), mail("more", to="secondary", delay="1d"))
    life.add("mia", secondary_email=JAN)
    life.tick()
    life.later(DAY)
    assert envelopes(server) == [(MIA, "hello"), (JAN, "more")]
    assert parsed(server.taken[1][1])["To"] == JAN


def test_a_mail_to_both_goes_to_the_first_where_there_is_no_second_or_it_is_the_same(
    server: Server, begin: Begin
) -> None:
    life = begin()
    life.given("welcome", mail("hello", to="both"))
    life.add("mia")
    life.add("zoe", secondary_email="zoe@example.org")
    life.tick()
    assert sorted(envelopes(server)) == [(MIA, "hello"), ("zoe@example.org", "hello")]
    assert sorted(str(parsed(content)["To"]) for _, content in server.taken) == [MIA, "zoe@example.org"]


def test_a_mail_to_the_second_address_is_held_until_there_is_one(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello", to="secondary"))
    life.add("mia")
    life.tick()
    assert life.walk("mia").held_reason == "the letter goes to their second address, and none is known"
    assert life.queue("mia") == []
    life.set("mia", secondary_email=JAN)
    life.tick()
    assert envelopes(server) == [(JAN, "hello")]


def test_the_other_gets_it_once_when_the_second_is_refused_for_good(couple: Life, server: Server) -> None:
    server.at_rcpt[JAN] = [NEVER] * 9
    report = couple.tick()
    assert (report.counts["sent"], report.counts["failed"]) == (1, 0)
    assert envelopes(server) == [(MIA, "hello")]
    result = couple.execution("mia", "hello").result
    assert (result["recipient"], result["refused"]) == (MIA, {JAN: NEVER})
    assert couple.told("mia", InteractionType.EMAIL_SENT) == [("hello", f"not to {JAN}: {NEVER}")]
    assert couple.lead("mia").bounced_at is None
    couple.later(DAY)
    assert envelopes(server) == [(MIA, "hello"), (MIA, "more")]
    assert couple.walk("mia").status is EnrollmentStatus.COMPLETED


def test_a_first_address_that_is_dead_ends_the_walk_but_not_the_letter_that_the_other_got(
    couple: Life, server: Server
) -> None:
    server.at_rcpt[MIA] = [NEVER] * 9
    couple.tick()
    for _ in range(3):
        couple.later(DAY)
    assert envelopes(server) == [(JAN, "hello")]
    assert couple.queue("mia")[0].state is OutboxState.SENT
    assert couple.steps("mia") == {"hello": "executed"}
    assert couple.lead("mia").bounced_at == START
    walk = couple.walk("mia")
    assert (walk.status, walk.end_reason) == (EnrollmentStatus.CANCELLED, "their address bounced")
    assert couple.told("mia", InteractionType.EMAIL_BOUNCED) == [(NEVER, None)]


def test_a_second_address_that_is_dead_says_nothing_about_the_first(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello", to="secondary"))
    life.add("mia", secondary_email=JAN)
    server.at_rcpt[JAN] = [NEVER]
    life.tick()
    assert life.lead("mia").bounced_at is None
    assert life.walk("mia").end_reason == f"step 'hello' failed: {NEVER}"
    assert life.told("mia", InteractionType.STEP_FAILED) == [("hello", NEVER)]


def test_nobody_gets_it_while_one_of_them_may_be_taken_later_and_then_both_do_once(
    couple: Life, server: Server
) -> None:
    server.at_rcpt[JAN] = [LATER]
    couple.tick()
    assert server.taken == []
    assert couple.queue("mia")[0].state is OutboxState.QUEUED
    couple.later(2 * HOUR)
    assert envelopes(server) == [(MIA, "hello"), (JAN, "hello")]
    assert "refused" not in couple.execution("mia", "hello").result


def test_a_couple_of_whom_nobody_is_taken_has_failed(couple: Life, server: Server) -> None:
    server.at_rcpt[MIA], server.at_rcpt[JAN] = [NEVER], ["550 5.7.1 not you"]
    couple.tick()
    assert server.taken == []
    assert couple.walk("mia").end_reason == f"step 'hello' failed: {MIA}: {NEVER}; {JAN}: 550 5.7.1 not you"
    assert couple.lead("mia").bounced_at == START


def test_who_was_refused_is_known_even_if_the_answer_to_the_letter_was_lost(couple: Life, server: Server) -> None:
    server.at_rcpt[JAN] = [NEVER] * 9
    server.at_data[MIA] = [HANG_UP]
    couple.tick()
    couple.later(HOUR)
    (message,) = couple.queue("mia")
    assert (message.state, message.refused) == (OutboxState.PARKED, {JAN: NEVER})
    with couple.studio.change() as change:
        resolve(change, couple.studio.engine, message.id or 0, sent=True)
    assert couple.execution("mia", "hello").result["refused"] == {JAN: NEVER}


def test_who_was_refused_once_and_is_taken_the_next_time_counts_as_taken(couple: Life, server: Server) -> None:
    server.at_rcpt[JAN], server.at_data[MIA] = [NEVER], [LATER]
    couple.tick()
    couple.later(2 * HOUR)
    assert envelopes(server) == [(MIA, "hello"), (JAN, "hello")]
    assert "refused" not in couple.execution("mia", "hello").result


@pytest.mark.parametrize("kind", ["cc", "bcc"])
def test_the_owner_gets_a_copy_which_the_couple_see_only_as_cc(server: Server, begin: Begin, kind: str) -> None:
    life = begin()
    life.given("welcome", mail("hello", **{kind: "owner"}))
    life.add("mia")
    life.tick()
    assert envelopes(server) == [(MIA, "hello"), (HOLLY, "hello")]
    message = parsed(server.taken[0][1])
    assert (message["To"], message["Bcc"]) == (MIA, None)
    assert message["Cc"] == (f"Holly Hart <{HOLLY}>" if kind == "cc" else None)
    result = life.execution("mia", "hello").result
    assert (result["recipient"], result["copied"]) == (MIA, [HOLLY])


@pytest.mark.parametrize("reply", [NEVER, LATER])
def test_a_copy_that_is_not_taken_keeps_no_letter_from_the_couple(server: Server, begin: Begin, reply: str) -> None:
    life = begin()
    life.given("welcome", mail("hello", bcc="owner"))
    life.add("mia")
    server.at_rcpt[HOLLY] = [reply]
    life.tick()
    assert envelopes(server) == [(MIA, "hello")]
    assert life.told("mia", InteractionType.EMAIL_SENT) == [("hello", f"not to {HOLLY}: {reply}")]
    assert life.lead("mia").bounced_at is None


def test_a_copy_alone_is_no_delivery(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello", cc="owner"))
    life.add("mia")
    server.at_rcpt[MIA] = [NEVER]
    life.tick()
    assert server.taken == []
    assert life.walk("mia").status is EnrollmentStatus.FAILED
    assert life.lead("mia").bounced_at == START


def test_a_dead_first_address_is_known_even_if_the_content_is_refused_then(server: Server, life: Life) -> None:
    life.given("welcome", mail("a", to="both"))
    life.add("mia", secondary_email="zoe@example.org")
    server.at_rcpt["mia@example.org"] = ["550 5.1.1 no such user"]
    server.at_data["zoe@example.org"] = ["554 5.7.1 spam"]
    life.tick()
    assert life.lead("mia").bounced_at is not None
