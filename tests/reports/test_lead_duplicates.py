"""Who may be here twice is told of when they are entered, listed, and never merged by itself."""

from pathlib import Path

from commands import data, do
from couples import EMMA, LETTERS, add, happen, only

from leadnurture.crm import standing
from leadnurture.crm.duplicates import Known
from leadnurture.reports.lead_duplicates import compared
from leadnurture.studio import Studio


def test_a_lead_that_may_be_here_already_is_entered_and_told_of(studio: Studio, root: Path) -> None:
    add(studio, "emma@example.org", **EMMA)
    add(studio, "zoe@example.org", ("Zoë", "José"))
    words = ("lead", "add", "--email", "jack@example.org", "--phone", "07700 900142")
    told = data(root, *words)["possible_duplicates"]
    assert told == [
        {
            "leads": [{"id": 1, "couple": "Emma & Jack Stone"}, {"id": 3, "couple": "jack@example.org"}],
            "percent": 80,
            "reasons": ["the same phone +447700900142"],
        }
    ]
    again = do(
        root,
        "lead",
        "add",
        "--email",
        "emma@exampel.org",
        "--couple",
        "Emma & Jack Stone",
        "--wedding-date",
        "2027-06-12",
    )
    assert "May be here already:\n   85 %  1 Emma & Jack Stone · 4 Emma & Jack Stone: the same names" in again.stderr
    assert "leadnurture lead merge 1 4" in again.stderr
    assert data(root, "lead", "add", "--email", "li@example.org")["possible_duplicates"] == []
    assert data(root, "lead", "list")["pagination"]["total"] == 5


def test_an_import_tells_of_its_new_couples_alone(studio: Studio, root: Path, tmp_path: Path) -> None:
    add(studio, "emma@example.org", **EMMA)
    add(studio, "emma.two@example.org", primary_phone=EMMA["primary_phone"])
    sheet = tmp_path / "couples.csv"
    sheet.write_text("Email,Phone\nzoe.mueller@example.org,\nzoemueller@example.org,\n", encoding="utf-8")
    for words in (("--dry-run",), ()):
        (pair,) = data(root, "lead", "import", str(sheet), *words)["possible_duplicates"]
        assert pair["reasons"] == ["similar addresses zoe.mueller@example.org and zoemueller@example.org"]
    assert "May be here already" not in do(root, "lead", "import", str(sheet)).stderr


def test_the_list_has_the_surest_first_and_says_how_to_go_on(studio: Studio, root: Path) -> None:
    add(studio, "emma@example.org", **EMMA)
    add(studio, "spam@example.org", primary_phone=EMMA["primary_phone"], lead_status="spam")
    add(studio, "zoe.mueller@example.org")
    assert do(root, "lead", "duplicates").stderr == "Nobody seems to be here twice.\n"
    add(studio, "zoemueller@example.org")
    add(studio, "jack@example.org", **{**EMMA, "wedding_date": None})
    told = data(root, "lead", "duplicates")
    assert [[lead["id"] for lead in pair["leads"]] for pair in told["pairs"]] == [[1, 5], [3, 4]]
    assert told["total"] == 2
    assert [
        pair["leads"][0]["id"] for pair in data(root, "lead", "duplicates", "zoe.mueller@example.org")["pairs"]
    ] == [3]
    said = do(root, "lead", "duplicates", "--limit", "1")
    assert said.stdout.count("\n") == 1
    assert "leadnurture lead merge 1 5" in said.stderr


def test_no_sequence_writes_to_a_couple_twice_because_the_other_partner_asks_as_well(
    studio: Studio, root: Path
) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", secondary_email="jack@example.org", **EMMA)
    words = ("lead", "add", "--couple", "Jack & Emma Stone", "--wedding-date", "2027-06-12")
    told = do(root, *words, "--email", "jack@example.org").stderr
    assert "No sequence begins with them: lead 1 has jack@example.org, too, and is in a sequence." in told
    assert "If they are one couple: leadnurture lead merge 1 2" in told
    happen(studio, emma, lambda change, lead: standing.lose(change, lead, "another date"))
    do(root, "lead", "set", "2", "primary_email=other@example.org")
    assert "Enrolled in: letters" in do(root, *words, "--email", "jack@example.org").stderr


def test_a_number_or_an_address_that_somebody_has_is_told_when_it_is_set(studio: Studio, root: Path) -> None:
    add(studio, "emma@example.org", **EMMA)
    add(studio, "zoe@example.org")
    told = do(root, "lead", "set", "zoe", f"phone={EMMA['primary_phone']}").stderr
    assert "May be here already:\n   80 %  1 Emma & Jack Stone · 2 zoe@example.org: the same phone" in told
    assert "May be here already" not in do(root, "lead", "set", "zoe", "guests=80").stderr


def test_whoever_waits_is_told_of_each_lead_that_was_compared() -> None:
    known = [Known(number, (), (f"a{number}@example.org", f"b{number}@example.org"), (), None) for number in range(9)]
    seen: list[None] = []
    assert compared(known, on_lead=lambda: seen.append(None)) == ()
    assert len(seen) == len(known)
