"""What a letter says, its message says: read back by an independent parser."""

import re
from datetime import UTC, datetime
from email import charset, message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from letters import letter, mailboxes, words

from leadnurture.channels.mail import headers
from leadnurture.channels.mail.message import (
    Attachment,
    FrozenMessage,
    Letter,
    Mailbox,
    UnsendableError,
    freeze,
    new_message_id,
    unsubscribe_link,
)
from leadnurture.errors import InvalidInputError

PDF = Attachment("price guide.pdf", b"%PDF-1.7 " + bytes(range(256)) * 40, "application/pdf")


def parsed(message: FrozenMessage) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(message.content, policy=default))


def read(**changes: Any) -> EmailMessage:
    return parsed(freeze(letter(**changes)))


def leaves(message: EmailMessage) -> list[EmailMessage]:
    return [cast("EmailMessage", part) for part in message.walk() if not part.is_multipart()]


def defects(message: EmailMessage) -> list[object]:
    headers = [value for part in message.walk() for value in part.values()]
    return [
        *(defect for part in message.walk() for defect in part.defects),
        *(defect for value in headers for defect in getattr(value, "defects", ())),
    ]


def assert_fit_for_the_wire(message: FrozenMessage) -> None:
    assert message.content.endswith(b"\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", message.content)
    assert max(map(len, message.content.split(b"\r\n"))) <= 998
    assert message.needs_smtputf8 or message.content.isascii()


def test_the_whole_of_a_message() -> None:
    frozen = freeze(
        letter(
            date=datetime(2026, 6, 1, 9, 30, tzinfo=ZoneInfo("Europe/London")),
            subject="Your wedding",
            text="Hello Anna,\nit costs £2,400.\n",
            html="<p>Hello Anna</p>",
            reply_to=Mailbox("answers@example.com"),
            in_reply_to="<before@example.org>",
            references=("<start@example.org>", "<before@example.org>"),
            unsubscribe="mailto:zoe@example.com?subject=unsubscribe%20abc",
        )
    )
    lines = (
        "Date: Mon, 01 Jun 2026 09:30:00 +0100",
        "From: Zoe Photo <zoe@example.com>",
        "Reply-To: answers@example.com",
        "To: Anna <anna@example.org>",
        "Subject: Your wedding",
        "Message-ID: <first@example.com>",
        "In-Reply-To: <before@example.org>",
        "References: <start@example.org>",
        " <before@example.org>",
        "List-Unsubscribe: <mailto:zoe@example.com?subject=unsubscribe%20abc>",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        ' boundary="=_words_6e0e08f43f8921fdc327355bc71430fb"',
        "",
        "--=_words_6e0e08f43f8921fdc327355bc71430fb",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "Hello Anna,",
        "it costs =C2=A32,400.",
        "",
        "--=_words_6e0e08f43f8921fdc327355bc71430fb",
        'Content-Type: text/html; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "",
        "<p>Hello Anna</p>",
        "",
        "--=_words_6e0e08f43f8921fdc327355bc71430fb--",
        "",
    )
    assert frozen.content.decode("ascii").split("\r\n") == list(lines)
    assert (frozen.message_id, frozen.sender, frozen.recipients, frozen.needs_smtputf8) == (
        "<first@example.com>",
        "zoe@example.com",
        ("anna@example.org",),
        False,
    )


def test_the_same_letter_always_gives_the_same_bytes() -> None:
    assert freeze(letter(html="<p>x</p>", attachments=(PDF,))) == freeze(letter(html="<p>x</p>", attachments=(PDF,)))


@pytest.mark.parametrize(
    ("changes", "structure"),
    [
        ({}, ["text/plain"]),
        ({"html": "<p>x</p>"}, ["multipart/alternative", "text/plain", "text/html"]),
        ({"attachments": (PDF,)}, ["multipart/mixed", "text/plain", "application/pdf"]),
        (
            {"html": "<p>x</p>", "attachments": (PDF, PDF)},
            [
                "multipart/mixed",
                "multipart/alternative",
                "text/plain",
                "text/html",
                "application/pdf",
                "application/pdf",
            ],
        ),
    ],
)
def test_the_structure_follows_the_content(changes: dict[str, Any], structure: list[str]) -> None:
    message = read(**changes)
    assert [part.get_content_type() for part in message.walk()] == structure
    assert defects(message) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "Hi,\n\n-- \nZoe\n",
        "line\n" * 1000,
        "one very long line " * 500,
        "x" * 5000,
        "naïve café £5 – “so” …\n" * 50,
        "Γειά σου Άννα\n" * 50,
        "💍" * 3000,
        "trailing blanks   \n\ttabs\t\n",
        "From here\n.\n..dots\n=equals=3D\n",
        "control \x00\x07\x0b\x0c\x1b characters",
        "--=_words_6e0e08f43f8921fdc327355bc71430fb--\n",
    ],
    ids=range(13),
)
def test_the_words_come_back_as_they_were(text: str) -> None:
    frozen = freeze(letter(text=text, html=text))
    assert_fit_for_the_wire(frozen)
    plain, html = leaves(parsed(frozen))
    wanted = text if text.endswith("\n") else text + "\n"
    assert words(plain) == wanted
    assert words(html) == wanted


@pytest.mark.parametrize("text", ["a\r\nb\r\n", "a\rb\r", "a\nb\n"])
def test_every_kind_of_line_break_is_a_line_break(text: str) -> None:
    assert words(read(text=text)) == "a\nb\n"


def test_a_lone_surrogate_does_not_keep_a_letter_from_being_sent() -> None:
    assert words(read(text="broken \ud800 emoji", subject="broken \ud800 emoji")) == "broken ? emoji\n"


@pytest.mark.parametrize("zone", ["UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Europe/London"])
@pytest.mark.parametrize("month", [1, 7])
def test_the_date_shows_the_zone_that_it_was_given_in(zone: str, month: int) -> None:
    date = datetime(2026, month, 15, 8, 5, 7, tzinfo=ZoneInfo(zone))
    assert read(date=date)["Date"].datetime == date
    assert read(date=date)["Date"].datetime.utcoffset() == date.utcoffset()


def test_a_date_without_a_zone_cannot_be_sent() -> None:
    with pytest.raises(UnsendableError, match="time zone"):
        freeze(letter(date=datetime(2026, 6, 1)))  # noqa: DTZ001 - the point of the test


NAMES = [
    "Zoë & Łukasz",
    "Smith, Anna",
    'Anna "Annie" Smith',
    "back\\slash\\",
    "O'Hara (bride) <x@example.com>",
    "a@example.com",
    "=?utf-8?q?fake?=",
    "A very long couple's name " * 10,
    "Zoë " * 100,
    "新婦さくら" * 40,
    "💍",
    ".",
    "W. H. Auden",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("header", ["sender", "to", "cc", "reply_to"])
def test_a_name_comes_back_as_it_was(name: str, header: str) -> None:
    mailbox = Mailbox("anna@example.org", name)
    frozen = freeze(letter(**{header: mailbox if header in ("sender", "reply_to") else (mailbox,)}))
    assert_fit_for_the_wire(frozen)
    field = {"sender": "From", "to": "To", "cc": "Cc", "reply_to": "Reply-To"}[header]
    assert mailboxes(frozen.content, field) == [(name.strip(), "anna@example.org")]
    (address,) = parsed(frozen)[field].addresses
    assert address.addr_spec == "anna@example.org"
    if frozen.content.count(b"=?utf-8?") < 2:  # between two, Python's newer parser puts a blank (RFC 2047 says none)
        assert address.display_name == name.strip()
    assert defects(parsed(frozen)) == []


@pytest.mark.parametrize("name", [None, "", "  \r\n "])
def test_a_mailbox_without_a_name_is_its_address(name: str | None) -> None:
    assert read(to=(Mailbox("anna@example.org", name),))["To"] == "anna@example.org"


@pytest.mark.parametrize(
    "subject",
    [
        "Your wedding",
        "Your wedding – 12 June 2027",
        "A subject that is long enough to be folded over two lines, or perhaps even three; who knows, really?",
        "x" * 2000,
        "word " * 400 + "end",
        "Свадьба " * 60 + "end",
        "=?utf-8?b?aGk=?=",
        'colon: semicolon; comma, (parentheses) <angles> "quotes"',
        "100% =2C done_?=",
    ],
    ids=range(9),
)
def test_a_subject_comes_back_as_it_was(subject: str) -> None:
    frozen = freeze(letter(subject=subject))
    assert_fit_for_the_wire(frozen)
    assert parsed(frozen)["Subject"] == subject
    assert max(map(len, frozen.content.split(b"\r\n"))) <= 78 or subject.startswith("xxx")


def test_everybody_gets_it_and_only_the_blind_copies_are_unseen() -> None:
    frozen = freeze(
        letter(
            to=(Mailbox("anna@example.org"), Mailbox("ben@example.org", "Ben")),
            cc=(Mailbox("mother@example.org"), Mailbox("anna@example.org")),
            bcc=(Mailbox("archive@example.com"),),
        )
    )
    assert frozen.recipients == ("anna@example.org", "ben@example.org", "mother@example.org", "archive@example.com")
    assert frozen.addressed == ("anna@example.org", "ben@example.org")
    assert [address.addr_spec for address in parsed(frozen)["To"].addresses] == ["anna@example.org", "ben@example.org"]
    assert b"archive" not in frozen.content
    assert "Bcc" not in parsed(frozen)


def test_many_recipients_are_folded() -> None:
    frozen = freeze(letter(to=tuple(Mailbox(f"guest{number}@example.org", "A guest") for number in range(200))))
    assert_fit_for_the_wire(frozen)
    assert len(parsed(frozen)["To"].addresses) == 200


def test_a_letter_to_nobody_cannot_be_sent() -> None:
    with pytest.raises(UnsendableError, match="no recipient"):
        freeze(letter(to=()))


def test_an_international_domain_goes_as_punycode() -> None:
    frozen = freeze(letter(to=(Mailbox("anna@münchen.de", "Anna"),), sender=Mailbox("zoe@straße.example", "Zoë")))
    assert_fit_for_the_wire(frozen)
    assert (frozen.sender, frozen.recipients) == ("zoe@xn--strae-oqa.example", ("anna@xn--mnchen-3ya.de",))
    assert parsed(frozen)["To"] == "Anna <anna@xn--mnchen-3ya.de>"
    assert not frozen.needs_smtputf8


@pytest.mark.parametrize("header", ["sender", "to", "cc", "bcc", "reply_to"])
def test_a_local_part_beyond_ascii_needs_smtputf8(header: str) -> None:
    mailbox = Mailbox("žofie@příklad.example", "Žofie")
    frozen = freeze(letter(**{header: mailbox if header in ("sender", "reply_to") else (mailbox,)}))
    assert frozen.needs_smtputf8
    assert_fit_for_the_wire(frozen)
    if header != "bcc":
        assert "=?utf-8?b?xb1vZmll?= <žofie@příklad.example>".encode() in frozen.content
    if header in ("to", "cc", "bcc"):
        assert "žofie@příklad.example" in frozen.recipients


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna smith@example.org",
        "anna@exam ple.org",
        "anna@example.org\r\nBcc: eve@example.net",
        "anna@example.org\n",
        "anna\x00@example.org",
        "anna\t@example.org",
        "Anna <anna@example.org>",
        "anna@example.org, ben@example.org",
        "anna@@example.org",
        "anna@-example.org",
        "x" * 250 + "@example.org",
        "anna@" + "x" * 64 + ".org",
        "anna\ud800@example.org",
        "anna@\u2028.org",
    ],
    ids=range(18),
)
@pytest.mark.parametrize("header", ["sender", "to", "cc", "bcc", "reply_to"])
def test_what_is_no_address_cannot_be_sent(address: str, header: str) -> None:
    mailbox = Mailbox(address)
    with pytest.raises(UnsendableError) as caught:
        freeze(letter(**{header: mailbox if header in ("sender", "reply_to") else (mailbox,)}))
    assert isinstance(caught.value, InvalidInputError)
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("message_id", ["", "first@example.com", "<>", "<a b", "<a@b>\r\nBcc: x@y", "<ü@example.com>"])
def test_a_message_needs_a_proper_message_id(message_id: str) -> None:
    with pytest.raises(UnsendableError, match="Message-ID"):
        freeze(letter(message_id=message_id))


def test_blanks_and_line_breaks_in_ids_are_removed_and_what_is_no_id_is_left_out() -> None:
    message = read(
        message_id="<first@\r\n example.com>",
        in_reply_to=" <before@example.org>\n",
        references=("<a@example.org>\r\nBcc: eve@example.net", "<b@\texample.org>", "", "nonsense", "<ü@example.org>"),
    )
    assert message["Message-ID"] == "<first@example.com>"
    assert message["In-Reply-To"] == "<before@example.org>"
    assert message["References"] == "<b@example.org>"
    assert "Bcc" not in message


def test_a_long_thread_is_folded() -> None:
    references = tuple(f"<{number}.{'x' * 60}@example.org>" for number in range(100))
    frozen = freeze(letter(references=references))
    assert_fit_for_the_wire(frozen)
    assert tuple(parsed(frozen)["References"].split()) == references


@pytest.mark.parametrize("changes", [{"in_reply_to": "nonsense"}, {"references": ("nonsense",)}, {}])
def test_a_field_without_a_body_is_not_there(changes: dict[str, Any]) -> None:
    message = read(**changes)
    assert message.keys() == [
        "Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url", ["https://example.com", "mailto:", "mailto:a@b\r\nBcc: x@y", "mailto:a b", "mailto:ü@b", "mailto:a>,<b"]
)
def test_a_way_to_unsubscribe_that_would_not_work_cannot_be_sent(url: str) -> None:
    with pytest.raises(UnsendableError, match="mailto"):
        freeze(letter(unsubscribe=url))


@pytest.mark.parametrize(
    ("filename", "wanted"),
    [
        ("price guide.pdf", "price guide.pdf"),
        ("Preise für Zoë – 2027.pdf", "Preise für Zoë – 2027.pdf"),
        ('quote" and \\.pdf', "quote_ and _.pdf"),
        ("line\r\nBcc: x@y.pdf", "line Bcc: x@y.pdf"),
        ("  ", "attachment"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("Ž" * 300 + ".pdf", "Ž" * 116 + ".pdf"),
        ("💍" * 300, "💍" * 120),
        ("x." + "y" * 300, "x." + "y" * 118),
        ("semi;colon=1.pdf", "semi;colon=1.pdf"),
        ("=?utf-8?q?x?=.pdf", "_utf-8?q?x?=.pdf"),
        ("per%20cent's.pdf", "per%20cent's.pdf"),
        ("../folder/guide.pdf", ".._folder_guide.pdf"),
    ],
    ids=range(13),
)
def test_an_attachment_comes_back_under_its_name(filename: str, wanted: str) -> None:
    frozen = freeze(letter(attachments=(Attachment(filename, PDF.content, "application/pdf"),)))
    assert_fit_for_the_wire(frozen)
    file = leaves(parsed(frozen))[1]
    assert file.get_filename() == wanted
    assert file.get_content() == PDF.content
    assert file.get_content_disposition() == "attachment"
    assert "Bcc" not in file


@pytest.mark.parametrize(
    ("media_type", "wanted", "parameters"),
    [
        ("image/jpeg", "image/jpeg", {}),
        ("text/calendar; method=REQUEST; charset=utf-8", "text/calendar", {"method": "REQUEST", "charset": "utf-8"}),
        ("", "application/octet-stream", {}),
        ("nonsense", "application/octet-stream", {}),
        ("multipart/mixed; boundary=x", "application/octet-stream", {}),
        ("message/rfc822", "application/octet-stream", {}),
        ("a/b\r\nBcc: x@y", "application/octet-stream", {}),
    ],
)
def test_an_attachment_has_the_media_type_that_it_was_given(
    media_type: str, wanted: str, parameters: dict[str, str]
) -> None:
    frozen = freeze(letter(attachments=(Attachment("file", b"BEGIN:VCALENDAR\r\n", media_type),)))
    assert_fit_for_the_wire(frozen)
    file = leaves(parsed(frozen))[1]
    assert file.get_content_type() == wanted
    assert dict(file["Content-Type"].params) == parameters
    assert file.get_payload(decode=True) == b"BEGIN:VCALENDAR\r\n"


def test_a_new_message_id_is_proper_unique_and_on_the_owners_domain() -> None:
    made = {new_message_id("zoe@example.com") for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"<[a-z0-9]{32}@example\.com>", message_id) for message_id in made)


@pytest.mark.parametrize("address", ["zoe@münchen.de", "zoë@münchen.de"])
def test_a_new_message_id_on_an_international_domain_is_ascii(address: str) -> None:
    assert new_message_id(address).endswith("@xn--mnchen-3ya.de>")


@pytest.mark.parametrize("address", ["zoe+mail@münchen.de", "zoe&co%1@example.com", "zoë@example.com"])
def test_the_unsubscribe_link_writes_to_the_owner_with_the_token(address: str) -> None:
    link = unsubscribe_link(address, "tok&en=1 é")
    url = urlsplit(link)
    assert unquote(url.path) == address.replace("münchen", "xn--mnchen-3ya")
    assert parse_qs(url.query) == {"subject": ["unsubscribe tok&en=1 é"]}
    assert read(unsubscribe=link)["List-Unsubscribe"] == f"<{link}>"


def test_the_unsubscribe_link_of_a_plain_token() -> None:
    assert unsubscribe_link("zoe@example.com", "TOKEN") == "mailto:zoe@example.com?subject=unsubscribe%20TOKEN"


def test_a_letter_has_no_more_than_it_says() -> None:
    assert Letter("<a@b.example>", datetime(2026, 1, 1, tzinfo=UTC), Mailbox("a@b.example"), (), "", "").html is None


def test_what_a_library_says_of_utf8_to_the_whole_process_changes_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    written = letter(subject="Žofie & Łukasz: svatba", sender=Mailbox("zofie@example.org", "Žofie"))
    before = freeze(written).content
    monkeypatch.setitem(charset.CHARSETS, "utf-8", (charset.QP, charset.QP, "utf-8"))
    headers._mailbox.cache_clear()
    assert freeze(written).content == before
