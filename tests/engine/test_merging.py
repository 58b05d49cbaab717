"""Two leads that are one couple become one: everything of both is kept, and no step of a sequence comes again."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select
from studio_life import DAY, HOUR, START, Life, mail, tag

from leadnurture.crm import leads, opt_outs, standing, tasks, timeline
from leadnurture.crm.scores import adjust
from leadnurture.crm.suppression import suppressed
from leadnurture.engine.merging import Merger, SameLeadError, merge
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.lead_book import MergedLead
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import ContactChannel, EnrollmentStatus, InteractionType, LeadStatus, OutboxState

LETTERS = [mail("one"), mail("two", delay="1d"), mail("three", delay="1d"), mail("four", delay="1d")]


def join(life: Life, kept: str, other: str) -> Merger:
    with life.studio.change() as change:
        two = [leads.find(change.session, f"{name}@example.org") for name in (kept, other)]
        return merge(change, life.studio.engine, *two)


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    names = [table.name for table in SQLModel.metadata.sorted_tables]
    return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


@pytest.mark.parametrize("ahead", [0, 2, 3])
@pytest.mark.parametrize("first", ["emma", "zoe"])
def test_the_walk_that_is_further_along_goes_on_and_nothing_comes_again(life: Life, ahead: int, first: str) -> None:
    life.given("welcome", *LETTERS)
    other = "zoe" if first == "emma" else "emma"
    life.add(first)
    life.tick()
    for _ in range(ahead):
        life.later(DAY)
    life.add(other)
    life.tick()
    before = len(life.sent())
    join(life, "emma", "zoe")
    for _ in range(7):
        life.later(DAY)
    after = life.sent()[before:]
    assert after == ["two", "three", "four"][ahead:]
    assert len(set(life.sent("zoe")) & set(life.sent("emma"))) <= 1  # the first letter, from before they were merged


def test_two_walks_through_one_sequence_become_one_with_the_reason(life: Life) -> None:
    life.given("welcome", *LETTERS)
    life.add("zoe")
    life.later(DAY)
    life.later(DAY)
    life.add("emma")
    life.tick()
    merger = join(life, "emma", "zoe")
    assert merger.walks[0] == "welcome: the walk of lead 2 ends, that of lead 1 goes on"
    with life.studio.read() as session:
        walks = session.exec(select(Enrollment).order_by(col(Enrollment.pass_number))).all()
    assert [(walk.lead_id, walk.pass_number, walk.status) for walk in walks] == [
        (2, 1, EnrollmentStatus.CANCELLED),
        (2, 2, EnrollmentStatus.ACTIVE),
    ]
    assert walks[0].end_reason == "merged: lead 1 is further along in it"


def test_what_the_one_has_been_through_the_other_does_not_begin_again(life: Life) -> None:
    life.given("welcome", mail("one"), mail("two"))
    life.add("emma")
    for _ in range(3):
        life.later(DAY)
    life.add("zoe")
    join(life, "emma", "zoe")
    for _ in range(3):
        life.later(DAY)
    assert life.sent() == ["one", "two"]
    assert life.walk("emma").status is EnrollmentStatus.COMPLETED


def test_a_letter_that_is_queued_is_taken_back_if_the_other_has_had_it(life: Life) -> None:
    life.given("welcome", mail("one"), mail("two", delay="9d"))
    life.add("emma")
    life.tick()
    life.happens("emma", standing.set_status, LeadStatus.CONTACTED)
    with life.studio.database.write() as session:
        session.execute(text("UPDATE lead_nurture_enrollments SET status = 'cancelled', next_at = NULL"))
    life.add("zoe")
    life.decide()
    assert [message.state for message in life.queue("zoe")] == [OutboxState.QUEUED]
    join(life, "emma", "zoe")
    life.tick()
    assert life.sent() == ["one"]
    life.later(timedelta(days=10))
    assert life.sent() == ["one", "two"]


@pytest.mark.parametrize("state", ["in_doubt", "parked"])
def test_a_letter_that_may_have_gone_counts_as_gone(life: Life, state: str) -> None:
    life.given("welcome", mail("one"), mail("two", delay="1d"))
    life.add("zoe")
    life.decide()
    with life.studio.database.write() as session:
        session.execute(text(f"UPDATE outbox SET state = '{state}', due_at = '2999-01-01 00:00:00.000000'"))
    life.add("emma")
    join(life, "emma", "zoe")
    life.tick()
    assert life.sent() == []
    life.later(DAY + HOUR)
    assert life.sent("zoe") == []
    assert set(life.sent()) <= {"two"}
    assert life.queue("emma")[0].state.value == state


def test_a_step_that_was_renamed_is_known_by_its_new_name(life: Life) -> None:
    life.given("welcome", mail("one"), mail("two", delay="1d"), mail("three", delay="9d"))
    life.add("zoe")
    life.tick()
    life.later(DAY)
    life.happens("zoe", timeline.reply, "Thank you")
    life.clock.advance(DAY)
    life.given("welcome", mail("one"), mail("second", delay="1d", was="two"), mail("three", delay="1d"))
    life.add("emma")
    life.tick()
    join(life, "emma", "zoe")
    for _ in range(4):
        life.later(DAY)
    assert life.sent() == ["one", "two", "one", "three"]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (lambda change, lead: standing.opt_out(change, lead, "asked"), "they opted out"),
        (lambda change, lead: standing.convert(change, lead, 240_000), "they booked"),
        (lambda change, lead: timeline.reply(change, lead, "Yes!"), "they replied"),
    ],
)
@pytest.mark.parametrize("whose", ["emma", "zoe"])
def test_what_ends_the_walks_of_one_ends_those_of_both(life: Life, what: Any, reason: str, whose: str) -> None:
    life.given("welcome", *LETTERS)
    life.add("emma", "zoe")
    life.tick()
    life.clock.advance(HOUR)
    life.happens(whose, what)
    join(life, "emma", "zoe")
    with life.studio.read() as session:
        walks = session.exec(select(Enrollment)).all()
    assert {walk.status for walk in walks} == {EnrollmentStatus.CANCELLED}
    assert reason in {walk.end_reason for walk in walks}
    before = life.sent()
    life.later(3 * DAY)
    assert life.sent() == before


def test_a_reply_from_before_a_walk_began_does_not_end_it(life: Life) -> None:
    life.add("zoe", enrolling=False)
    life.happens("zoe", timeline.reply, "Hello")
    life.clock.advance(DAY)
    life.given("welcome", *LETTERS)
    life.add("emma")
    join(life, "emma", "zoe")
    assert life.walk("emma").status is EnrollmentStatus.ACTIVE


def everything(life: Life, name: str) -> None:
    """Let all kinds of rows hang on a lead."""
    with life.change(name) as (change, lead):
        tasks.create(change, lead, "Call", due_at=change.now)
        adjust(change, lead, 5, reason="nice")
        standing.add_tag(change, lead, f"met {name}")
        timeline.note(change, lead, InteractionType.PHONE_CALL, "Call", who="owner")
        leads.update(change, lead, {"lead_source": "instagram"})


def test_nothing_of_either_is_lost(life: Life) -> None:
    life.given("welcome", tag("seen"), *LETTERS)
    life.given("barn", mail("barn"), enroll={"when": {"tags": {"all": ["met zoe"]}}})
    life.add("emma", "zoe")
    for name in ("emma", "zoe"):
        everything(life, name)
    life.tick()
    life.happens("zoe", standing.convert, 100_000)
    with life.studio.read() as session:
        before = rows(session)
    merger = join(life, "emma", "zoe")
    with life.studio.read() as session:
        after = rows(session)
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        assert {row[0] for row in session.execute(text("SELECT DISTINCT lead_id FROM lead_interactions"))} == {1}
    grown = {"lead_interactions", "sequence_executions", "passed_over"}
    assert after["leads"] == before["leads"] - 1
    assert after["merged_leads"] == 1
    for table in before.keys() - grown - {"leads", "merged_leads"}:
        assert (table, after[table]) == (table, before[table])
    for table in grown - {"passed_over"}:
        assert after[table] >= before[table]
    assert merger.moved["lead_conversions"] == 1
    emma = life.lead("emma")
    assert (emma.lead_status, emma.conversion_value) == (LeadStatus.WON, 100_000)
    assert {"met emma", "met zoe"} <= set(emma.tags)


KEPT = {
    "couple_name_bride": "Emma Stone",
    "wedding_date": date(2027, 6, 12),
    "wedding_venue": "Barn",
    "primary_phone": "+447700900142",
    "services_needed": ["album"],
    "custom_fields": {"dog": "Rex", "cake": "lemon"},
    "consent_marketing": True,
    "consent_data_processing": True,
}
OTHER = {
    "couple_name_bride": "Emma S.",
    "couple_name_groom": "Jack",
    "wedding_date": date(2027, 6, 13),
    "secondary_email": "jack@example.org",
    "primary_phone": "+447700900142",
    "secondary_phone": "+447700900143",
    "services_needed": ["Album", "film"],
    "custom_fields": {"dog": "Max", "hats": "many"},
    "consent_data_processing": True,
    "automation_paused": True,
    "estimated_budget": 240_000,
}


def test_the_kept_leads_values_win_gaps_are_filled_and_the_rest_is_a_note(life: Life) -> None:
    life.add("emma", **KEPT)
    life.clock.advance(HOUR)
    life.add("zoe", **OTHER)
    merger = join(life, "emma", "zoe")
    emma = life.lead("emma")
    told: Mapping[str, Any] = {
        "couple_name_bride": "Emma Stone",
        "couple_name_groom": "Jack",
        "wedding_date": date(2027, 6, 12),
        "primary_email": "emma@example.org",
        "secondary_email": "zoe@example.org",
        "primary_phone": "+447700900142",
        "secondary_phone": "+447700900143",
        "services_needed": ["album", "film"],
        "custom_fields": {"dog": "Rex", "cake": "lemon", "hats": "many"},
        "consent_marketing": False,  # the stricter
        "consent_data_processing": True,
        "automation_paused": True,
        "estimated_budget": 240_000,
        "budget_range": "1000_2500",
    }
    assert {name: getattr(emma, name) for name in told} == told
    assert dict(merger.aside) == {
        "couple_name_bride": "Emma S.",
        "wedding_date": date(2027, 6, 13),
        "secondary_email": "jack@example.org",
        "custom_fields.dog": "Max",
        "gdpr_consent_date": START + HOUR,
    }
    ((subject, content),) = [
        entry for entry in life.told("emma", InteractionType.LEAD_UPDATED) if "Merged" in str(entry[0])
    ]
    assert subject == "Merged with lead 2 (Emma S. & Jack)"
    assert "wedding_date: 2027-06-13" in str(content)
    assert "custom_fields.dog: Max" in str(content)


def test_the_other_leads_id_address_and_token_mean_the_kept_one_from_then_on(life: Life) -> None:
    life.add("emma", "zoe", "ida")
    token = life.lead("zoe").unsubscribe_token
    join(life, "emma", "zoe")
    join(life, "ida", "emma")
    with life.studio.read() as session:
        for reference in ("1", "2", "emma@example.org", "zoe@example.org"):
            assert leads.find(session, reference).id == 3
        known = session.exec(select(MergedLead).where(MergedLead.unsubscribe_token == token)).one()
        assert (known.merged_id, known.lead_id) == (2, 3)
    with pytest.raises(leads.DuplicateEmailError, match="is lead 3"):
        life.add("zoe")


def test_a_lead_is_not_merged_with_itself(life: Life) -> None:
    life.add("emma")
    with pytest.raises(SameLeadError):
        join(life, "emma", "emma")


def test_nothing_is_merged_by_half(life: Life) -> None:
    life.given("welcome", *LETTERS)
    life.add("emma", "zoe")
    life.tick()
    with life.studio.read() as session:
        before = rows(session)
    with pytest.raises(RuntimeError), life.studio.change() as change:  # noqa: PT012 - the transaction is what is broken off
        two = [leads.find(change.session, name) for name in ("emma", "zoe")]
        merge(change, life.studio.engine, *two)
        raise RuntimeError
    with life.studio.read() as session:
        assert rows(session) == before
        assert len(session.exec(select(Interaction.id).where(Interaction.lead_id == 2)).all()) > 0
        assert session.get(Lead, 2) is not None


def test_what_either_has_opted_out_of_both_have(life: Life) -> None:
    life.given("welcome", mail("hello"), tag("seen"))
    life.add("amy")
    life.decide()
    life.add("bea", enrolling=False)
    life.happens("bea", opt_outs.opt_out, ContactChannel.EMAIL, "by phone")
    join(life, "amy", "bea")
    life.tick()
    assert life.sent() == []
    assert life.steps("amy") == {"hello": "skipped", "seen": "executed"}


FIRST_DAY, SECOND_DAY = date(2027, 6, 12), date(2027, 6, 13)


@pytest.mark.parametrize("booked", ["emma", "zoe"])
def test_the_day_that_was_booked_stays_taken_and_the_other_one_is_free_at_once(life: Life, booked: str) -> None:
    life.add("emma", wedding_date=FIRST_DAY, wedding_venue="Barn")
    life.add("zoe", wedding_date=SECOND_DAY, wedding_venue="Mill")
    life.add("ida", wedding_date=FIRST_DAY)
    life.add("ada", wedding_date=SECOND_DAY)
    life.happens(booked, standing.convert, 100_000)
    merger = join(life, "emma", "zoe")
    emma = life.lead("emma")
    assert (emma.wedding_date, emma.wedding_venue) == (
        (FIRST_DAY, "Barn") if booked == "emma" else (SECOND_DAY, "Mill")
    )
    assert merger.aside["wedding_date"] == (SECOND_DAY if booked == "emma" else FIRST_DAY)
    assert emma.date_available is True
    free = {"ida": booked == "zoe", "ada": booked == "emma"}
    assert {name: life.lead(name).date_available for name in free} == free


def test_of_two_bookings_for_different_days_the_one_that_is_put_aside_is_free_at_once(life: Life) -> None:
    life.add("emma", wedding_date=FIRST_DAY)
    life.add("zoe", wedding_date=SECOND_DAY)
    life.add("ada", wedding_date=SECOND_DAY)
    for name in ("emma", "zoe"):
        life.happens(name, standing.convert, 100_000)
    assert life.lead("ada").date_available is False
    join(life, "emma", "zoe")
    assert life.lead("ada").date_available is True


def test_all_addresses_of_both_are_suppressed_by_the_opt_out_of_either(life: Life) -> None:
    life.add("emma", secondary_email="jack@example.org")
    life.add("zoe", secondary_email="max@example.org")
    life.happens("emma", standing.opt_out, "asked")
    join(life, "emma", "zoe")
    addresses = [f"{name}@example.org" for name in ("emma", "jack", "zoe", "max")]
    with life.studio.read() as session:
        assert set(suppressed(session, addresses)) == set(addresses)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (lambda change, lead: standing.opt_out(change, lead, "asked"), "they opted out"),
        (lambda change, lead: standing.convert(change, lead, 240_000), "they booked"),
        (lambda change, lead: timeline.reply(change, lead, "Yes!"), "they replied"),
    ],
)
def test_it_says_which_walks_end_by_it_and_why(life: Life, what: Any, told: str) -> None:
    life.given("welcome", *LETTERS)
    life.add("emma")
    life.add("zoe", enrolling=False)
    life.clock.advance(HOUR)
    life.happens("zoe", what)
    assert join(life, "emma", "zoe").walks == (f"welcome: ends, because {told}",)


def test_it_says_which_walks_begin_by_it_and_where_the_couple_stands(life: Life) -> None:
    life.given(
        "barn", mail("barn"), enroll={"when": {"tags": {"all": ["fair", "barn"]}}}, stop_on=["opt_out", "bounce"]
    )
    life.add("emma", tags=["fair"])
    life.add("zoe", tags=["barn"])
    life.happens("zoe", standing.convert, 100_000)
    merger = join(life, "emma", "zoe")
    assert merger.walks == ("barn: begins",)
    assert merger.changes["lead_status"] == (LeadStatus.NEW, LeadStatus.WON)
