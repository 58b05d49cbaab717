"""The bytes of a spreadsheet file as text: which encoding it is in, and which files are no text at all. Pure."""

import codecs

from leadnurture.errors import InvalidInputError

LARGEST = 50_000_000  # bytes; a hundred thousand couples with long notes
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAVE_AS = "open it in your spreadsheet program and save it as CSV (UTF-8), then import that file"
_STRANGERS = (
    (b"PK\x03\x04", "is an Excel workbook (or another zipped document)"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook (.xls)"),
    (b"%PDF", "is a PDF document"),
    (b"{\\rtf", "is an RTF document"),
)


class SheetError(InvalidInputError):
    """A file that cannot be read as a spreadsheet; names the file and, where it can, the line."""


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Return the text of the file called `name` and its encoding.

    Understood are UTF-8 with or without a byte-order mark, UTF-16 with one, and Windows-1252; anything else, binary
    files and files over 50 MB raise SheetError.
    """
    _refuse_strangers(content, name)
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if encoding is None:
        encoding = "utf-8" if _is_utf8(content, name) else "cp1252"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SheetError(
            f"{name}, line {_line(content, error.start)}: a character is neither UTF-8 nor Windows-1252"
            if encoding == "cp1252"
            else f"{name} starts like {encoding.removesuffix('-sig').upper()}, but byte {error.start} is not",
            hint=_SAVE_AS,
        ) from None
    if "\0" in text:
        raise SheetError(f"{name} is a binary file, or UTF-16 without its byte-order mark", hint=_SAVE_AS)
    return text, encoding


def _refuse_strangers(content: bytes, name: str) -> None:
    if len(content) > LARGEST:
        size = f"{len(content) / 1_000_000:,.0f} MB"
        raise SheetError(f"{name} has {size}; at most 50 MB can be imported", hint="split it into several files")
    for beginning, what in _STRANGERS:
        if content.startswith(beginning):
            raise SheetError(f"{name} {what}, not a CSV file", hint=_SAVE_AS)


def _is_utf8(content: bytes, name: str) -> bool:
    """Tell UTF-8 from Windows-1252; a UTF-8 file with a few foreign bytes is an error, not a file of `ZoÃ«`s."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        fitting = sum(sign > "\x7f" for sign in content.decode("utf-8", "ignore"))
        foreign = sum(sign == "\ufffd" for sign in content.decode("utf-8", "replace"))
        if fitting > foreign:
            where = f"{name}, line {_line(content, error.start)}"
            raise SheetError(f"{where}: a character is not UTF-8, as the rest of the file is", hint=_SAVE_AS) from None
        return False
    return True


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
