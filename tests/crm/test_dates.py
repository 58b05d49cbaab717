"""Dates that are taken: each lead knows whether its own is free, from the very fact on that changes it."""

from datetime import date

import pytest
from leadnurture.store.tables.scoring import ScoringRule
from leadnurture.store.tables.task import Task
from leadnurture.store.tables.timeline import Interaction
from sqlmodel import col, select

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads, standing
from leadnurture.crm.taken import Taken, double_booked
from leadnurture.engine.applying import apply
from leadnurture.engine.tick import tick
from leadnurture.sequences.merge_fields import faults_in
from leadnurture.sequences.versions import compare
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.studio import Studio

DAY, OTHER = date(2027, 6, 12), date(2027, 6, 19)
SORRY = """\
name: Date taken
enroll: {when: {wedding: {available: false}, status: [new]}}
steps:
  - {id: sorry, action: create_task, title: "Tell them{% if not lead.date_available %}: taken{% endif %}"}
"""


def add(studio: Studio, name: str, day: date | None = DAY, **values: object) -> int:
    with studio.change() as change:
        lead = leads.create(change, {"primary_email": f"{name}@example.org", "wedding_date": day, **values}, origin="x")
    assert lead.id is not None
    return lead.id


def set_to(studio: Studio, lead_id: int, **values: object) -> None:
    with studio.change() as change:
        leads.update(change, change.session.get_one(Lead, lead_id), values)


def book(studio: Studio, lead_id: int) -> None:
    with studio.change() as change:
        standing.convert(change, change.session.get_one(Lead, lead_id), 100)


def free(studio: Studio, *ids: int) -> list[bool | None]:
    with studio.read() as session:
        return [session.get_one(Lead, lead_id).date_available for lead_id in ids]


def told(studio: Studio, lead_id: int) -> list[str | None]:
    with studio.read() as session:
        query = (
            select(Interaction.interaction_subject).where(Interaction.lead_id == lead_id).order_by(col(Interaction.id))
        )
        return [text for text in session.exec(query).all() if text and "June" in text]


@pytest.mark.parametrize(
    ("taken", "lead", "capacity", "is_free"),
    [
        (Taken(), 1, 1, True),
        (Taken(weddings=(2,)), 1, 1, False),
        (Taken(weddings=(2,)), 1, 2, True),
        (Taken(weddings=(1,)), 1, 1, True),
        (Taken(weddings=(1, 2)), 1, 1, False),
        (Taken(blocked=("Holiday",)), 1, 5, False),
        (Taken(weddings=(1,), blocked=("the wedding itself",)), 1, 1, True),
    ],
)
def test_a_day_has_room_for_a_wedding_or_not(taken: Taken, lead: int, capacity: int, is_free: bool) -> None:
    assert taken.is_free_for(lead, capacity) is is_free


def test_a_booking_takes_the_date_from_the_others_and_its_end_gives_it_back(studio: Studio) -> None:
    emma, ann, zoe = add(studio, "emma"), add(studio, "ann"), add(studio, "zoe", OTHER)
    undated = add(studio, "undated", None)
    assert free(studio, emma, ann, zoe, undated) == [True, True, True, None]
    book(studio, emma)
    assert free(studio, emma, ann, zoe, undated) == [True, False, True, None]
    assert told(studio, ann) == [f"12 June 2027 is taken by the wedding of lead {emma}"]
    assert told(studio, emma) == told(studio, zoe) == []
    with studio.change() as change:
        standing.lose(change, change.session.get_one(Lead, emma), "called off")
    assert free(studio, emma, ann) == [True, True]
    assert told(studio, ann)[1:] == ["12 June 2027 is free again"]


def test_an_inquiry_for_a_taken_date_is_flagged_as_it_comes_in(studio: Studio) -> None:
    book(studio, add(studio, "emma"))
    late = add(studio, "late")
    assert free(studio, late) == [False]
    assert told(studio, late) == ["12 June 2027 is taken by the wedding of lead 1"]


def test_a_wedding_that_is_moved_frees_its_old_day_and_takes_the_new_one(studio: Studio) -> None:
    emma, ann, zoe = add(studio, "emma"), add(studio, "ann"), add(studio, "zoe", OTHER)
    book(studio, emma)
    set_to(studio, emma, wedding_date=OTHER)
    assert free(studio, emma, ann, zoe) == [True, True, False]
    set_to(studio, zoe, wedding_date=None)
    assert free(studio, zoe) == [None]
    set_to(studio, zoe, wedding_date=DAY)
    assert free(studio, zoe) == [True]


def test_more_weddings_than_one_takes_are_known(studio: Studio) -> None:
    emma, ann = add(studio, "emma"), add(studio, "ann")
    book(studio, emma)
    book(studio, ann)
    assert free(studio, emma, ann) == [False, False]
    with studio.read() as session:
        assert double_booked(session, 1, date(2027, 1, 1)) == {DAY: Taken(weddings=(emma, ann))}
        assert double_booked(session, 2, date(2027, 1, 1)) == {}
        assert double_booked(session, 1, OTHER) == {}


def test_a_studio_that_takes_two_weddings_a_day_is_followed_by_the_next_tick(
    studio: Studio, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    emma, ann = add(studio, "emma"), add(studio, "ann")
    book(studio, emma)
    monkeypatch.setenv("LEADNURTURE_STUDIO__WEDDINGS_PER_DAY", "2")
    with Studio.open(studio.root, clock) as two_a_day:
        assert free(two_a_day, ann) == [False]
        tick(two_a_day.engine)
        assert free(two_a_day, emma, ann) == [True, True]
        book(two_a_day, ann)
        assert free(two_a_day, emma, ann, add(two_a_day, "third")) == [True, True, False]


def test_a_sequence_begins_when_the_date_gets_taken_and_scores_know_it(studio: Studio) -> None:
    for path in studio.folder.sequences.iterdir():
        path.unlink()
    (studio.folder.sequences / "sorry.yaml").write_text(SORRY, encoding="utf-8")
    with studio.change() as change:
        apply(change, studio.engine, compare(change.session, studio.folder.drafts(studio.reading())))
    emma, ann = add(studio, "emma"), add(studio, "ann")
    book(studio, emma)
    with studio.read() as session:
        assert session.exec(select(Enrollment.lead_id)).all() == [ann]
    tick(studio.engine)
    with studio.read() as session:
        assert session.exec(select(Task.title)).all() == ["Tell them: taken"]


def test_a_scoring_rule_follows_a_date_that_gets_taken(studio: Studio) -> None:
    with studio.change() as change:
        rule = {
            "rule_name": "Taken",
            "criteria_type": "timeline",
            "criteria_operator": "equals",
            "score_adjustment": -9,
        }
        change.session.add(
            ScoringRule(**rule, criteria_field="date_available", criteria_value="no", created_at=change.now)
        )
    emma, ann = add(studio, "emma"), add(studio, "ann")

    def score() -> int:
        with studio.read() as session:
            return session.get_one(Lead, ann).lead_score

    before = score()
    book(studio, emma)
    assert score() == before - 9


def test_letters_may_ask_whether_the_date_is_free_and_a_bare_word_for_it_is_warned_of(studio: Studio) -> None:
    asked = list(faults_in("{% if lead.date_available %}Free!{% else %}Taken.{% endif %}", studio.config))
    bare = list(faults_in("{{ lead.date_available }}", studio.config))
    assert asked == []
    assert [(fault.hole, fault.certain) for fault in bare] == [("lead.date_available", False)]
