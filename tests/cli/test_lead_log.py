"""Telling by hand what a couple did with a mail: which one is said back, and what makes no sense is refused."""

import json
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import rows, studio_with_letters_due

MARKS = "SELECT opened_at IS NOT NULL, clicked_at IS NOT NULL FROM outbox WHERE lead_id = 1"


@pytest.fixture
def root(leadnurture: Leadnurture, tmp_path: Path) -> Path:
    root = studio_with_letters_due(tmp_path / "studio", 2)
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    return root


def test_the_last_mail_is_marked_once(leadnurture: Leadnurture, root: Path) -> None:
    first = leadnurture("--studio", str(root), "lead", "log", "emma0", "email_opened")
    again = leadnurture("--studio", str(root), "lead", "log", "emma0", "email_opened")
    told = "letter/hello (Your day, Emma0 & Jack0)"
    said = first.stderr.splitlines()[0], again.stderr.splitlines()[0]
    assert (first.returncode, said[0]) == (0, f"Lead 1 (Emma0 & Jack0): noted: they opened {told}")
    assert (again.returncode, said[1]) == (0, f"Lead 1 (Emma0 & Jack0): nothing new: {told} was opened before")
    assert rows(root, MARKS) == [(1, 0)]


def test_a_mail_can_be_named(leadnurture: Leadnurture, root: Path) -> None:
    words = ("lead", "log", "1", "email_clicked", "--sequence", "letter", "--step", "hello", "--json")
    done = leadnurture("--studio", str(root), *words)
    assert done.returncode == 0
    assert json.loads(done.stdout)["data"]["lead"]["email_clicks"] == 1
    assert rows(root, MARKS) == [(1, 1)]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("email_opened", "--step", "later"), 11, "no mail of step 'later' has been sent to Emma0 & Jack0"),
        (("email_clicked", "--sequence", "lettr"), 11, "sent so far: letter/hello"),
        (("phone_call", "--step", "hello"), 2, "--sequence and --step say which mail, and phone_call is about none"),
    ],
)
def test_a_mail_that_there_is_not_is_refused(
    leadnurture: Leadnurture, root: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = leadnurture("--studio", str(root), "lead", "log", "1", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert rows(root, MARKS) == [(0, 0)]


def test_the_answer_says_the_new_score_and_what_to_do_next(leadnurture: Leadnurture, root: Path) -> None:
    words = ("--studio", str(root), "lead", "log", "emma0", "reply")
    told = json.loads(leadnurture(*words, "--json").stdout)["data"]
    assert (told["lead_score_updated"], told["new_lead_score"]) == (True, told["lead"]["lead_score"])
    assert told["next_recommended_action"] == "answer"
    assert told["next_recommended_reason"] == "they wrote today, and nobody has answered"
    called = leadnurture("--studio", str(root), "lead", "log", "emma0", "phone_call")
    assert called.stderr.splitlines()[1:] == ["  next: wait – our last word was today"]


def test_the_answer_has_the_entry_as_the_timeline_keeps_it(leadnurture: Leadnurture, root: Path) -> None:
    words = ("--subject", "The album", "--text", "Two of them", "--detail", "duration=20m", "--detail", "who = Emma")
    ended = ("--outcome", "wants a quote", "--follow-up", "2027-06-14 10:00")
    log = ("--studio", str(root), "lead", "log", "emma0", "phone_call", *words, *ended, "--json")
    told = json.loads(leadnurture(*log).stdout)["data"]["interaction"]
    assert told | {"id": 0, "at": ""} == {
        "id": 0,
        "at": "",
        "interaction_type": "phone_call",
        "subject": "The album",
        "content": "Two of them",
        "outcome": "wants a quote",
        "user_id": "owner",
        "metadata": {"duration": "20m", "who": "Emma"},
        "follow_up_required": True,
        "follow_up_date": "2027-06-14T10:00:00+01:00",
    }
    shown = json.loads(leadnurture("--studio", str(root), "lead", "show", "emma0", "--json").stdout)["data"]
    assert told in shown["timeline"]


@pytest.mark.parametrize("kind", ["email_received", "email_opened"])
def test_what_the_couple_did_can_be_described_as_well(leadnurture: Leadnurture, root: Path, kind: str) -> None:
    words = ("--studio", str(root), "lead", "log", "emma0", kind, "--subject", "Hello", "--detail", "device=phone")
    told = json.loads(leadnurture(*words, "--json").stdout)["data"]["interaction"]
    assert (told["subject"], told["user_id"], told["metadata"]["device"]) == ("Hello", "lead", "phone")


def test_a_mail_that_was_opened_before_has_no_new_entry(leadnurture: Leadnurture, root: Path) -> None:
    words = ("--studio", str(root), "lead", "log", "emma0", "email_opened", "--json")
    first, again = (json.loads(leadnurture(*words).stdout)["data"]["interaction"] for _ in range(2))
    assert first["metadata"]["step"] == "hello"
    assert again is None


@pytest.mark.parametrize("detail", ["duration", "=20m", " =x"])
def test_a_detail_without_a_name_or_a_value_is_refused(leadnurture: Leadnurture, root: Path, detail: str) -> None:
    done = leadnurture("--studio", str(root), "lead", "log", "emma0", "phone_call", "--detail", detail)
    assert (done.returncode, "should be NAME=VALUE" in done.stderr) == (2, True)
    assert rows(root, "SELECT count(*) FROM lead_interactions WHERE interaction_type = 'phone_call'") == [(0,)]


def test_a_call_settles_the_follow_up_that_was_due_and_no_other(leadnurture: Leadnurture, root: Path) -> None:
    def lead(*words: str) -> str:
        done = leadnurture("--studio", str(root), "lead", *words)
        assert done.returncode == 0, done.stderr
        return done.stderr.splitlines()[0]

    due = "SELECT next_follow_up_at IS NOT NULL FROM leads WHERE id = 1"
    lead("set", "1", "follow_up=today 23:59")
    assert lead("log", "1", "note_added", "--text", "nice") == "Lead 1 (Emma0 & Jack0): noted: note added"
    assert rows(root, due) == [(1,)]
    told = "Lead 1 (Emma0 & Jack0): noted: phone call; the follow-up that was due is done"
    assert lead("log", "1", "phone_call") == told
    assert rows(root, due) == [(0,)]
    assert lead("log", "1", "phone_call", "--follow-up", "+2d") == "Lead 1 (Emma0 & Jack0): noted: phone call"
    assert lead("log", "1", "phone_call") == "Lead 1 (Emma0 & Jack0): noted: phone call"
    assert rows(root, due) == [(1,)]


def test_a_type_that_there_is_not_is_told_with_those_that_can_be_logged(leadnurture: Leadnurture, root: Path) -> None:
    refused = leadnurture("--studio", str(root), "lead", "log", "1", "phone_cal")
    assert refused.returncode == 10
    assert refused.stderr.startswith("error: TYPE: 'phone_cal' is none of email_sent, ")
    assert "opted_out" not in refused.stderr
    assert refused.stderr.rstrip().endswith("did you mean 'phone_call'?")
