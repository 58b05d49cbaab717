"""Texts and notifications by Apprise to a real server: what each of its answers means, and that no token is shown."""

import logging
from collections.abc import Iterator
from io import StringIO
from queue import SimpleQueue
from threading import Thread

import pytest
from message_service import DROP, SILENT, Service, listening

from leadnurture.channels.apprise_transport import AppriseTransport
from leadnurture.channels.mail.message import FrozenMessage
from leadnurture.channels.short_message import notification, text_message
from leadnurture.channels.transport import Answer, Line, Transport, Verdict
from leadnurture.secrets import SecretError

EMMA = "+447700900111"
PLACE = "studio.toml:12: sms.url"


@pytest.fixture
def service() -> Iterator[Service]:
    with listening() as started:
        yield started


def line(*urls: str) -> Line:
    transport: Transport = AppriseTransport(lambda: urls, lambda: PLACE)
    return transport.line()


def sent(message: FrozenMessage, *urls: str) -> Answer:
    opened = line(*urls)
    try:
        answer = opened.offer(message)
        return opened.hand_over() if answer.verdict is Verdict.ACCEPTED else answer
    finally:
        opened.close()


def text(words: str = "Dear Emma, £5 & “tea” at 10 %?\nHolly", number: str = EMMA) -> FrozenMessage:
    return text_message("holly@hart.example", number, words)


def test_a_text_arrives_once_at_the_couples_number_with_its_own_words(service: Service) -> None:
    assert sent(text(), service.url()) == Answer(Verdict.ACCEPTED, "JSON took it")
    assert service.texts == [(EMMA, "Dear Emma, £5 & “tea” at 10 %?\nHolly")]
    assert service.asked[0][1]["title"] == ""


def test_words_that_look_like_html_or_escapes_arrive_as_they_are(service: Service) -> None:
    sent(text("<b>1 < 2</b> \\n :smile: *x*"), service.url())
    assert service.texts == [(EMMA, "<b>1 < 2</b> \\n :smile: *x*")]


def test_a_notification_has_its_title_and_goes_to_every_service(service: Service) -> None:
    message = notification("holly@hart.example", "Emma & Jack", "They have read it twice.")
    assert sent(message, service.url("one"), service.url("two")).verdict is Verdict.ACCEPTED
    assert [(path, body["title"], body["message"]) for path, body in service.asked] == [
        ("one", "Emma & Jack", "They have read it twice."),
        ("two", "Emma & Jack", "They have read it twice."),
    ]


@pytest.mark.parametrize(
    ("status", "verdict", "reply"),
    [
        (400, Verdict.REFUSED, "JSON answered 400 Bad Request"),
        (422, Verdict.REFUSED, "JSON answered 422 Unprocessable"),
        (401, Verdict.SERVER, "JSON answered 401 Unauthorized"),
        (402, Verdict.SERVER, "JSON answered 402 Payment Required"),
        (403, Verdict.SERVER, "JSON answered 403 Forbidden"),
        (404, Verdict.SERVER, "JSON answered 404 Not Found"),
        (429, Verdict.SERVER, "JSON answered 429 Too Many Requests"),
        (408, Verdict.TRANSIENT, "JSON answered 408 Request Timeout"),
        (500, Verdict.UNKNOWN, "JSON answered 500 Internal Server Error"),
        (503, Verdict.SERVER, "JSON answered 503 Service Unavailable"),
        (599, Verdict.UNKNOWN, "JSON answered 599"),
        (502, Verdict.UNKNOWN, "JSON answered 502 Bad Gateway"),
        (504, Verdict.UNKNOWN, "JSON answered 504 Gateway Timeout"),
        (DROP, Verdict.UNKNOWN, "JSON was sent it, and did not answer (ConnectionError)"),
    ],
)
def test_what_an_answer_means(service: Service, status: int | str, verdict: Verdict, reply: str) -> None:
    service.answers = [status]
    answer = sent(text(), service.url())
    assert answer.verdict is verdict
    assert answer.reply.startswith(reply)
    assert len(service.asked) == 1


def test_an_answer_that_never_comes_is_in_doubt_and_not_asked_for_again(service: Service) -> None:
    service.answers = [SILENT]
    answer = sent(text(), service.url(rto="0.3", retry="5"))
    assert answer == Answer(Verdict.UNKNOWN, "JSON was sent it, and did not answer (ReadTimeout)")
    assert len(service.asked) == 1


def test_a_refusal_counts_even_where_the_url_calls_the_service_optional(service: Service) -> None:
    service.answers = [400]
    assert sent(text(), service.url(optional="yes", retry="5")).verdict is Verdict.REFUSED
    assert len(service.asked) == 1


def test_who_cannot_be_reached_has_certainly_taken_nothing() -> None:
    with listening() as service:
        gone = service.url()
    assert sent(text(), gone) == Answer(Verdict.SERVER, "JSON cannot be reached")
    nowhere = "json://nowhere.invalid/{phone}"
    assert sent(text(), nowhere) == Answer(Verdict.SERVER, "JSON cannot be found: is this computer online?")


def test_a_protocol_whose_failure_tells_nothing_is_in_doubt(service: Service) -> None:
    answer = sent(text(), f"jsons://127.0.0.1:{service.server_port}/{{phone}}?verify=no")
    assert answer.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (400, 200, Verdict.ACCEPTED),
        (200, 401, Verdict.ACCEPTED),
        (400, 502, Verdict.UNKNOWN),
        (400, 401, Verdict.SERVER),
        (400, 500, Verdict.UNKNOWN),
        (400, 408, Verdict.TRANSIENT),
        (400, 400, Verdict.REFUSED),
    ],
)
def test_of_two_services_one_that_took_it_or_may_have_is_what_counts(
    service: Service, first: int, second: int, verdict: Verdict
) -> None:
    service.answers = [first, second]
    message = notification("holly@hart.example", "Emma", "Hello")
    assert sent(message, service.url("one"), service.url("two")).verdict is verdict
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nosuchservice://topsecret/{phone}", f"{PLACE}: this is no URL that Apprise can use"),
        ("twilio://ACtopsecret:x@+1/{phone}", f"{PLACE}: this is no URL that Apprise can use"),
        ("json://127.0.0.1/topsecret", f"{PLACE}: the URL has no {{phone}}, where the couple's number belongs"),
        (
            f"twilio://AC{'a' * 32}:topsecret@447700900001/{{phone}}/447700900002",
            f"{PLACE}: the URL names further numbers, and a text goes to one couple alone",
        ),
    ],
)
def test_a_url_that_cannot_be_used_is_told_with_its_place_and_without_itself(url: str, said: str) -> None:
    assert line(url).offer(text()) == Answer(Verdict.SERVER, said)


def test_what_gives_the_url_is_told_when_it_fails() -> None:
    def ask() -> list[str]:
        raise SecretError("url_command ended with 3")

    answer = AppriseTransport(ask, lambda: PLACE).line().offer(text())
    assert answer == Answer(Verdict.SERVER, "url_command ended with 3")


def test_a_withdrawn_text_is_not_sent(service: Service) -> None:
    opened = line(service.url())
    opened.offer(text())
    opened.withdraw()
    with pytest.raises(AssertionError):
        opened.hand_over()
    assert service.asked == []


def test_two_lanes_at_once_do_not_take_each_others_answers_for_their_own(service: Service) -> None:
    service.answers = [400 if number % 2 else 401 for number in range(20)]
    answers: SimpleQueue[Answer] = SimpleQueue()

    def lane() -> None:
        for _ in range(10):
            answers.put(sent(text(), service.url()))

    lanes = [Thread(target=lane) for _ in range(2)]
    for one in lanes:
        one.start()
    for one in lanes:
        one.join()
    replies = sorted(answers.get().reply for _ in range(20))
    assert replies == ["JSON answered 400 Bad Request"] * 10 + ["JSON answered 401 Unauthorized"] * 10


def test_no_token_is_in_an_answer_or_a_log(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    log = StringIO()
    everything, root = logging.StreamHandler(log), logging.getLogger()
    root.addHandler(everything)
    try:
        service.answers = [400, DROP]
        replies = [sent(text(), url).reply for url in (service.url(), service.url(), "nosuch://topsecret/{phone}")]
        logging.getLogger("somebody.else").warning("this is heard")
    finally:
        root.removeHandler(everything)
    assert "topsecret" not in " ".join((*replies, *capfd.readouterr()))
    assert log.getvalue() == "this is heard\n"
