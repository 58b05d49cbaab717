"""One couple, several or all that filters let through: shown first, asked from three on, all of them or nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import data, do
from couples import EMMA, LETTERS, add, only

from leadnurture.cli import terminal
from leadnurture.errors import InvalidInputError, NotFoundError, UsageError
from leadnurture.studio import Studio

PEOPLE = ("emma", "zoe", "li", "ida")


@pytest.fixture
def book(studio: Studio, root: Path) -> Path:
    only(studio, LETTERS)
    add(studio, "emma@example.org", **EMMA)
    for name in PEOPLE[1:]:
        add(studio, f"{name}@example.org", (name.capitalize(), None))
    return root


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody sits at the terminal."""
    monkeypatch.setattr(terminal, "is_interactive", lambda: True)
    return


def _field(root: Path, field: str) -> list[object]:
    leads = data(root, "lead", "list", "--sort-by", "created_at", "--sort-order", "asc")["leads"]
    return [lead[field] for lead in leads]


def _timeline(root: Path, who: str, kind: str) -> list[tuple[str, dict[str, object]]]:
    entries = data(root, "lead", "show", who)["timeline"]
    return [(entry["subject"], entry["metadata"]) for entry in entries if entry["interaction_type"] == kind]


def test_one_couple_is_moved_and_told_of_as_before(book: Path) -> None:
    done = do(book, "lead", "status", "emma", "qualified")
    assert done.stderr == "Lead 1 (Emma & Jack Stone): now qualified\n"
    assert _field(book, "lead_status") == ["qualified", "new", "new", "new"]
    assert _timeline(book, "emma", "status_changed") == [("new → qualified", {"old": "new", "new": "qualified"})]
    assert set(data(book, "lead", "pause", "emma")) == {"lead", "automation_changes"}


def test_two_need_no_question_and_are_told_with_old_and_new(book: Path) -> None:
    done = do(book, "lead", "status", "emma", "zoe", "contacted")
    assert done.stderr.splitlines() == [
        "  1  Emma & Jack Stone  lead_status: new → contacted",
        "  2  Zoe  lead_status: new → contacted",
        "Now contacted: 2 of 2 couples changed",
    ]


def test_three_are_shown_and_asked_about(book: Path, person: None) -> None:
    refused = do(book, "lead", "assign", "emma", "zoe", "li", "Holly", stdin="n\n")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        "  1  Emma & Jack Stone  assigned_to_user_id: nothing → Holly",
        "  2  Zoe  assigned_to_user_id: nothing → Holly",
        "  3  Li  assigned_to_user_id: nothing → Holly",
        "Assigned to Holly: 3 couples? [y/N] nothing was changed",
    ]
    assert _field(book, "assigned_to_user_id") == [None] * 4
    assert do(book, "lead", "assign", "emma", "zoe", "li", "Holly", stdin="y\n").exit_code == 0
    assert _field(book, "assigned_to_user_id") == ["Holly", "Holly", "Holly", None]


def test_without_a_terminal_the_missing_answer_names_its_option(book: Path) -> None:
    for more in ((), ("--json",)):
        refused = do(book, "lead", "pause", "--where", "status=new", *more)
        assert isinstance(refused.exception, UsageError)
        assert "needs --yes" in refused.exception.message
    assert _field(book, "automation_paused") == [False] * 4


def test_filters_choose_as_the_list_does(book: Path) -> None:
    told = data(book, "lead", "tag", "--where", "source=website status=new,contacted", "Fair", "--yes")
    assert [(one["lead_id"], one["changes"]) for one in told["leads"]] == [
        (number, {"tags": {"old": [], "new": ["Fair"]}}) for number in (2, 3, 4)
    ]
    assert told["changed"] == 3
    assert _field(book, "tags") == [["vip"], ["Fair"], ["Fair"], ["Fair"]]
    again = data(book, "lead", "tag", "--where", 'search="zo" tag=fair', "FAIR")
    assert [one["changes"] for one in again["leads"]] == [{}]
    assert data(book, "lead", "untag", "--where", "tags=fair", "fair", "--yes")["changed"] == 3
    assert _field(book, "tags") == [["vip"], [], [], []]
    do(book, "lead", "view", "save", "website", "--source", "website")
    assert data(book, "lead", "pause", "--where", "view=website", "--yes")["changed"] == 3
    assert data(book, "lead", "resume", "zoe", "li", "emma", "--yes")["changed"] == 2
    assert _field(book, "automation_paused") == [False, False, False, True]


def test_setting_answers_with_scores_and_sequences_of_each(book: Path) -> None:
    told = data(book, "lead", "set", "zoe", "li", "venue=Corn Mill", "budget=£2,400")
    zoe = told["leads"][0]
    assert (zoe["old_score"], zoe["new_score"], zoe["sequences_enrolled"]) == (0, 30, ["letters"])
    assert zoe["changes"]["wedding_venue"] == {"old": None, "new": "Corn Mill"}
    one = data(book, "lead", "set", "emma", "status=lost", "lost_reason=date taken")
    assert one["automation_changes"] == {"sequences_enrolled": [], "sequences_removed": ["letters"]}
    assert set(one["score_changes"]) == {"old_score", "new_score", "score_adjustments"}


def test_adding_answers_with_the_rules_that_made_the_score(book: Path) -> None:
    told = data(book, "lead", "add", "--email", "ada@example.org", "--venue", "Mill", "--budget", "2400")
    assert told["lead_score_calculated"] == sum(point["adjustment"] for point in told["score_adjustments"]) == 30
    assert told["nurture_sequences_enrolled"] == ["letters"]
    said = do(book, "lead", "add", "--email", "max@example.org", "--venue", "Mill").stderr
    assert "+10  Venue is booked" in said


def test_all_of_them_or_nobody(book: Path) -> None:
    refused = do(book, "lead", "set", "zoe", "li", "email=new@example.org").exception
    assert "is lead 2 (Zoe) already" in str(refused)
    assert _field(book, "primary_email") == [f"{name}@example.org" for name in PEOPLE]
    assert isinstance(do(book, "lead", "status", "zoe", "nobody", "contacted").exception, NotFoundError)
    assert _field(book, "lead_status") == ["new"] * 4


def test_won_wants_a_value_and_lost_a_reason(book: Path) -> None:
    for words, option in (
        (("lead", "status", "emma", "won"), "--value"),
        (("lead", "status", "emma", "lost"), "--reason"),
        (("lead", "set", "emma", "lead_status=won"), "--value"),
        (("lead", "set", "emma", "lead_status=lost"), "--reason"),
    ):
        refused = do(book, *words).exception
        assert isinstance(refused, UsageError)
        assert option in refused.message
    assert _field(book, "lead_status")[0] == "new"
    do(book, "lead", "status", "emma", "won", "--value", "£2,400")
    do(book, "lead", "status", "zoe", "lost", "--reason", "budget", "--details", "half of it")
    leads = data(book, "lead", "list", "--sort-by", "created_at", "--sort-order", "asc")["leads"]
    assert (leads[0]["lead_status"], leads[0]["conversion_value"]["amount"]) == ("won", 240_000)
    assert (leads[1]["lead_status"], leads[1]["lost_reason"], leads[1]["lost_details"]) == (
        "lost",
        "budget",
        "half of it",
    )
    assert _timeline(book, "zoe", "status_changed") == [("new → lost", {"old": "new", "new": "lost"})]


def test_nobody_is_typed_in_as_won_or_lost_without_saying_more(book: Path) -> None:
    for status, asked in (("won", "what did they book for?"), ("lost", "why did they not book?")):
        refused = do(book, "lead", "add", "--email", "new@example.org", "--set", f"lead_status={status}").exception
        assert isinstance(refused, UsageError)
        assert asked in refused.message
    assert len(_field(book, "lead_status")) == len(PEOPLE)
    words = ("lead", "add", "--email", "new@example.org", "--set", "status=lost", "--set", "lost_reason=date taken")
    assert data(book, *words)["lead"]["lost_reason"] == "date taken"


@pytest.mark.parametrize("words", [("lead", "lose", "zoe"), ("lead", "status", "zoe", "lost")])
def test_a_reason_is_neither_empty_nor_cut(book: Path, words: tuple[str, ...]) -> None:
    assert isinstance(do(book, *words, "--reason", " ").exception, UsageError)
    refused = do(book, *words, "--reason", "x" * 101).exception
    assert isinstance(refused, InvalidInputError)
    assert refused.message == "the reason is 101 characters long; at most 100 are kept"
    assert _field(book, "lead_status") == ["new"] * len(PEOPLE)


def test_a_filter_without_its_value_is_told_how_to_write_it(book: Path) -> None:
    refused = do(book, "lead", "pause", "--where", "status").exception
    assert isinstance(refused, InvalidInputError)
    assert refused.hint == "write it as status=…"


def test_won_and_lost_ask_a_person(book: Path, person: None) -> None:
    assert "what did they book for?" in do(book, "lead", "status", "emma", "won", stdin="£1,800\n").stderr
    assert "why did they not book?" in do(book, "lead", "status", "zoe", "lost", stdin="date taken\n").stderr
    assert isinstance(do(book, "lead", "status", "li", "won", stdin="\n").exception, UsageError)
    assert isinstance(do(book, "lead", "status", "li", "won", stdin="lots\n").exception, InvalidInputError)
    assert _field(book, "lead_status") == ["won", "lost", "new", "new"]
    assert data(book, "lead", "show", "emma")["lead"]["conversion_value"]["amount"] == 180_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "qualified"), "which couples?"),
        (("status", "emma", "maybe"), "STATUS: 'maybe' is none of"),
        (("status", "emma", "new", "--value", "3"), "--value goes with the status won, not with new"),
        (("status", "emma", "won", "--value", "3", "--details", "x"), "--details goes with the status lost"),
        (("status", "emma", "lost", "--reason", " "), "why did they not book?"),
        (("pause",), "which couples?"),
        (("pause", "emma", "--where", "status=new"), "not both"),
        (("pause", "--where", ""), "--where is empty"),
        (("pause", "--where", "new"), "'new' is no FILTER=VALUE"),
        (("pause", "--where", "statsu=new"), "'statsu=new' is no FILTER=VALUE"),
        (("pause", "--where", "status="), "status is empty"),
        (("pause", "--where", "status=new,"), "status is empty"),
        (("pause", "--where", "status=maybe"), "'maybe' is none of"),
        (("pause", "--where", "score_min=lots"), "'lots' is no score from 0 to 100"),
        (("pause", "--where", "score_min=80 score_max=20"), "no score is from 80 on and up to 20"),
        (("pause", "--where", 'search="emma'), "no closing quotation"),
        (("pause", "--where", "view=none"), "there is no view 'none'"),
        (("pause", "--where", "source=nowhere"), "there is no source 'nowhere'"),
        (("pause", "--where", "status=won"), "no lead fits --where 'status=won'"),
        (("tag", "emma", ""), "is no tag"),
        (("tag", "emma", "x" * 101), "is no tag"),
        (("set", "emma"), "nothing to set"),
        (("set", "emma", "venu=Mill"), "a lead has no field 'venu'"),
    ],
)
def test_what_makes_no_sense_changes_nobody(book: Path, words: tuple[str, ...], said: str) -> None:
    before = data(book, "lead", "list")["leads"]
    refused = do(book, "lead", *words, "--yes") if words[0] != "log" else do(book, "lead", *words)
    assert said in str(refused.exception)
    assert data(book, "lead", "list")["leads"] == before


def test_each_of_the_seeds_contacts_is_logged_with_outcome_and_follow_up(book: Path) -> None:
    kinds = (
        "email_sent phone_call meeting_scheduled meeting_completed proposal_sent proposal_viewed contract_sent "
        "payment_received note_added website_visit social_media_engagement referral_received"
    ).split()
    for kind in kinds:
        done = do(book, "lead", "log", "zoe", kind, "--outcome", "well", "--follow-up", "2027-02-01 10:30")
        assert done.exception is None, done.exception
    told = data(book, "lead", "show", "zoe")
    logged = [entry for entry in told["timeline"] if entry["interaction_type"] in kinds]
    assert [entry["interaction_type"] for entry in logged] == kinds
    assert {(entry["outcome"], entry["follow_up_required"], entry["follow_up_date"]) for entry in logged} == {
        ("well", True, "2027-02-01T10:30:00+00:00")
    }
    assert told["lead"]["next_follow_up_at"] == "2027-02-01T10:30:00+00:00"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--follow-up", "1823-02-01"), "is the year 1823"),
        (("--follow-up", "soon"), "'soon' is no whole date"),
        (("--outcome", "x" * 101), "--outcome is 101 characters long"),
    ],
)
def test_a_log_that_cannot_be_read_logs_nothing(book: Path, words: tuple[str, ...], said: str) -> None:
    refused = do(book, "lead", "log", "zoe", "phone_call", *words).exception
    assert said in str(refused)
    assert _timeline(book, "zoe", "phone_call") == []


def test_money_and_moments_are_told_as_people_write_them(book: Path) -> None:
    one = do(book, "lead", "set", "emma", "budget=3000", "follow_up=2027-02-01 10:00")
    assert "  estimated_budget: £2,400 → £3,000" in one.stderr.splitlines()
    assert "  next_follow_up_at: nothing → 2027-02-01 10:00" in one.stderr.splitlines()
    two = do(book, "lead", "set", "emma", "zoe", "budget=2500")
    assert "  1  Emma & Jack Stone  estimated_budget: £3,000 → £2,500" in two.stderr.splitlines()
