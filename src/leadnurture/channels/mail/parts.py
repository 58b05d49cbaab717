"""The parts of a message: text in a transport encoding, attachments, and the multiparts around them (RFC 2045–2047).

A part is bytes: its own header fields, an empty line, its body; all lines end in CRLF. The standard library's
`EmailMessage` builds the same, but takes ten times as long for text; attachments, which it knows best, are kept
from one message to the next.
"""

import binascii
import re
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache

from leadnurture.channels.mail.letter import Attachment, CalendarPart
from leadnurture.channels.one_line import one_line

# Text that goes as it is. A line that could be a boundary does not: the other encodings write "=" differently.
_READABLE = re.compile(r"(?:(?!--=_)[\t -~]{0,78}\n)*")
_HIGH_BYTES = bytes(range(128, 256))
CALENDAR_FILE = "invite.ics"
_LONGEST_FILENAME = 120
_MISREAD = re.compile(r'[/\\"]|=\?')  # in a filename, some readers take these for folders, quotes and encoded words
_COMPOSITE = ("multipart", "message")  # forbid base64, so such a file travels as a sequence of octets


def text_part(subtype: str, text: str) -> bytes:
    """Return text/`subtype` in UTF-8, in the encoding that leaves it most readable and short."""
    return _text(f"text/{subtype}", text)


def calendar_part(calendar: CalendarPart) -> bytes:
    """Return the form of a calendar text that mail programs show with buttons: beside the words, named by its method.

    RFC 6047 asks for the method in the content type as well.
    """
    return _text(f"text/calendar; method={calendar.method}", calendar.content.decode("utf-8"))


def calendar_file(calendar: CalendarPart) -> bytes:
    """Return the same calendar text as a file, for programs that only open attachments.

    Its type is not text/calendar, or some would show the invitation twice.
    """
    return attachment_part(Attachment(CALENDAR_FILE, calendar.content, "application/ics"))


def _text(content_type: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines.endswith("\n"):
        lines += "\n"
    encoding, body = _encoded(lines)
    head = f'Content-Type: {content_type}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode("ascii") + body


def multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    """Return multipart/`subtype` around `parts`; a boundary that begins with `=_` cannot occur in them."""
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    delimiter = b"--" + boundary.encode("ascii")
    return head + b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"


@lru_cache(maxsize=8)  # the same price guide goes to every couple
def attachment_part(attachment: Attachment) -> bytes:
    """Return the file in base64 under its name; a media type that is none becomes application/octet-stream."""
    maintype, subtype, parameters = _media_type(attachment.media_type)
    part = EmailMessage(policy=SMTP)
    part.set_content(
        attachment.content,
        maintype=maintype,
        subtype=subtype,
        params=parameters,
        disposition="attachment",
        filename=_filename(attachment.filename),
    )
    del part["MIME-Version"]  # belongs to the message, not to its parts
    return part.as_bytes()


def _encoded(lines: str) -> tuple[str, bytes]:
    """Return the name of the encoding and the body in CRLF lines of 78 characters at most."""
    if _READABLE.fullmatch(lines):
        return "7bit", lines.replace("\n", "\r\n").encode("ascii")
    raw = lines.replace("\n", "\r\n").encode("utf-8", "replace")
    unreadable = len(raw) - len(raw.translate(None, _HIGH_BYTES))
    if unreadable * 6 < len(raw):  # three bytes for each of these, against four for every three
        return "quoted-printable", binascii.b2a_qp(raw, istext=True)
    return "base64", _base64_lines(raw)


def _base64_lines(raw: bytes) -> bytes:
    step = 57  # bytes that make a line of 76 characters
    lines = (binascii.b2a_base64(raw[start : start + step], newline=False) for start in range(0, len(raw), step))
    return b"".join(line + b"\r\n" for line in lines)


def _media_type(text: str) -> tuple[str, str, dict[str, str]]:
    header = SMTP.header_factory("Content-Type", one_line(text))
    if header.defects or header.maintype in _COMPOSITE:
        return "application", "octet-stream", {}
    return header.maintype, header.subtype, dict(header.params)


def _filename(name: str) -> str:
    """Return the name on one line, shortened before its extension."""
    line = _MISREAD.sub("_", one_line(name)) or "attachment"
    stem, dot, extension = line.rpartition(".")
    if len(line) <= _LONGEST_FILENAME:
        return line
    room = _LONGEST_FILENAME - len(dot + extension)
    return stem[:room] + dot + extension if stem and room > 0 else line[:_LONGEST_FILENAME]
