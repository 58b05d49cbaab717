"""Each step with one couple, now: what would be written or done, nothing recorded, and letters only where asked."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from trial_studio import EMMA, STORY, add, draft, let_count, only, write

from leadnurture.clock import VirtualClock
from leadnurture.engine.tick import tick
from leadnurture.simulation.trial import Trial
from leadnurture.simulation.trying import UnknownStepError, try_steps
from leadnurture.store.tables.lead import Lead
from leadnurture.studio import Studio


@pytest.fixture
def emma(studio: Studio) -> int:
    only(studio, story=STORY)
    return add(studio, "emma@example.org", **EMMA)


def tried(studio: Studio, lead: int, *steps: str, send_to: str | None = None) -> Trial:
    return try_steps(studio, draft(studio, "story"), lead, steps, send_to)


def test_every_step_is_performed_whatever_its_delay_and_condition(studio: Studio, emma: int) -> None:
    told = tried(studio, emma).as_json()
    assert [result["step_id"] for result in told["test_results"]] == ["hello", "call", "only-hot", "venue"]
    assert [result["status"] for result in told["test_results"]] == ["success"] * 4
    hello, call, only_hot, _ = told["test_results"]
    assert hello["result"] == {
        "email_sent": False,
        "recipient": "emma@example.org",
        "subject": "Your day, 14 June 2028",
        "text": "Dear Emma & Jack, thank you for writing.\n",
        "attachments": [],
    }
    assert call["result"] == {"task_title": "Call Emma & Jack"}
    assert only_hot["skipped_because"] == "score is 90 to 100, but it is 35"
    assert (hello["skipped_because"], hello["executed_at"]) == (None, "2027-01-04T10:00:00+00:00")


def test_the_answer_has_the_keys_of_the_seeds_response(studio: Studio, emma: int) -> None:
    told = tried(studio, emma, "hello", "venue").as_json()
    assert (told["sequence_id"], told["test_lead_id"]) == ("story", emma)
    assert [(one["step_number"], one["step_name"], one["action_type"]) for one in told["test_results"]] == [
        (1, "Hello", "send_email"), (4, "Venue", "send_email")
    ]  # fmt: skip
    seconds = told["summary"].pop("total_execution_time")
    assert seconds.endswith(" seconds")
    assert told["summary"] == {"total_steps": 2, "successful_steps": 2, "failed_steps": 0, "success_rate": 100}
    assert told["tested_at"] == "2027-01-04T10:00:00+00:00"


def test_a_hole_is_a_failed_step_with_the_reason_and_stops_no_other(studio: Studio) -> None:
    only(studio, story=STORY + "  - {id: last, action: add_lead_tag, tag: silent}\n")
    told = tried(studio, add(studio, "nobody@example.org")).as_json()
    assert [one["status"] for one in told["test_results"]] == ["success", "success", "success", "failed", "success"]
    assert "wedding_venue" in told["test_results"][3]["result"]["error"]
    assert told["summary"]["success_rate"] == 80


def test_steps_are_named_by_id_or_number(studio: Studio, emma: int) -> None:
    assert [step.key for step in tried(studio, emma, "4", " hello").steps] == ["hello", "venue"]
    with pytest.raises(UnknownStepError) as caught:
        tried(studio, emma, "helo")
    assert caught.value.hint == "did you mean 'hello'?"


def test_a_lead_half_way_tries_steps_that_are_behind_it_too(studio: Studio, clock: VirtualClock) -> None:
    only(studio, story=STORY)
    let_count(studio)
    emma = add(studio, "emma@example.org", **EMMA)
    clock.set(tick(studio.engine).next_at or clock.now())
    assert tick(studio.engine).counts["sent"] == 1
    assert [step.failure for step in tried(studio, emma).steps] == [None] * 4


def test_nothing_is_recorded_and_nothing_is_written_unless_asked(studio: Studio, root: Path, emma: int) -> None:
    before = (root / "leadnurture.db").read_bytes()
    assert tried(studio, emma).failed == 0
    assert (root / "leadnurture.db").read_bytes() == before
    assert not (root / "outbox").exists()


TO_BOTH = """\
name: Story
steps:
  - {id: hello, action: send_email, to: both, bcc: owner, subject: Your day, body: Dear both.}
  - {id: more, action: send_email, to: secondary, reply_to_step: hello, body: One more thing.}
"""
TWO = {"secondary_email": "jack@example.net"}


def test_it_is_told_whom_each_letter_goes_to_and_which_it_answers(studio: Studio) -> None:
    only(studio, story=TO_BOTH)
    hello, more = (step.result for step in tried(studio, add(studio, "emma@example.org", **TWO)).steps)
    assert (hello["recipient"], hello["copied"]) == ("emma@example.org, jack@example.net", ["holly@hart.example"])
    assert (more["recipient"], more["subject"]) == ("jack@example.net", "Re: Your day")
    assert "copied" not in more


def test_a_letter_to_a_second_address_that_nobody_knows_is_a_failed_step(studio: Studio) -> None:
    only(studio, story=TO_BOTH)
    hello, more = tried(studio, add(studio, "emma@example.org")).steps
    assert (hello.failure, hello.result["recipient"]) == (None, "emma@example.org")
    assert more.failure == "the letter goes to their second address, and none is known"


def test_a_test_copy_goes_to_nobody_else(studio: Studio, root: Path) -> None:
    only(studio, story=TO_BOTH)
    emma = add(studio, "emma@example.org", **TWO)
    told = tried(studio, emma, send_to="me@hart.example")
    assert [step.result["recipient"] for step in told.steps] == ["me@hart.example"] * 2
    files = [path.read_bytes() for path in (root / "outbox").glob("*.eml")]
    assert len(files) == 2
    assert not any(b"example.org" in file or b"example.net" in file or b"References" in file for file in files)


def test_letters_go_to_the_address_that_was_asked_for_and_nowhere_else(studio: Studio, root: Path, emma: int) -> None:
    write(studio, "story", STORY.replace("Your day", "Your très bel day"))
    before = (root / "leadnurture.db").read_bytes()
    told = tried(studio, emma, "hello", "call", send_to="me@hart.example").as_json()
    (file,) = (root / "outbox").glob("*.eml")
    assert b"emma@example.org" not in file.read_bytes()
    message = message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=policy.default)
    assert (str(message["To"]), str(message["Subject"])) == (
        "me@hart.example",
        "[test] Your très bel day, 14 June 2028",
    )
    assert (message["List-Unsubscribe"], len(message.get_all("Message-ID"))) == (None, 1)
    words = message.get_body(("plain",))
    assert words is not None
    assert words.get_content() == "Dear Emma & Jack, thank you for writing.\r\n"
    result = told["test_results"][0]["result"]
    assert (result["email_sent"], result["recipient"]) == (True, "me@hart.example")
    assert (root / "leadnurture.db").read_bytes() == before


def test_the_way_out_of_a_letter_to_somebody_else_is_nobodys(studio: Studio, root: Path, emma: int) -> None:
    write(studio, "story", STORY.replace("thank you for writing.", "{{ unsubscribe }}"))
    with studio.read() as session:
        token = session.get_one(Lead, emma).unsubscribe_token
    assert f"unsubscribe%20{token}" in tried(studio, emma, "hello").as_json()["test_results"][0]["result"]["text"]
    sent = tried(studio, emma, "hello", send_to="me@hart.example").as_json()["test_results"][0]["result"]["text"]
    assert "mailto:holly@hart.example?subject=unsubscribe%20test" in sent
    assert token not in sent


def test_a_letter_that_is_not_taken_is_a_failed_step(studio: Studio, root: Path, emma: int) -> None:
    (root / "outbox").write_text("in the way")
    (step,) = tried(studio, emma, "hello", send_to="me@hart.example").steps
    assert "not delivered to me@hart.example" in (step.failure or "")
