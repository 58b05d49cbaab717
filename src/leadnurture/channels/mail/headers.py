"""Header fields as 7-bit CRLF lines, folded and encoded (RFC 5322, RFC 2047), with no way out of the field.

Only an address with a non-ASCII local part is written as it is, in the SMTPUTF8 form of RFC 6532.
"""

import re
from collections.abc import Iterable
from email.charset import SHORTEST, Charset
from email.header import Header
from functools import lru_cache

from leadnurture.channels.mail.address import wire_address
from leadnurture.channels.mail.letter import Mailbox, UnsendableError
from leadnurture.channels.one_line import one_line

_LINE = 78  # what RFC 5322 recommends; its hard limit is 998
_LONGEST_WORD = 900  # cannot be folded, and must fit the hard limit with the field's name before it
_LONGEST_PLAIN_NAME = 60
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_BLANKS_AND_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
# Of our own: what the standard library says of UTF-8 is changed for the whole process by libraries (Apprise is one).
_ASCII, _UTF8 = Charset("us-ascii"), Charset("utf-8")
_UTF8.header_encoding = SHORTEST
_MAILTO = re.compile(r"mailto:[!-;=?-~]{1,900}")


def field(name: str, body: str) -> str:
    """Return a header field as it is written, from a body that is safe already."""
    return f"{name}: {body}\r\n"


def text_body(name: str, text: str) -> str:
    """Return free text (a subject) as the body of the field `name`."""
    line = one_line(text)
    if not _is_plain(line):
        return _encoded(line, _UTF8, name)
    return line if len(name) + 2 + len(line) <= _LINE else _encoded(line, _ASCII, name)


def mailboxes_body(mailboxes: Iterable[Mailbox]) -> str:
    """Return mailboxes as the body of From, To, Cc or Reply-To, one to a line; raises UnsendableError."""
    return ",\r\n ".join(_mailbox(mailbox) for mailbox in mailboxes)


def message_id_body(message_id: str) -> str:
    """Return a Message-ID without stray blanks and controls; raises UnsendableError when it has no proper form."""
    bare = _BLANKS_AND_CONTROLS.sub("", message_id)
    if not _MESSAGE_ID.fullmatch(bare):
        raise UnsendableError(f"'{one_line(message_id)}' is no Message-ID; it should look like <…@example.org>")
    return bare


def references_body(message_ids: Iterable[str]) -> str:
    """Return the Message-IDs of earlier messages, one to a line.

    They were made by foreign programs: one that has no proper form is left out, which costs a thread, not a message.
    """
    bare = (_BLANKS_AND_CONTROLS.sub("", message_id) for message_id in message_ids)
    return "\r\n ".join(message_id for message_id in bare if _MESSAGE_ID.fullmatch(message_id))


def unsubscribe_body(url: str) -> str:
    """Return a mailto: URL as the body of List-Unsubscribe (RFC 2369); raises UnsendableError."""
    if not _MAILTO.fullmatch(url):
        raise UnsendableError(f"'{one_line(url)}' is no mailto: URL, so nobody could unsubscribe with it")
    return f"<{url}>"


@lru_cache(maxsize=1024)  # the sender is in every message
def _mailbox(mailbox: Mailbox) -> str:
    address, name = wire_address(mailbox.address), one_line(mailbox.name or "")
    if not name:
        return address
    phrase = _phrase(name)
    gap = " " if len(phrase) + len(address) < _LINE - len("Reply-To:  <>,") else "\r\n "
    return f"{phrase}{gap}<{address}>"


def _phrase(name: str) -> str:
    if not _is_plain(name) or len(name) > _LONGEST_PLAIN_NAME:
        return _encoded(name, _UTF8, "Reply-To")
    if _ATOMS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_plain(line: str) -> bool:
    """Whether the line can stand as it is: ASCII, nothing that reads like an encoded word, no endless word."""
    return (
        line.isascii()
        and "=?" not in line
        and (len(line) < _LONGEST_WORD or max(map(len, line.split())) < _LONGEST_WORD)
    )


def _encoded(line: str, charset: Charset, name: str) -> str:
    return Header(line, charset, header_name=name).encode(linesep="\r\n")
