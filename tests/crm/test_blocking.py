"""Blocking days: open inquiries for them know at once, and the same calendar again replaces what it blocked."""

from datetime import date, timedelta

import pytest
from leadnurture.store.tables.timeline import Interaction
from sqlmodel import col, select

from leadnurture.channels.calendar_reading import Busy
from leadnurture.crm import appointments, blocking, leads
from leadnurture.crm.blocking import NotBlockedError
from leadnurture.reports.taken_dates import one_date, taken_dates
from leadnurture.store.tables.blocked_day import BlockedDay
from leadnurture.store.tables.lead import Lead
from leadnurture.studio import Studio

DAYS = [date(2027, 8, 1) + timedelta(days=number) for number in range(3)]


@pytest.fixture
def emma(studio: Studio) -> int:
    with studio.change() as change:
        lead = leads.create(change, {"primary_email": "emma@example.org", "wedding_date": DAYS[1]}, origin="x")
    assert lead.id is not None
    return lead.id


def free(studio: Studio, lead_id: int) -> bool | None:
    with studio.read() as session:
        return session.get_one(Lead, lead_id).date_available


def blocked(studio: Studio) -> list[tuple[date, str | None]]:
    with studio.read() as session:
        rows = session.exec(select(BlockedDay.day, BlockedDay.reason).order_by(col(BlockedDay.day))).all()
    return [(day, reason) for day, reason in rows]


def test_a_block_and_its_end_are_told_to_who_asks_for_the_day(studio: Studio, emma: int) -> None:
    with studio.change() as change:
        blocking.block(change, DAYS, "Holiday")
    assert free(studio, emma) is False
    with studio.change() as change:
        blocking.block(change, DAYS[:1], "Workshop")
        assert blocking.unblock(change, DAYS[1:]) == DAYS[1:]
    assert free(studio, emma) is True
    assert blocked(studio) == [(DAYS[0], "Workshop")]
    with studio.read() as session:
        told = session.exec(select(Interaction.interaction_subject).where(Interaction.lead_id == emma)).all()
    assert [text for text in told if text and "August" in text] == [
        "2 August 2027 is blocked: Holiday",
        "2 August 2027 is free again",
    ]
    with (
        pytest.raises(NotBlockedError, match="no day from 2027-08-02 to 2027-08-03 is blocked"),
        studio.change() as change,
    ):
        blocking.unblock(change, DAYS[1:])


def test_the_same_entry_again_replaces_what_it_blocked_and_nothing_else(studio: Studio, emma: int) -> None:
    with studio.change() as change:
        blocking.block(change, DAYS[:1], "By hand")
        blocking.replace(change, [Busy("a", "Job", (DAYS[1],)), Busy("b", "Other", (DAYS[2],))])
    assert free(studio, emma) is False
    for _ in range(2):
        with studio.change() as change:
            blocking.replace(change, [Busy("a", "Job, moved", (DAYS[2],))])
    assert free(studio, emma) is True
    assert blocked(studio) == [(DAYS[0], "By hand"), (DAYS[2], "Other"), (DAYS[2], "Job, moved")]


def test_our_own_appointments_come_back_in_a_calendar_and_block_nothing(studio: Studio, emma: int) -> None:
    with studio.change() as change:
        begin = studio.now() + timedelta(days=1)
        plan = appointments.Plan("Call", begin, begin + timedelta(hours=1))
        made = appointments.schedule(change, change.session.get_one(Lead, emma), plan).appointment
        assert blocking.replace(change, [Busy(made.uid, "Call", (DAYS[0],))]) == set()
    assert blocked(studio) == []


def test_the_list_says_what_takes_which_day_and_who_asks_for_it(studio: Studio, emma: int) -> None:
    with studio.change() as change:
        won = {"primary_email": "ann@example.org", "couple_name_bride": "Ann", "lead_status": "won"}
        leads.create(change, won | {"wedding_date": DAYS[1]}, origin="x")
        blocking.block(change, DAYS[2:], None)
    with studio.read() as session:
        report = taken_dates(session, studio.config, studio.now()).as_json()
        other_year = taken_dates(session, studio.config, studio.now(), 2028)
        nothing = one_date(session, studio.config, DAYS[0])
    assert report["dates"] == [
        {
            "day": "2027-08-02",
            "weddings": [{"lead_id": 2, "couple": "Ann"}],
            "blocked": [],
            "is_double_booked": False,
            "available": False,
            "inquiries": 1,
        },
        {
            "day": "2027-08-03",
            "weddings": [],
            "blocked": [""],
            "is_double_booked": False,
            "available": False,
            "inquiries": 0,
        },
    ]
    assert other_year.dates == ()
    assert (nothing.available, nothing.weddings) == (True, ())
