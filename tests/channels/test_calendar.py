"""Meetings as iCalendar: read back by the library's own parser, and inside a mail by Python's."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event
from letters import letter

from leadnurture.channels.calendar import invitation, published
from leadnurture.channels.mail.letter import Attachment, CalendarPart, Mailbox, UnsendableError
from leadnurture.channels.mail.message import freeze

OWNER, COUPLE = Mailbox("holly@hart.example", "Holly Hart"), Mailbox("emma@example.org", "Emma & Jack Stone")
LONDON = ZoneInfo("Europe/London")


@dataclass
class Call:
    uid: str = "9f0c1f5e-1111-4222-8333-444455556666"
    calendar_sequence: int = 0
    title: str = "Phone call"
    description: str | None = None
    location: str | None = None
    starts_at: datetime = datetime(2027, 1, 7, 18, tzinfo=UTC)
    ends_at: datetime = datetime(2027, 1, 7, 19, tzinfo=UTC)
    created_at: datetime = datetime(2027, 1, 4, 10, tzinfo=UTC)
    updated_at: datetime = datetime(2027, 1, 4, 10, tzinfo=UTC)
    status: str = "scheduled"


def read(content: bytes) -> tuple[Calendar, Event]:
    calendar = cast("Calendar", Calendar.from_ical(content))
    (event,) = calendar.events
    assert (calendar.errors, event.errors) == ([], [])
    return calendar, event


def assert_well_written(content: bytes) -> None:
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 75


def test_the_whole_of_an_invitation() -> None:
    call = Call(location="The Barn, Bath", description="Bring\nall your questions; and, maybe, tea.")
    part = invitation(call, OWNER, COUPLE)
    assert part.method == "REQUEST"
    assert part.content.decode().replace("\r\n ", "").split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//leadnurture//leadnurture//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "SUMMARY:Phone call",
        "DTSTART:20270107T180000Z",
        "DTEND:20270107T190000Z",
        "DTSTAMP:20270104T100000Z",
        "UID:9f0c1f5e-1111-4222-8333-444455556666",
        "SEQUENCE:0",
        (
            'ATTENDEE;CN="Emma & Jack Stone";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;'
            "ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:emma@example.org"
        ),
        "CREATED:20270104T100000Z",
        "DESCRIPTION:Bring\\nall your questions\\; and\\, maybe\\, tea.",
        "LAST-MODIFIED:20270104T100000Z",
        "LOCATION:The Barn\\, Bath",
        'ORGANIZER;CN="Holly Hart":mailto:holly@hart.example',
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_summer_meeting_is_at_the_same_instant_whatever_zone_it_was_agreed_in() -> None:
    summer = replace(
        Call(), starts_at=datetime(2027, 7, 7, 18, tzinfo=LONDON), ends_at=datetime(2027, 7, 7, 19, tzinfo=LONDON)
    )
    _, event = read(published([summer], OWNER))
    assert event.start == datetime(2027, 7, 7, 17, tzinfo=UTC)
    assert event.start.astimezone(LONDON).hour == 18


def test_a_cancellation_has_the_same_uid_and_a_higher_sequence() -> None:
    _, asked = read(invitation(Call(), OWNER, COUPLE).content)
    part = invitation(replace(Call(), status="cancelled", calendar_sequence=1), OWNER, COUPLE)
    calendar, called_off = read(part.content)
    assert part.method == calendar["METHOD"] == "CANCEL"
    assert called_off["STATUS"] == "CANCELLED"
    assert called_off["UID"] == asked["UID"]
    assert called_off["SEQUENCE"] > asked["SEQUENCE"]


def test_a_calendar_of_ones_own_asks_nobody_to_answer() -> None:
    calls = [Call(), replace(Call(), uid="other", status="cancelled")]
    content = published(calls, OWNER)
    assert b"METHOD:PUBLISH" in content
    assert b"ATTENDEE" not in content
    events = cast("Calendar", Calendar.from_ical(content)).events
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "CANCELLED"]
    assert b"VEVENT" not in published([], OWNER)


@settings(deadline=None)  # how long one example takes says nothing on a busy machine
@given(
    st.builds(
        replace,
        st.just(Call()),
        title=st.text(),
        description=st.none() | st.text(max_size=400),
        location=st.none() | st.text(),
    ),
    st.text(),
)
def test_nothing_that_anybody_types_breaks_out_of_its_line(call: Call, name: str) -> None:
    content = invitation(call, OWNER, Mailbox("emma@example.org", name)).content
    assert_well_written(content)
    calendar, event = read(content)
    assert str(calendar["METHOD"]) == "REQUEST"
    assert str(event["ATTENDEE"]) == "mailto:emma@example.org"
    assert len(event.subcomponents) == 0


def test_words_come_back_as_they_were() -> None:
    call = Call(
        title="Café; „Tee“, \\n 🎉 " + "é" * 60, location='"Die Scheune", Bath', description="a\r\n\nEND:VEVENT\nb"
    )
    _, event = read(invitation(call, OWNER, COUPLE).content)
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == (call.title, call.location)
    assert str(event["DESCRIPTION"]) == "a\n\nEND:VEVENT\nb"


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(UnsendableError):
        invitation(Call(), OWNER, Mailbox("emma@"))


def test_the_same_meeting_always_gives_the_same_bytes() -> None:
    assert invitation(Call(), OWNER, COUPLE) == invitation(Call(), OWNER, COUPLE)


# in a mail

GUIDE = Attachment("guide.pdf", b"%PDF-1.7", "application/pdf")


def mailed(**changes: Any) -> EmailMessage:
    content = freeze(letter(html="<p>Hello</p>", calendar=invitation(Call(), OWNER, COUPLE), **changes)).content
    return cast("EmailMessage", message_from_bytes(content, policy=default))


def shape(part: EmailMessage) -> Any:
    inner = [shape(cast("EmailMessage", one)) for one in part.iter_parts()] if part.is_multipart() else []
    return {part.get_content_subtype(): inner} if inner else part.get_content_type()


def test_an_invitation_is_a_form_of_the_mail_and_a_file_with_it() -> None:
    message = mailed(attachments=(GUIDE,))
    words = {"alternative": ["text/plain", "text/html", "text/calendar"]}
    assert shape(message) == {"mixed": [words, "application/pdf", "application/ics"]}
    assert [part.defects for part in message.walk() if part.defects] == []


def test_both_forms_hold_the_invitation_and_the_type_names_its_method() -> None:
    message = mailed()
    form = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    file = next(cast("EmailMessage", part) for part in message.iter_attachments())
    assert form["Content-Type"].params == {"method": "REQUEST", "charset": "utf-8"}
    assert form.get_content_disposition() is None
    assert file.get_filename() == "invite.ics"
    content = invitation(Call(), OWNER, COUPLE).content
    assert form.get_payload(decode=True) == file.get_payload(decode=True) == content


def test_words_that_are_not_ascii_arrive_whole() -> None:
    part = invitation(Call(title="Kennenlernen – „Tee“ " * 9), OWNER, COUPLE)
    message = freeze(letter(calendar=part))
    assert message.content.isascii()
    parsed = message_from_bytes(message.content, policy=default)
    form = next(one for one in parsed.walk() if one.get_content_type() == "text/calendar")
    assert form.get_payload(decode=True) == part.content


def test_a_letter_without_an_invitation_is_as_before() -> None:
    assert freeze(letter(calendar=None)) == freeze(letter())
    assert b"calendar" not in freeze(letter(html="<p>x</p>")).content
    assert b"method=CANCEL" in freeze(letter(calendar=CalendarPart("CANCEL", b"BEGIN:VCALENDAR\r\n"))).content
