"""Meetings in the book: each change keeps the uid, raises the sequence, and stands on the timeline."""

from datetime import UTC, datetime, timedelta

import pytest
from leadnurture.store.tables.timeline import Interaction
from sqlmodel import select

from leadnurture.clock import VirtualClock
from leadnurture.crm import appointments, leads
from leadnurture.crm.appointments import Entry, Plan
from leadnurture.errors import ConflictError, InvalidInputError, NotFoundError
from leadnurture.store.vocabulary import AppointmentStatus, InteractionType
from leadnurture.studio import Studio

THURSDAY = datetime(2027, 7, 8, 17, tzinfo=UTC)  # six in the evening on London's summer clocks
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan(title: str = "Phone call", at: datetime = THURSDAY, location: str | None = None) -> Plan:
    return Plan(title, at, at + HOUR, location=location)


@pytest.fixture
def made(studio: Studio) -> Entry:
    with studio.change() as change:
        lead = leads.create(change, {"primary_email": "emma@example.org"}, origin="typed")
        return appointments.schedule(change, lead, plan(location="Bath"))


def again(studio: Studio, entry: Entry) -> Entry:
    with studio.read() as session:
        return appointments.find(session, entry.appointment.id or 0)


def told(studio: Studio, entry: Entry) -> list[tuple[InteractionType, str | None, str | None]]:
    with studio.read() as session:
        found = session.exec(select(Interaction).where(Interaction.lead_id == entry.lead.id)).all()
        kinds = [one for one in found if one.interaction_type.value.startswith("meeting")]
        return [(one.interaction_type, one.interaction_subject, one.interaction_content) for one in kinds]


def test_a_new_one_stands_on_the_timeline_by_the_studios_clocks(studio: Studio, made: Entry) -> None:
    when = "Thursday 8 July 2027 18:00, Bath"
    assert told(studio, made) == [(InteractionType.MEETING_SCHEDULED, "Phone call", when)]
    assert again(studio, made).lead.total_interactions == 1


def test_moving_keeps_the_uid_and_raises_the_sequence(studio: Studio, clock: VirtualClock, made: Entry) -> None:
    clock.advance(HOUR)
    with studio.change() as change:
        entry = appointments.find(change.session, made.appointment.id or 0)
        appointments.move(change, entry, THURSDAY + DAY, THURSDAY + DAY + 2 * HOUR)
    moved = again(studio, made).appointment
    assert (moved.uid, moved.calendar_sequence) == (made.appointment.uid, 1)
    assert (moved.starts_at, moved.ends_at, moved.updated_at) == (
        THURSDAY + DAY,
        THURSDAY + DAY + 2 * HOUR,
        clock.now(),
    )
    assert told(studio, made)[-1][0] is InteractionType.MEETING_MOVED


def test_cancelling_raises_the_sequence_once_more_and_settles_it(studio: Studio, made: Entry) -> None:
    with studio.change() as change:
        entry = appointments.find(change.session, made.appointment.id or 0)
        appointments.move(change, entry, THURSDAY + DAY, THURSDAY + DAY + HOUR)
        appointments.cancel(change, entry)
    gone = again(studio, made)
    assert (gone.appointment.status, gone.appointment.calendar_sequence) == (AppointmentStatus.CANCELLED, 2)
    with studio.change() as change, pytest.raises(ConflictError, match="is cancelled, so it cannot be moved"):
        appointments.move(change, gone, THURSDAY, THURSDAY + HOUR)
    with studio.change() as change, pytest.raises(ConflictError, match="cannot be done"):
        appointments.finish(change, gone)
    with studio.change() as change, pytest.raises(ConflictError, match="cannot be cancelled"):
        appointments.cancel(change, gone)
    assert told(studio, made)[-1][0] is InteractionType.MEETING_CANCELLED


def test_one_that_was_held_is_done_and_counts_as_a_contact(studio: Studio, made: Entry) -> None:
    with studio.change() as change:
        appointments.finish(change, appointments.find(change.session, made.appointment.id or 0))
    held = again(studio, made)
    assert (held.appointment.status, held.appointment.calendar_sequence) == (AppointmentStatus.DONE, 0)
    assert told(studio, made)[-1][0] is InteractionType.MEETING_COMPLETED
    assert held.lead.total_interactions == 2


def test_the_past_is_refused_and_nothing_is_kept(studio: Studio, clock: VirtualClock, made: Entry) -> None:
    with pytest.raises(InvalidInputError, match="2027-01-04 10:00 has passed"), studio.change() as change:
        appointments.schedule(change, made.lead, plan(at=clock.now()))
    entry = again(studio, made)
    with pytest.raises(InvalidInputError, match="has passed"), studio.change() as change:
        appointments.move(change, entry, clock.now() - DAY, clock.now())
    with studio.read() as session:
        assert [entry.appointment.starts_at for entry in appointments.agenda(session, everything=True)] == [THURSDAY]


def test_the_agenda_is_in_order_of_time_and_leaves_out_what_is_settled(studio: Studio, made: Entry) -> None:
    with studio.change() as change:
        mia = leads.create(change, {"primary_email": "mia@example.org"}, origin="typed")
        appointments.schedule(change, mia, plan("Earlier", THURSDAY - DAY))
        appointments.cancel(change, appointments.schedule(change, mia, plan("Off", THURSDAY + DAY)))
    with studio.read() as session:
        titles = [entry.appointment.title for entry in appointments.agenda(session)]
        of_mia = [entry.appointment.title for entry in appointments.agenda(session, mia.id, everything=True)]
    assert titles == ["Earlier", "Phone call"]
    assert of_mia == ["Earlier", "Off"]


def test_an_unknown_one_is_an_error_that_says_where_to_look(studio: Studio) -> None:
    with studio.read() as session, pytest.raises(NotFoundError, match="no appointment 7"):
        appointments.find(session, 7)


def test_its_json_has_the_times_of_the_zone_it_was_agreed_in(made: Entry) -> None:
    told = made.as_json()
    assert (told["starts_at"], told["ends_at"]) == ("2027-07-08T18:00:00+01:00", "2027-07-08T19:00:00+01:00")
    assert (told["time_zone"], told["status"], told["invitation"]) == ("Europe/London", "scheduled", None)
