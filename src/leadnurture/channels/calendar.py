"""Meetings as iCalendar (RFC 5545), and as invitations that go by mail (RFC 5546, RFC 6047).

Times are written in UTC: for a meeting that does not repeat that says the same as a time zone, and needs no description
of one, which calendars read differently. The same meeting always gives the same bytes.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from leadnurture.channels.mail.address import wire_address
from leadnurture.channels.mail.letter import CalendarPart, Mailbox
from leadnurture.channels.one_line import one_line

if TYPE_CHECKING:
    from icalendar import Component, Event, vCalAddress

_PROGRAM = "-//leadnurture//leadnurture//EN"


class Meeting(Protocol):
    """What a calendar must know of a meeting; instants are timezone-aware.

    `uid` never changes; `calendar_sequence` grows with every change, or calendars do not take it. `status` is
    `cancelled` for a meeting that will not be.
    """

    uid: str
    calendar_sequence: int
    title: str
    description: str | None
    location: str | None
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    updated_at: datetime

    @property
    def status(self) -> str:
        """How it stands."""
        ...


def invitation(meeting: Meeting, organizer: Mailbox, attendee: Mailbox) -> CalendarPart:
    """Return what tells an attendee of the meeting as it is now: a request, or its cancellation.

    Raises UnsendableError for an address that is none.
    """
    method = "CANCEL" if meeting.status == "cancelled" else "REQUEST"
    event = _event(meeting, organizer)
    _add_all(event, attendee=_attendee(attendee))
    return CalendarPart(method, _written(method, [event]))


def published(meetings: Iterable[Meeting], organizer: Mailbox) -> bytes:
    """Return meetings for somebody's own calendar, which asks nobody to answer; raises UnsendableError."""
    return _written("PUBLISH", [_event(meeting, organizer) for meeting in meetings])


def _written(method: str, events: Iterable["Event"]) -> bytes:
    from icalendar import Calendar  # noqa: PLC0415 - 160 ms that most starts save

    calendar = Calendar()
    _add_all(calendar, prodid=_PROGRAM, version="2.0", calscale="GREGORIAN", method=method)
    for event in events:
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _event(meeting: Meeting, organizer: Mailbox) -> "Event":
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    cancelled = meeting.status == "cancelled"
    _add_all(
        event,
        uid=meeting.uid,
        sequence=meeting.calendar_sequence,
        dtstamp=meeting.updated_at,
        created=meeting.created_at,
        dtstart=meeting.starts_at.astimezone(UTC),
        dtend=meeting.ends_at.astimezone(UTC),
        summary=one_line(meeting.title),
        description="\n".join(map(one_line, (meeting.description or "").splitlines())),
        location=one_line(meeting.location or ""),
        organizer=_address(organizer),
        status="CANCELLED" if cancelled else "CONFIRMED",
        transp="TRANSPARENT" if cancelled else "OPAQUE",
    )
    event.add("last-modified", meeting.updated_at)
    return event


def _add_all(component: "Component", **properties: object) -> None:
    """Add those properties that say something."""
    for name, value in properties.items():
        if value != "":
            component.add(name, value)


def _attendee(mailbox: Mailbox) -> "vCalAddress":
    asked = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    return _address(mailbox, **asked)


def _address(mailbox: Mailbox, **parameters: str) -> "vCalAddress":
    from icalendar import vCalAddress  # noqa: PLC0415

    address = vCalAddress(f"mailto:{wire_address(mailbox.address)}")
    name = {"CN": shown} if (shown := one_line(mailbox.name or "")) else {}
    address.params.update(name | parameters)
    return address
