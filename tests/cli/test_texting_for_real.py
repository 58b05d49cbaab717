"""Texts and notifications by the real command: sent once, shown in the outbox, parked after a crash, never a token."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from message_service import SILENT, Service, listening
from processes import Leadnurture
from studios import LONG_AGO, rows, states, studio_with_letters_due

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads
from leadnurture.studio import Studio

NUMBER = "+447700900111"
SEQUENCE = """\
name: Texts
enroll: {when: {status: [new]}}
steps:
  - id: hello
    action: send_sms
    text: "Hello {{ lead.couple_names or 'both' }}, it is Holly."
  - id: tell
    action: send_notification
    message: A text has gone to {{ lead.primary_phone or "nobody" }}.
"""


@pytest.fixture
def service() -> Iterator[Service]:
    with listening() as started:
        yield started


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    root = studio_with_letters_due(tmp_path / "studio", 1, SEQUENCE)
    config = root / "leadnurture.toml"
    config.write_text(config.read_text() + '\n[sms]\nurl_file = "sms.txt"\n')
    with Studio.open(root, VirtualClock(LONG_AGO)) as opened, opened.change() as change:
        leads.update(change, leads.find(change.session, "emma0"), {"primary_phone": NUMBER})
    return root


@pytest.fixture
def run(leadnurture: Leadnurture, studio: Path, service: Service) -> Leadnurture:
    """Return the command, set to the studio and the service."""
    (studio / "sms.txt").write_text(service.url() + "\n")
    (studio / "sms.txt").chmod(0o600)
    hours = {"LEADNURTURE_LIMITS__SMS_HOURS": "any"}  # the process goes by the real clock, and tests run at night, too
    leadnurture.environment |= {"LEADNURTURE_STUDIO": str(studio), **hours}
    return leadnurture


def test_a_text_goes_out_once_and_what_is_to_be_told_is_told_on_the_terminal(
    run: Leadnurture, service: Service
) -> None:
    done = run("run", "--once", "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)["data"]
    assert (counts["sent"], counts["executed"]) == (1, 1)
    assert f"Emma0 & Jack0: A text has gone to {NUMBER}." in done.stderr
    assert run("run", "--once").returncode == 0
    assert service.texts == [(NUMBER, "Hello Emma0 & Jack0, it is Holly.")]


def test_the_outbox_shows_the_channel_the_number_and_the_words(run: Leadnurture, service: Service) -> None:
    run("run", "--once")
    (message,) = json.loads(run("outbox", "list", "--json").stdout)["data"]["messages"]
    assert (message["channel"], message["to"], message["state"]) == ("sms", NUMBER, "sent")
    opened = json.loads(run("outbox", "show", "1", "--json").stdout)["data"]
    assert (opened["text"], opened["headers"]) == (
        "Hello Emma0 & Jack0, it is Holly.",
        [{"name": "To", "value": NUMBER}],
    )
    assert run("outbox", "show", "1", "--raw").stdout == "Hello Emma0 & Jack0, it is Holly."
    for shown in (run("outbox", "list").stdout, run("outbox", "show", "1").stdout):
        assert NUMBER in shown
        assert "text" in shown


def test_a_text_that_was_being_sent_when_the_power_went_is_parked_and_not_sent_again(
    run: Leadnurture, service: Service, studio: Path
) -> None:
    service.answers = [SILENT]
    process = run.start("run", "--once")
    assert service.took_one.wait(60)
    process.kill()
    process.communicate()
    assert states(studio) == {"in_doubt": 1}
    assert run("run", "--once").returncode == 0
    assert run("run", "--once").returncode == 0
    assert (states(studio), len(service.asked)) == ({"parked": 1}, 1)
    assert "look into your SMS service's log" in run("outbox", "show", "1").stdout
    assert run("outbox", "resolve", "1", "--sent").returncode == 0
    assert (states(studio), len(service.asked)) == ({"sent": 1}, 1)
    assert rows(studio, "SELECT count(*) FROM lead_interactions WHERE interaction_type = 'sms_sent'") == [(1,)]


@pytest.mark.parametrize("answer", [400, 401])
def test_no_token_is_printed_or_kept_whatever_the_service_says(
    run: Leadnurture, service: Service, studio: Path, answer: int
) -> None:
    service.answers = [answer]
    done = run("run", "--once", "--verbose")
    assert done.returncode == {400: 1, 401: 15}[answer], done.stderr
    told = run("outbox", "show", "1").stdout + run("status").stdout + run("lead", "why", "emma0").stdout
    assert f"JSON answered {answer}" in told
    assert "topsecret" not in done.stdout + done.stderr + told
    assert b"topsecret" not in (studio / "leadnurture.db").read_bytes()


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        ("nosuch://topsecret/{phone}\n", 0o600, "sms.url_file: this is no URL that Apprise can use"),
        ("json://topsecret/{phone}\n", 0o644, "may be read by others"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_with_its_place_and_the_text_waits(
    run: Leadnurture, service: Service, studio: Path, content: str, mode: int, said: str
) -> None:
    (studio / "sms.txt").write_text(content)
    (studio / "sms.txt").chmod(mode)
    done = run("run", "--once")
    assert (done.returncode, states(studio)) == (15, {"queued": 1})
    assert said in done.stderr
    assert "topsecret" not in done.stderr
    (studio / "sms.txt").write_text(service.url())
    (studio / "sms.txt").chmod(0o600)
    assert run("run", "--once", "--try-now").returncode == 0
    assert len(service.asked) == 1


def test_a_simulated_text_and_a_tried_one_show_their_words_and_reach_nobody(run: Leadnurture, service: Service) -> None:
    tried = run("sequence", "test", "letter", "--lead", "emma0", "--send-to", "me@hart.example")
    assert tried.returncode == 0, tried.stderr
    assert "Hello Emma0 & Jack0, it is Holly." in tried.stdout
    assert "not sent: only letters go to a mail address" in tried.stdout
    simulated = run("sequence", "simulate", "letter", "--lead", "emma0")
    assert simulated.returncode == 0, simulated.stderr
    assert "Hello Emma0 & Jack0, it is Holly." in simulated.stdout
    assert service.asked == []
