"""Every way in which a server can fail, and the verdict that it must get."""

from contextlib import closing

import pytest
from faulty_server import DRIP, DROP, ENDLESS, FLOOD, GARBAGE, HANG, INTERRUPT, LONG, SLOW, FaultyServer
from letters import free_port, letter

from leadnurture.channels.cut_off import PATIENCE
from leadnurture.channels.mail.message import FrozenMessage, Mailbox, freeze
from leadnurture.channels.smtp import SmtpSettings, SmtpTransport
from leadnurture.channels.smtp_line import SmtpLine
from leadnurture.channels.transport import Answer, Verdict
from leadnurture.clock import monotonic
from leadnurture.outbox_channel import Trouble

PASSWORD = "correct horse"
COUPLE = freeze(letter(to=(Mailbox("anna@example.org"), Mailbox("ben@example.org")), bcc=(letter().sender,)))
BIG = freeze(letter(text="All work and no play makes Jack a dull boy.\n" * 200_000))


def settings(port: int, timeout: float = 0.3) -> SmtpSettings:
    return SmtpSettings("127.0.0.1", port, "none", "zoe", lambda: PASSWORD, timeout)


def line_to(server: FaultyServer, timeout: float = 0.3) -> SmtpLine:
    return SmtpTransport(settings(server.port, timeout)).line()


OFFERS = [
    *[
        ("connect", fault, Verdict.SERVER)
        for fault in (DROP, HANG, DRIP, ENDLESS, GARBAGE, FLOOD, "421 busy", "554 go away")
    ],
    *[
        ("ehlo", fault, Verdict.SERVER)
        for fault in (DROP, HANG, DRIP, ENDLESS, GARBAGE, FLOOD, "421 busy", "502 what?", "-1 -1")
    ],
    *[
        ("auth", fault, Verdict.SERVER)
        for fault in (DROP, HANG, DRIP, ENDLESS, GARBAGE, FLOOD, "454 later", "535 no", "250 hm")
    ],
    *[("mail", fault, Verdict.SERVER) for fault in (DROP, HANG, DRIP, ENDLESS, GARBAGE, FLOOD, LONG)],
    *[("mail", fault, Verdict.SERVER) for fault in ("421 busy", "450 later", "550 no", "354 hm")],
    *[("rcpt", fault, Verdict.SERVER) for fault in (DROP, HANG, DRIP, ENDLESS, GARBAGE, FLOOD)],
    *[("rcpt", fault, Verdict.SERVER) for fault in ("421 busy", "530 log in first", "354 hm")],
    *[("rcpt", fault, Verdict.TRANSIENT) for fault in ("450 later", "452 full")],
    *[("rcpt", fault, Verdict.REFUSED) for fault in (LONG, "550 5.1.1 no such user", "553 bad")],
]

HAND_OVERS = [
    *[
        ("data", fault, Verdict.SERVER)
        for fault in (DROP, HANG, DRIP, ENDLESS, GARBAGE, FLOOD, "421 busy", "250 hm", "220 hm")
    ],
    *[("data", fault, Verdict.TRANSIENT) for fault in ("451 later",)],
    *[("data", fault, Verdict.REFUSED) for fault in ("554 no", LONG)],
    *[("content", fault, Verdict.UNKNOWN) for fault in (DROP, HANG, DRIP, ENDLESS)],
    *[
        ("dot", fault, Verdict.UNKNOWN)
        for fault in (DROP, HANG, DRIP, ENDLESS, GARBAGE, FLOOD, "354 hm", "150 hm", "999 hm")
    ],
    *[("dot", fault, Verdict.TRANSIENT) for fault in ("451 later", "452 full")],
    *[("dot", fault, Verdict.REFUSED) for fault in ("554 spam", "552 too big", LONG)],
    *[("dot", fault, Verdict.SERVER) for fault in ("421 busy",)],
]


def short(fault: object) -> str | None:
    return fault[:12] if isinstance(fault, str) else None


@pytest.mark.parametrize(("point", "fault", "verdict"), OFFERS, ids=short)
def test_a_fault_before_the_recipients_are_accepted(
    point: str, fault: str, verdict: Verdict, message: FrozenMessage
) -> None:
    with FaultyServer(**{point: [fault]}) as server, closing(line_to(server)) as line:
        answer = line.offer(message)
        assert answer.verdict is verdict
        assert 0 < len(answer.reply) <= 300
        assert answer.reply.isprintable()
        assert line.offer(message).verdict is Verdict.ACCEPTED  # the line recovers
        assert line.hand_over().verdict is Verdict.ACCEPTED
        assert server.messages == [message.content]


@pytest.mark.parametrize(("point", "fault", "verdict"), HAND_OVERS, ids=short)
def test_a_fault_once_the_recipients_are_accepted(
    point: str, fault: str, verdict: Verdict, message: FrozenMessage
) -> None:
    with FaultyServer(**{point: [fault]}) as server, closing(line_to(server)) as line:
        assert line.offer(message).verdict is Verdict.ACCEPTED
        answer = line.hand_over()
        assert answer.verdict is verdict
        assert 0 < len(answer.reply) <= 300
        assert answer.reply.isprintable()
        assert line.offer(message).verdict is Verdict.ACCEPTED  # the line recovers
        assert line.hand_over().verdict is Verdict.ACCEPTED
        assert server.messages[-1] == message.content


@pytest.mark.parametrize("fault", [DROP, HANG])
def test_a_connection_that_fails_in_the_middle_of_a_large_content_leaves_it_unknown(fault: str) -> None:
    with FaultyServer(content=[fault]) as server, closing(line_to(server)) as line:
        line.offer(BIG)
        assert line.hand_over().verdict is Verdict.UNKNOWN


def test_a_large_content_may_take_longer_than_any_reply_as_long_as_it_goes_on() -> None:
    with FaultyServer(content=[SLOW]) as server, closing(line_to(server)) as line:
        line.offer(BIG)
        begun = monotonic()
        assert line.hand_over().verdict is Verdict.ACCEPTED
        assert monotonic() - begun > PATIENCE * 0.3
        assert server.messages == [BIG.content]


def test_a_connection_that_is_kept_for_longer_than_a_reply_may_take_is_not_cut_off(message: FrozenMessage) -> None:
    with FaultyServer() as server, closing(line_to(server, timeout=0.1)) as line:
        assert line.offer(message).verdict is Verdict.ACCEPTED
        server.stopped.wait(2 * PATIENCE * 0.1)
        assert line.hand_over().verdict is Verdict.ACCEPTED
        assert server.seen["connect"] == 1


def test_nobody_listens(message: FrozenMessage) -> None:
    port = free_port()
    with closing(SmtpTransport(settings(port)).line()) as line:
        answer = line.offer(message)
    assert answer.verdict is Verdict.SERVER
    assert answer.reply == f"127.0.0.1:{port} cannot be reached: Connection refused"


@pytest.mark.parametrize(
    ("point", "fault", "reply"),
    [
        ("connect", HANG, "{place} did not answer in 0.3 s"),
        ("connect", DROP, "{place} closed the connection"),
        ("connect", DRIP, "{place} answered no SMTP reply: none came to an end in 1.2 s"),
        ("rcpt", DRIP, "{place} answered no SMTP reply: none came to an end in 1.2 s"),
        ("rcpt", ENDLESS, "{place} answered no SMTP reply: one had no end after 2000 lines"),
        ("connect", "554 go away", "{place} answered 554 go away"),
        ("ehlo", GARBAGE, "{place} answered no SMTP reply: ot smtp at all"),
        ("auth", "535 5.7.8 wrong", "zoe could not log in: {place} answered 535 5.7.8 wrong"),
        ("rcpt", "550 5.1.1 no\x07such\tuser", "550 5.1.1 no such user"),
        ("rcpt", "550-5.1.1 first\r\n550 second", "550 5.1.1 first second"),
        ("rcpt", HANG, "{place} did not answer in 0.3 s"),
    ],
    ids=short,
)
def test_the_reply_is_a_line_for_people(point: str, fault: str, reply: str, message: FrozenMessage) -> None:
    with FaultyServer(**{point: [fault]}) as server, closing(line_to(server)) as line:
        assert line.offer(message).reply == reply.format(place=f"127.0.0.1:{server.port}")


@pytest.mark.parametrize(
    "echo", ["535 {echo}", f"535 I know {PASSWORD}", "535 Y29ycmVjdCBob3JzZQ==", "535 AHpvZQBjb3JyZWN0IGhvcnNl"]
)
def test_a_server_that_echoes_the_password_does_not_make_us_show_it(echo: str, message: FrozenMessage) -> None:
    with FaultyServer(auth=[echo]) as server, closing(line_to(server)) as line:
        reply = line.offer(message).reply
    assert "…" in reply
    for secret in (PASSWORD, "Y29ycmVjdCBob3JzZQ", "AHpvZQBjb3JyZWN0IGhvcnNl"):
        assert secret not in reply


@pytest.mark.parametrize("parting", [DROP, "421 4.7.0 too many messages"], ids=short)
def test_a_server_that_hung_up_between_messages_is_called_again_without_a_word(
    parting: str, message: FrozenMessage
) -> None:
    with FaultyServer(mail=[None, parting]) as server, closing(line_to(server)) as line:
        for _ in range(3):
            assert line.offer(message).verdict is Verdict.ACCEPTED
            assert line.hand_over().verdict is Verdict.ACCEPTED
        assert len(server.messages) == 3
        assert server.seen["connect"] == 2


def test_it_is_called_again_only_once(message: FrozenMessage) -> None:
    with FaultyServer(mail=[None, DROP, DROP]) as server, closing(line_to(server)) as line:
        line.offer(message)
        line.hand_over()
        assert line.offer(message).verdict is Verdict.SERVER
        assert server.seen["connect"] == 2


def test_a_server_that_cannot_be_reached_again_is_the_servers_trouble(message: FrozenMessage) -> None:
    with (
        FaultyServer(mail=[None, DROP], connect=[None, "421 closed for today"]) as server,
        closing(line_to(server)) as line,
    ):
        line.offer(message)
        line.hand_over()
        assert line.offer(message).verdict is Verdict.SERVER


TROUBLES = [
    *[("connect", fault, Trouble.UNREACHABLE) for fault in (DROP, HANG, "421 busy")],
    *[("auth", fault, Trouble.LOGIN) for fault in ("535 5.7.8 no", "454 4.7.0 too many login attempts")],
    *[("auth", fault, Trouble.UNREACHABLE) for fault in (DROP, HANG)],
    *[("mail", fault, Trouble.LOGIN) for fault in ("530 log in first", "535 5.7.3 unauthenticated")],
    *[("mail", fault, Trouble.UNREACHABLE) for fault in (DROP, HANG, "450 later", "550 no")],
    *[
        (point, reply, Trouble.QUOTA)
        for point in ("mail", "rcpt")
        for reply in (
            "550 5.4.5 Daily user sending limit exceeded",
            "450 4.7.0 hourly message quota reached",
            "451 4.7.500 Server busy. Please try again later",
            "554 5.7.1 You have exceeded your outgoing message limit",
        )
    ],
]


@pytest.mark.parametrize(("point", "fault", "trouble"), TROUBLES, ids=short)
def test_what_kind_of_trouble_the_server_is_in(
    point: str, fault: str, trouble: Trouble, message: FrozenMessage
) -> None:
    with FaultyServer(**{point: [fault]}) as server, closing(line_to(server)) as line:
        answer = line.offer(message)
    assert (answer.verdict, answer.trouble) == (Verdict.SERVER, trouble)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("452 4.2.2 mailbox over quota, sending limit", Verdict.TRANSIENT),
        ("552 5.2.2 mailbox quota exceeded", Verdict.REFUSED),
        ("450 4.2.1 the user is receiving mail at a rate that exceeded a limit", Verdict.TRANSIENT),
        ("552 5.3.4 message size exceeds limit", Verdict.REFUSED),
        ("451 4.7.1 greylisted, come again in 5 minutes", Verdict.TRANSIENT),
    ],
)
def test_a_full_mailbox_and_greylisting_are_no_quota_of_ours(
    reply: str, verdict: Verdict, message: FrozenMessage
) -> None:
    with FaultyServer(rcpt=[reply]) as server, closing(line_to(server)) as line:
        assert line.offer(message).verdict is verdict


LATER = ["450 later", "452 full"]


@pytest.mark.parametrize("replies", [[None, LATER[0]], [LATER[1]], ["550 no", LATER[0]]])
def test_one_of_a_couple_who_may_be_taken_later_keeps_the_message_from_both_until_then(
    replies: list[str | None],
) -> None:
    with FaultyServer(rcpt=replies) as server, closing(line_to(server)) as line:
        assert line.offer(COUPLE).verdict is Verdict.TRANSIENT
        assert server.commands[-1] == "rset"
        assert line.offer(COUPLE) == Answer(Verdict.ACCEPTED, "all recipients are taken", named=True)
        assert server.seen["connect"] == 1
        assert server.messages == []


@pytest.mark.parametrize(("replies", "dead"), [(["550 no"], "anna@example.org"), ([None, "550 no"], "ben@example.org")])
def test_one_of_a_couple_who_is_never_taken_keeps_nothing_from_the_other(replies: list[str | None], dead: str) -> None:
    with FaultyServer(rcpt=replies) as server, closing(line_to(server)) as line:
        answer = line.offer(COUPLE)
        assert (answer.verdict, answer.refused) == (Verdict.ACCEPTED, {dead: "550 no"})
        assert line.hand_over().verdict is Verdict.ACCEPTED
        assert server.messages == [COUPLE.content]


def test_a_couple_of_whom_nobody_is_taken_is_refused_and_nobody_gets_the_copy_alone() -> None:
    with FaultyServer(rcpt=["550 no", "553 bad"]) as server, closing(line_to(server)) as line:
        answer = line.offer(COUPLE)
        assert answer.verdict is Verdict.REFUSED
        assert answer.reply == "anna@example.org: 550 no; ben@example.org: 553 bad"
        assert answer.refused == {"anna@example.org": "550 no", "ben@example.org": "553 bad"}
        assert (server.seen["rcpt"], server.commands[-1]) == (2, "rset")


@pytest.mark.parametrize("reply", ["550 no", *LATER])
def test_a_copy_that_is_not_taken_keeps_nothing_from_the_couple(reply: str) -> None:
    with FaultyServer(rcpt=[None, None, reply]) as server, closing(line_to(server)) as line:
        answer = line.offer(COUPLE)
        assert (answer.verdict, answer.refused) == (Verdict.ACCEPTED, {"zoe@example.com": reply})
        assert line.hand_over().verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("fault", [DROP, "421 busy"])
def test_a_connection_lost_over_a_copy_is_lost(fault: str) -> None:
    with FaultyServer(rcpt=[None, None, fault]) as server, closing(line_to(server)) as line:
        assert line.offer(COUPLE).verdict is Verdict.SERVER
        assert line.offer(COUPLE).verdict is Verdict.ACCEPTED
        assert server.seen["connect"] == 2


def test_a_withdrawn_message_is_not_sent_and_the_connection_is_kept(message: FrozenMessage) -> None:
    other = freeze(letter(message_id="<other@example.com>"))
    with FaultyServer() as server, closing(line_to(server)) as line:
        line.offer(message)
        line.withdraw()
        line.offer(other)
        line.hand_over()
        assert server.messages == [other.content]
        assert server.seen["connect"] == 1


@pytest.mark.parametrize("fault", [DROP, HANG, DRIP, ENDLESS, GARBAGE, FLOOD, "421 busy", "500 what?"], ids=short)
def test_withdrawing_and_closing_never_raise(fault: str, message: FrozenMessage) -> None:
    with FaultyServer(rset=[fault], quit=[fault]) as server:
        line = line_to(server)
        line.withdraw()
        line.offer(message)
        line.withdraw()
        assert line.offer(message).verdict is Verdict.ACCEPTED  # on a new connection: the old one was not to be trusted
        line.close()
        line.close()


def test_a_message_larger_than_the_server_takes_is_refused_before_it_is_sent(message: FrozenMessage) -> None:
    size = len(message.content)
    with (
        FaultyServer(ehlo=[f"250-here\r\n250-AUTH PLAIN\r\n250 SIZE {size - 1}"]) as server,
        closing(line_to(server)) as line,
    ):
        answer = line.offer(message)
    assert answer.verdict is Verdict.REFUSED
    assert f"takes {size - 1} bytes at most" in answer.reply
    assert "data" not in server.commands


@pytest.mark.parametrize("size", ["", "0", "enough", "9" * 5000])
def test_a_size_that_says_nothing_limits_nothing(size: str, message: FrozenMessage) -> None:
    with (
        FaultyServer(ehlo=[f"250-here\r\n250-AUTH PLAIN\r\n250 SIZE {size}"]) as server,
        closing(line_to(server)) as line,
    ):
        assert line.offer(message).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("point", ["mail", "rcpt"])
def test_an_interrupted_offer_passes_and_leaves_no_half_used_connection(point: str, message: FrozenMessage) -> None:
    with FaultyServer(**{point: [INTERRUPT]}) as server, closing(line_to(server, timeout=10)) as line:
        with pytest.raises(KeyboardInterrupt):
            line.offer(message)
        assert line.offer(message).verdict is Verdict.ACCEPTED
        assert server.seen["connect"] == 2


@pytest.mark.parametrize("point", ["data", "content", "dot"])
def test_an_interrupted_hand_over_passes_and_leaves_no_half_used_connection(point: str, message: FrozenMessage) -> None:
    with FaultyServer(**{point: [INTERRUPT]}) as server, closing(line_to(server, timeout=10)) as line:
        line.offer(message)
        with pytest.raises(KeyboardInterrupt):
            line.hand_over()
        assert line.offer(message).verdict is Verdict.ACCEPTED
        assert server.seen["connect"] == 2
