"""`lead opt-out` and `suppression`: by channel, by address, from a file; who comes back is left alone."""

import json
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import rows, studio_with_letters_due


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 2)


def data(leadnurture: Leadnurture, root: Path, *words: str, stdin: str = "", code: int = 0) -> dict:  # type: ignore[type-arg]
    done = leadnurture("--studio", str(root), *words, "--json", stdin=stdin)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)["data"]


def test_a_channel_or_an_address_is_closed_and_said_back(leadnurture: Leadnurture, root: Path) -> None:
    words = ("--studio", str(root), "lead", "opt-out", "emma0")
    by_channel = leadnurture(*words, "--channel", "email", "--how", "by phone")
    assert by_channel.stderr == "Lead 1 (Emma0 & Jack0): opted out of e-mail\n"
    everything = leadnurture("--studio", str(root), "lead", "opt-out", "emma1")
    assert everything.stderr == "Lead 2 (Emma1 & Jack1): opted out\n  left letter\n"
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    assert rows(root, "SELECT count(*) FROM outbox WHERE state = 'sent'") == [(0,)]
    shown = data(leadnurture, root, "lead", "show", "1")["opt_outs"]
    assert [(one["channel"], one["address"], one["reason"]) for one in shown] == [("email", None, "by phone")]
    assert "No e-mail since" in leadnurture("--studio", str(root), "lead", "show", "1").stdout


def test_a_couple_that_is_suppressed_comes_in_opted_out_and_that_is_said(
    leadnurture: Leadnurture, root: Path, tmp_path: Path
) -> None:
    file = tmp_path / "gone.txt"
    file.write_text("Ann@Example.org\n\n07700 900123\nnonsense@\n")
    added = data(leadnurture, root, "suppression", "add", "couple1@example.com", "--from", str(file), code=1)
    assert (added["added"], added["unchanged"], added["leads"]) == (3, 0, [2])
    assert [(one["place"], one["value"]) for one in added["rejected"]] == [("line 4: ", "nonsense@")]
    lead = data(leadnurture, root, "lead", "add", "--email", "ann@example.org")
    assert lead["suppressed"] is True
    assert lead["lead"]["opt_out_date"] is not None
    assert lead["nurture_sequences_enrolled"] == []
    said = leadnurture("--studio", str(root), "lead", "add", "--email", "new@example.org", "--phone", "07700 900123")
    assert "Their address is on the suppression list" in said.stderr
    sheet = "Email,Mobile\nx@example.org,07700 900123\ny@example.org,\n"
    imported = data(leadnurture, root, "lead", "import", "-", "--enroll", stdin=sheet)
    assert (imported["created"], imported["suppressed"], imported["enrolled"]) == (2, 1, {"letter": 1})


def test_the_list_can_be_asked_and_an_address_taken_off_it(leadnurture: Leadnurture, root: Path) -> None:
    data(leadnurture, root, "lead", "opt-out", "emma0")
    data(
        leadnurture, root, "suppression", "add", "stranger@example.org", "--channel", "email", "--reason", "at the fair"
    )
    listed = data(leadnurture, root, "suppression", "list")["suppressions"]
    assert [(one["channel"], one["address"], one["lead_id"], one["reason"]) for one in listed] == [
        ("email", None, None, "at the fair"),
        ("all", "couple0@example.com", 1, "they opted out"),
    ]
    asked = data(leadnurture, root, "suppression", "list", "Stranger@Example.org")["suppressions"]
    assert [one["reason"] for one in asked] == ["at the fair"]
    back = data(leadnurture, root, "suppression", "remove", "couple0@example.com", "--reason", "she wrote again")
    assert back == {"address": "couple0@example.com", "leads": [1]}
    assert data(leadnurture, root, "lead", "show", "1")["lead"]["opt_out_date"] is None


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("lead", "opt-out", "1", "--channel", "pigeon"), 10, "is none of email, sms, phone, all"),
        (("lead", "opt-out", "1", "--address", "nobody@example.org"), 11, "they have couple0@example.com"),
        (("lead", "opt-out", "1", "--address", "nonsense"), 10, "'nonsense' is no phone number"),
        (("suppression", "add"), 2, "no address was given"),
        (("suppression", "add", "--from", "nowhere.txt"), 11, "there is no file nowhere.txt"),
        (("suppression", "remove", "a@example.org", "--reason", "x"), 11, "is not on the suppression list"),
    ],
)
def test_what_makes_no_sense_is_refused(
    leadnurture: Leadnurture, root: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = leadnurture("--studio", str(root), *words)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
