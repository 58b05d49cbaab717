"""Finding leads by words: what people type is found however it is written, and nothing that is typed is a query."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from leadnurture.crm import leads
from leadnurture.store.search import matches, phrases
from leadnurture.store.tables.lead import Lead
from leadnurture.studio import Studio

EMMA = {
    "primary_email": "emma.stone@example.org",
    "secondary_email": "jack@barnes.example",
    "couple_name_bride": "Emma Stone",
    "couple_name_groom": "Jack O'Neill",
    "primary_phone": "+447700900142",
    "wedding_venue": "Hollow Ash Barn",
    "wedding_location": "Świnoujście",
    "specific_requirements": "A wheelchair ramp",
    "additional_notes": "Met at the fair in Bath",
}
ZOE = {"primary_email": "zoe@example.org", "couple_name_bride": "Zoë Müller", "primary_phone": "+14155550123"}
LI = {"primary_email": "li@example.org", "couple_name_bride": "王小明"}


def _enter(studio: Studio, *several: dict[str, str]) -> None:
    with studio.change(enrolling=False) as change:
        for values in several:
            leads.create(change, values, origin="typed in")


def _found(studio: Studio, words: str) -> list[str]:
    with studio.read() as session:
        found = session.exec(select(Lead.primary_email).where(matches(words)).order_by("id")).all()
    return [address.partition("@")[0] for address in found]


def test_every_way_of_writing_finds_whom_it_means(studio: Studio) -> None:
    _enter(studio, EMMA, ZOE, LI)
    emma, zoe, li = "emma.stone", "zoe", "li"
    for words, fitting in {
        "emma barn": [emma],
        "BARN em": [emma],
        "emma & jack": [emma],
        "o'neill": [emma],
        "emma zoe": [],
        "muller": [zoe],
        "MÜLLER": [zoe],
        "swinoujscie": [emma],
        "王": [li],
        "emma.stone@example.org": [emma],
        "example.org": [emma, zoe, li],
        "barnes.exam": [emma],
        "wheelchair bath": [emma],
        "07700 900142": [emma],
        "+44 (0)7700 900 142": [emma],
        "0044 7700 900142": [emma],
        "(415) 555-0123": [zoe],
        "415 555 0123 zoe": [zoe],
        "ollow": [],  # words are found by how they begin
        "%": [],
        "_": [],
        "💍": [],
    }.items():
        assert (words, _found(studio, words)) == (words, fitting)


def test_what_is_found_is_how_the_lead_is_now_whoever_wrote_it(studio: Studio) -> None:
    _enter(studio, EMMA)
    with studio.change() as change:
        leads.update(change, leads.find(change.session, "emma"), {"wedding_venue": "Corn Mill", "primary_phone": None})
    assert [_found(studio, words) for words in ("mill", "hollow", "7700900142")] == [["emma.stone"], [], []]
    with studio.database.write() as session:
        session.execute(text("UPDATE leads SET couple_name_bride = 'Anna'"))
    assert [_found(studio, words) for words in ("anna", "emma o'neill")] == [["emma.stone"], ["emma.stone"]]
    with studio.database.write() as session:
        session.execute(text("DELETE FROM leads"))
        left = session.execute(text("SELECT count(*) FROM lead_search WHERE lead_search MATCH 'anna OR mill'")).scalar()
        session.execute(text("INSERT INTO lead_search (lead_search) VALUES ('integrity-check')"))
    assert (left, _found(studio, "anna")) == (0, [])


def test_a_change_that_is_undone_changes_nothing_of_what_is_found(studio: Studio) -> None:
    _enter(studio, EMMA)
    with studio.change() as change:
        leads.update(change, leads.find(change.session, "emma"), {"wedding_venue": "Corn Mill"})
        change.session.flush()
        change.session.rollback()
        change.facts.clear()
    assert [_found(studio, words) for words in ("mill", "hollow")] == [[], ["emma.stone"]]


def test_the_query_language_of_the_index_cannot_be_reached(studio: Studio) -> None:
    _enter(studio, EMMA)
    hostile = ('"', '""', "emma OR zoe", "NOT emma", "names:emma", "emma*", "^emma", "NEAR(emma barn)", "-", "(", "{a}")
    for words in (*hostile, "emma AND", "'; DROP TABLE leads; --", '" OR "emma', "\\", "a" * 5000):
        _found(studio, words)
    assert _found(studio, "emma*") == ["emma.stone"]
    assert _found(studio, "emma OR zoe") == []


@given(st.text())
def test_all_that_is_typed_becomes_quoted_phrases(words: str) -> None:
    for phrase in phrases(words):
        assert phrase.startswith('"')
        assert phrase.endswith('"*')
        assert '"' not in phrase[1:-2]
