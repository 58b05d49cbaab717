"""The action `schedule_appointment`: at the right time, once, and with an invitation that every program understands."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event
from mail_server import Server, listening
from sqlmodel import select
from studio_life import DAY, HOUR, START, Begin, Life, mail, tag

from leadnurture.crm import appointments, leads, timeline
from leadnurture.crm.appointments import Entry
from leadnurture.engine.retrying import retry
from leadnurture.errors import ConflictError
from leadnurture.sequences.check import check
from leadnurture.sequences.problems import Severity
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, OutboxState

LONDON = ZoneInfo("Europe/London")
LETTER = "Dear {{ lead.couple_names or 'both' }},\n\nlet us **talk**."
NAMES = {"couple_name_bride": "Emma Stone", "couple_name_groom": "Jack Stone"}


def meet(**keys: Any) -> dict[str, Any]:
    """Return a step that makes an appointment, three days ahead at six."""
    given = {"title": "Phone call", "start": "+3d 18:00"} | keys
    return {"id": "meet", "action": "schedule_appointment"} | {key: value for key, value in given.items() if value}


def made(life: Life) -> list[Entry]:
    with life.studio.read() as session:
        return list(appointments.agenda(session, everything=True))


def starts(life: Life) -> datetime:
    (entry,) = made(life)
    return entry.appointment.starts_at


def invited(message: EmailMessage) -> tuple[Calendar, Event]:
    form = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    calendar = cast("Calendar", Calendar.from_ical(cast("bytes", form.get_payload(decode=True))))
    return calendar, calendar.events[0]


# when


def test_it_is_made_with_its_time_its_length_and_its_words(life: Life) -> None:
    step = meet(
        title="Call with {{ lead.couple_names or 'you' }}", duration="45m", location="The Barn", description=LETTER
    )
    life.given("welcome", step, tag("after"))
    life.add("emma", **NAMES)
    life.tick()
    (entry,) = made(life)
    made_one = entry.appointment
    assert (made_one.title, made_one.location) == ("Call with Emma & Jack", "The Barn")
    assert made_one.description == "Dear Emma & Jack,\n\nlet us **talk**.\n".rstrip("\n")
    assert made_one.starts_at == datetime(2027, 1, 7, 18, tzinfo=UTC)
    assert made_one.ends_at - made_one.starts_at == timedelta(minutes=45)
    assert (made_one.time_zone, made_one.invite, entry.invitation) == ("Europe/London", False, None)


def test_without_an_invitation_the_walk_goes_on_at_once_and_nothing_is_sent(life: Life) -> None:
    life.given("welcome", meet(), tag("after"))
    life.add("emma")
    life.tick()
    assert life.steps("emma") == {"meet": "executed", "after": "executed"}
    assert life.sent() == []
    (entry,) = made(life)
    assert life.execution("emma", "meet").result["appointment_id"] == entry.appointment.id
    assert life.told("emma", InteractionType.MEETING_SCHEDULED) == [("Phone call", "Thursday 7 January 2027 18:00")]


@pytest.mark.parametrize(
    ("now", "start", "expected"),
    [
        (datetime(2027, 3, 26, 9, tzinfo=UTC), "+3d 18:00", datetime(2027, 3, 29, 17, tzinfo=UTC)),  # clocks go ahead
        (datetime(2027, 3, 26, 9, tzinfo=UTC), "+3d", datetime(2027, 3, 29, 8, tzinfo=UTC)),
        (datetime(2027, 10, 29, 8, tzinfo=UTC), "+1w 18:00", datetime(2027, 11, 5, 18, tzinfo=UTC)),  # and back
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "+2h", datetime(2027, 3, 28, 2, 30, tzinfo=UTC)),
        (datetime(2027, 3, 27, 9, tzinfo=UTC), "+1d 01:30", datetime(2027, 3, 28, 1, tzinfo=UTC)),  # a time that is not
        (datetime(2027, 10, 30, 9, tzinfo=UTC), "+1d 01:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # the first
        (datetime(2027, 7, 1, 22, 59, 42, tzinfo=UTC), "+1d 00:00", datetime(2027, 7, 1, 23, tzinfo=UTC)),
        (datetime(2027, 7, 1, 8, 7, 42, 5, tzinfo=UTC), "+1d", datetime(2027, 7, 2, 8, 7, tzinfo=UTC)),
    ],
)
def test_days_are_days_on_the_wall_clock_and_hours_elapse(
    life: Life, now: datetime, start: str, expected: datetime
) -> None:
    life.clock.set(now)
    life.given("welcome", meet(start=start))
    life.add("emma")
    life.tick()
    assert starts(life) == expected
    assert starts(life) > now


def test_the_time_counts_from_the_moment_of_the_step_not_from_when_it_was_due(life: Life) -> None:
    life.given("welcome", meet(start="+1d 10:00"))
    life.add("emma")
    life.later(6 * DAY)
    assert starts(life) == START.replace(hour=10) + 7 * DAY


# checked before it counts


def problems(life: Life, **keys: Any) -> list[str]:
    life.write("welcome", meet(**keys))
    (draft,) = life.studio.folder.drafts(life.studio.reading())
    found = check(draft, life.studio.folder, life.studio.config)
    return [problem.message for problem in found if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("start", ["+3d 18:00", "3d 18:00", "+3d", "+ 1w 9:30", "+2h", "+1d 2h", "1w 1d 08:05", "45m"])
def test_forms_of_a_beginning(life: Life, start: str) -> None:
    assert problems(life, start=start) == []


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("tomorrow", "is no beginning"),
        ("{{ lead.wedding_date }}", "is no beginning"),
        ("+3d 25:00", "is no beginning"),
        ("+3d 18", "is no beginning"),
        ("18:00", "is no beginning"),
        ("+0d 18:00", "is no beginning"),
        ("+0m", "is no beginning"),
        ("-3d", "is no beginning"),
        (3, "is no beginning"),
        ("+9999w", "is no beginning"),
        ("+2h 18:00", "needs whole days"),
        ("+1d 2h 18:00", "needs whole days"),
    ],
)
def test_what_is_no_beginning_is_told_at_check_time(life: Life, start: object, why: str) -> None:
    (message,) = problems(life, start=start)
    assert why in message


def test_a_meeting_takes_minutes_or_hours(life: Life) -> None:
    assert "takes minutes or hours" in problems(life, duration="2d")[0]
    assert problems(life, duration="0m") != []
    assert problems(life, duration="1h 30m") == []


def test_its_texts_are_checked_like_those_of_a_letter(life: Life) -> None:
    assert "unknown merge field 'lead.nmae'" in problems(life, title="{{ lead.nmae }}")[0]
    assert "unknown merge field 'venu'" in problems(life, location="{{ venu }}")[0]
    assert "unknown merge field 'x'" in problems(life, description="{{ x }}", invite=True)[0]
    assert "'start' is missing" in problems(life, start=None)


def test_a_hole_holds_the_step_and_no_appointment_is_made(life: Life) -> None:
    life.given("welcome", meet(location="{{ lead.wedding_venue }}"))
    life.add("emma")
    life.tick()
    assert made(life) == []
    assert "lead.wedding_venue" in str(life.walk("emma").held_reason)
    life.set("emma", wedding_venue="The Barn")
    life.tick()
    assert [entry.appointment.location for entry in made(life)] == ["The Barn"]
    assert len(life.told("emma", InteractionType.MEETING_SCHEDULED)) == 1


# invited


def test_an_invitation_asks_the_couple_in_the_owners_name(life: Life) -> None:
    life.given("welcome", meet(invite=True, description=LETTER, location="The Barn"))
    life.add("emma", **NAMES)
    life.tick()
    (message,) = life.messages()
    calendar, event = invited(message)
    (entry,) = made(life)
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == ("REQUEST", entry.appointment.uid, 0)
    assert event.start == datetime(2027, 1, 7, 18, tzinfo=UTC)
    assert event["ORGANIZER"] == "mailto:holly@hart.example"
    assert (event["ATTENDEE"], event["ATTENDEE"].params["CN"]) == ("mailto:emma@example.org", "Emma & Jack Stone")
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert [part.get_content_type() for part in message.iter_attachments()] == ["application/ics"]
    assert message["Subject"] == "Phone call"


def test_its_words_are_the_description_with_time_and_place(life: Life) -> None:
    life.given("welcome", meet(invite=True, description=LETTER, location="{{ lead.wedding_venue or 'Bath' }}"))
    life.add("emma", **NAMES, wedding_venue="<b>The *Barn*</b>")
    life.clock.set(datetime(2027, 7, 5, 8, tzinfo=UTC))
    life.tick()
    (message,) = life.messages()
    text, html = (cast("EmailMessage", message.get_body((kind,))).get_content() for kind in ("plain", "html"))
    assert text.replace("\r\n", "\n").strip() == (
        "Dear Emma & Jack,\n\nlet us talk.\n\n"
        "When: Thursday 8 July 2027, 18:00–19:00 (Europe/London)\n\nWhere: <b>The *Barn*</b>"
    )
    assert "let us <strong>talk</strong>" in html
    assert "&lt;b&gt;The *Barn*&lt;/b&gt;" in html
    assert invited(message)[1]["LOCATION"] == "<b>The *Barn*</b>"


def test_without_a_description_the_title_is_the_letter(life: Life) -> None:
    life.given("welcome", meet(invite=True))
    life.add("emma")
    life.tick()
    body = life.messages()[0].get_body(("plain",))
    assert body is not None
    words = body.get_content().replace("\r\n", "\n").strip()
    assert words == "Phone call\n\nWhen: Thursday 7 January 2027, 18:00–19:00 (Europe/London)"


def test_the_step_is_done_when_the_invitation_is_delivered(life: Life) -> None:
    life.given("welcome", meet(invite=True), tag("after"))
    life.add("emma")
    life.decide()
    assert life.steps("emma") == {"meet": "pending"}
    assert [entry.invitation for entry in made(life)] == [OutboxState.QUEUED]
    life.tick()
    assert life.steps("emma") == {"meet": "executed", "after": "executed"}
    assert [entry.invitation for entry in made(life)] == [OutboxState.SENT]
    assert [entry.told for entry in made(life)] == [True]


def test_an_invitation_keeps_the_gap_between_messages_and_counts_as_one(life: Life) -> None:
    life.given("welcome", mail("hello"), meet(invite=True), mail("later"))
    life.add("emma")
    life.tick()
    assert (life.sent(), made(life)) == (["hello"], [])
    life.later(4 * HOUR)
    assert life.sent() == ["hello", "Phone call"]
    life.later(4 * HOUR)
    assert life.sent() == ["hello", "Phone call", "later"]


def test_an_appointment_without_an_invitation_keeps_no_gap(life: Life) -> None:
    life.given("welcome", mail("hello"), meet())
    life.add("emma")
    life.every_hour(1)
    assert len(made(life)) == 1


def test_ticks_again_make_no_second_one(life: Life) -> None:
    life.given("welcome", meet(invite=True))
    life.add("emma")
    life.every_hour(5)
    assert (len(made(life)), life.sent()) == (1, ["Phone call"])


def test_what_waits_in_the_outbox_is_not_moved_or_cancelled_behind_its_back(life: Life) -> None:
    life.given("welcome", meet(invite=True))
    life.add("emma")
    life.decide()
    (entry,) = made(life)
    with pytest.raises(ConflictError, match="waits in the outbox"), life.studio.change() as change:
        appointments.cancel(change, appointments.find(change.session, entry.appointment.id or 0))
    life.happens("emma", timeline.reply, "We would rather write")
    (entry,) = made(life)
    assert (entry.invitation, entry.told) == (OutboxState.REFUSED, False)
    with life.studio.change() as change:
        appointments.cancel(change, appointments.find(change.session, entry.appointment.id or 0))
    life.tick()
    assert life.sent() == []


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a mail server to which the studio of this test delivers."""
    with listening() as (server, port):
        for key, value in {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none"}.items():
            monkeypatch.setenv(f"LEADNURTURE_MAIL__SMTP__{key}", value)
        monkeypatch.setenv("LEADNURTURE_MAIL__TRANSPORT", "smtp")
        yield server


def test_a_step_that_is_tried_again_at_another_address_changes_its_own_appointment(
    server: Server, begin: Begin
) -> None:
    life = begin()
    life.given("welcome", meet(invite=True))
    life.add("wrong")
    server.at_rcpt["wrong@example.org"].append("550 no such mailbox")
    life.tick()
    assert life.walk("wrong").status is EnrollmentStatus.FAILED
    (before,) = made(life)
    with life.change("wrong") as (change, lead):
        lead.bounced_at = None
        leads.update(change, lead, {"primary_email": "right@example.org"})
        walk = change.session.exec(select(Enrollment)).one()
        retry(change, life.studio.engine, walk)
    life.later(5 * HOUR)
    assert server.subjects("right") == ["Phone call"]
    (after,) = made(life)
    assert (after.appointment.id, after.appointment.uid) == (before.appointment.id, before.appointment.uid)
    assert after.appointment.calendar_sequence == before.appointment.calendar_sequence + 1
    assert life.execution("right", "meet").status is ExecutionStatus.EXECUTED
    content = server.taken[0][1].decode()
    assert "text/calendar; method=REQUEST" in content
