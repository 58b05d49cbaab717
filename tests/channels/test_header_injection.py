"""No text, wherever it stands in a letter, can change the message around it."""

import re
from email import message_from_bytes
from email.policy import default
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from letters import letter, mailboxes, words

from leadnurture.channels.mail.message import Attachment, Mailbox, UnsendableError, freeze
from leadnurture.channels.one_line import one_line
from leadnurture.channels.transport import Answer, Verdict

ANYTHING = st.characters()  # surrogates and controls included
NASTY = st.sampled_from(
    ["\r\n", "\n", "\r", "\x85", "\u2028", "\0", "Bcc: eve@example.net", "=?utf-8?q?", "?=", '"', "\\"]
)
TEXT = st.lists(st.one_of(NASTY, st.text(ANYTHING, max_size=40)), max_size=8).map("".join)
HEADERS = ["Date", "From", "Reply-To", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type"]


def frozen_and_parsed(**changes: Any) -> tuple[bytes, Any]:
    content = freeze(letter(**changes)).content
    return content, message_from_bytes(content, policy=default)


def assert_unharmed(content: bytes) -> None:
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")


@settings(deadline=None)
@given(subject=TEXT)
def test_a_subject_stays_a_subject(subject: str) -> None:
    content, message = frozen_and_parsed(subject=subject)
    assert_unharmed(content)
    assert (message["Subject"] or "") == one_line(subject)
    assert set(message.keys()) <= {*HEADERS, "Content-Transfer-Encoding"}
    assert words(message) == "Hello Anna,\n"


@settings(deadline=None)
@given(name=TEXT)
def test_a_name_stays_a_name(name: str) -> None:
    mailbox = Mailbox("anna@example.org", name)
    content, message = frozen_and_parsed(sender=mailbox, to=(mailbox, mailbox), reply_to=mailbox)
    assert_unharmed(content)
    assert message.keys() == [*HEADERS, "Content-Transfer-Encoding"]
    for header, count in (("From", 1), ("To", 2), ("Reply-To", 1)):
        assert [address.addr_spec for address in message[header].addresses] == ["anna@example.org"] * count
        assert mailboxes(content, header) == [(one_line(name), "anna@example.org")] * count


@settings(deadline=None)
@given(name=TEXT, media_type=TEXT)
def test_a_filename_stays_a_filename(name: str, media_type: str) -> None:
    content, message = frozen_and_parsed(attachments=(Attachment(name, b"content", media_type),))
    assert_unharmed(content)
    text, file = message.iter_parts()
    assert words(text) == "Hello Anna,\n"
    assert set(file.keys()) == {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition"}
    assert file.get_payload(decode=True) == b"content"
    if len(one_line(name)) <= 120:
        assert file["Content-Disposition"].params["filename"] == (
            re.sub(r'[/\\"]|=\?', "_", one_line(name)) or "attachment"
        )


@settings(deadline=None)
@given(address=TEXT | TEXT.map(lambda text: f"{text}@example.org") | TEXT.map(lambda text: f"anna@{text}"))
def test_an_address_is_one_address_or_cannot_be_sent(address: str) -> None:
    try:
        frozen = freeze(letter(to=(Mailbox(address, "Anna"),)))
    except UnsendableError:
        return
    assert len(frozen.recipients) == 1
    assert not set(frozen.recipients[0]) & set(" \r\n\t<>,;")
    message = message_from_bytes(frozen.content, policy=default)
    assert set(message.keys()) <= {*HEADERS, "Content-Transfer-Encoding"}


@settings(deadline=None)
@given(one=TEXT, other=TEXT)
def test_ids_stay_ids(one: str, other: str) -> None:
    content, message = frozen_and_parsed(in_reply_to=one, references=(other, one))
    assert_unharmed(content)
    assert set(message.keys()) <= {*HEADERS, "In-Reply-To", "References", "Content-Transfer-Encoding"}


@settings(deadline=None)
@given(text=TEXT, html=TEXT)
def test_words_stay_in_their_parts(text: str, html: str) -> None:
    content, message = frozen_and_parsed(text=text, html=html)
    assert_unharmed(content)
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@settings(deadline=None)
@given(reply=TEXT)
def test_an_answer_is_one_short_line(reply: str) -> None:
    line = Answer(Verdict.SERVER, reply).reply
    assert len(line) <= 300
    assert len(line.splitlines()) <= 1
