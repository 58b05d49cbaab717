"""Texts and notifications in simulations and trials: their words are shown, and nobody is sent them."""

import pytest
from message_service import Service, listening
from trial_studio import EMMA, add, draft, only

from leadnurture.simulation.simulate import simulate_lead
from leadnurture.simulation.trying import try_steps
from leadnurture.studio import Studio

NUMBER = "+447700900111"
STORY = """\
name: Story
enroll: {when: {status: [new]}}
steps:
  - id: hello
    action: send_sms
    text: "Hello {{ lead.couple_names or 'both' }}!"
  - id: tell
    action: send_notification
    message: They have been texted.
"""


def results(studio: Studio, lead: int, send_to: str | None = None) -> list[dict[str, object]]:
    return [
        step["result"]
        for step in try_steps(studio, draft(studio, "story"), lead, (), send_to).as_json()["test_results"]
    ]


def told(studio: Studio, lead: int) -> list[tuple[str | None, str, str | None]]:
    transcript = simulate_lead(studio, draft(studio, "story"), lead, studio.now(), 1)
    return [(entry.step, entry.outcome, entry.subject) for entry in transcript.entries if entry.step]


@pytest.fixture
def emma(studio: Studio) -> int:
    only(studio, story=STORY)
    return add(studio, "emma@example.org", primary_phone=NUMBER, **EMMA)


def test_without_services_there_are_a_task_and_a_note(studio: Studio, emma: int) -> None:
    assert results(studio, emma) == [
        {"task_title": "Text Emma & Jack: Hello Emma & Jack!"},
        {"title": "Emma & Jack", "message": "They have been texted."},
    ]
    assert told(studio, emma) == [
        ("hello", "executed", "Text Emma & Jack: Hello Emma & Jack!"),
        ("tell", "executed", "Emma & Jack"),
    ]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch):
    with listening() as started:
        monkeypatch.setenv("LEADNURTURE_SMS__URL", started.url())
        monkeypatch.setenv("LEADNURTURE_NOTIFY__URLS", started.url("owner"))
        yield started


def test_with_services_their_words_are_shown_and_reach_nobody(service: Service, studio: Studio, emma: int) -> None:
    text = {"sms_sent": False, "recipient": NUMBER, "text": "Hello Emma & Jack!"}
    notice = {"notification_sent": False, "recipient": "holly@hart.example", "subject": "Emma & Jack"}
    notice["text"] = "They have been texted."
    assert results(studio, emma) == [text, notice]
    note = {"note": "not sent: only letters go to a mail address"}
    assert results(studio, emma, "me@hart.example") == [text | note, notice | note]
    assert told(studio, emma) == [("hello", "sent", "Hello Emma & Jack!"), ("tell", "sent", "Emma & Jack")]
    assert service.asked == []
