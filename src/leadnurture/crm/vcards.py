"""Couples as vCards (RFC 6350) for any address book. Pure."""

from collections.abc import Iterable, Iterator

from leadnurture.crm.names import couple_full_names
from leadnurture.store.tables.lead import Lead

_LONGEST_LINE = 75  # octets, without the line break
_ESCAPED = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": None})


def vcards(leads: Iterable[Lead]) -> bytes:
    """Return one card per couple, in UTF-8: names, addresses, numbers, tags, the wedding as anniversary, notes."""
    lines = (line for lead in leads for line in _card(lead))
    return b"".join(folded(line) + b"\r\n" for line in lines)


def _card(lead: Lead) -> Iterator[str]:
    couple = couple_full_names(lead.couple_name_bride, lead.couple_name_groom) or lead.primary_email
    yield from ("BEGIN:VCARD", "VERSION:4.0", f"UID:urn:leadnurture:lead:{lead.id}", f"FN:{escaped(couple)}")
    for place, address in enumerate(filter(None, (lead.primary_email, lead.secondary_email)), start=1):
        yield f"EMAIL;PREF={place}:{escaped(address)}"
    for place, number in enumerate(filter(None, (lead.primary_phone, lead.secondary_phone)), start=1):
        yield f"TEL;PREF={place};VALUE=uri:tel:{number}"
    if lead.wedding_date is not None:
        yield f"ANNIVERSARY:{lead.wedding_date:%Y%m%d}"
    if lead.tags:
        yield f"CATEGORIES:{','.join(map(escaped, lead.tags))}"
    if told := _note(lead):
        yield f"NOTE:{escaped(told)}"
    yield f"REV:{lead.updated_at:%Y%m%dT%H%M%SZ}"
    yield "END:VCARD"


def _note(lead: Lead) -> str:
    parts = (lead.wedding_venue, lead.wedding_location, lead.specific_requirements, lead.additional_notes)
    return "\n".join(part for part in parts if part)


def escaped(text: str) -> str:
    """Return a text as a value: commas, semicolons, backslashes and line breaks are no marks in it."""
    return text.translate(_ESCAPED)


def folded(line: str) -> bytes:
    """Return a line in UTF-8, cut into pieces of at most 75 octets that begin with a blank, no character cut in two."""
    pieces: list[bytes] = []
    piece = b""
    for sign in line:
        octets = sign.encode()
        if len(piece) + len(octets) > _LONGEST_LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece])
