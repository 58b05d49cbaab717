"""What one couple would go through: the transcript, what may happen in it, and that nothing else changes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from trial_studio import EMMA, STORY, add, draft, let_count, only, write

from leadnurture.crm import leads, standing
from leadnurture.crm.engagement import NoSuchMailError
from leadnurture.simulation.golden import as_text
from leadnurture.simulation.happenings import BadEventError, read_happening
from leadnurture.simulation.preparing import UnreachableLeadError
from leadnurture.simulation.simulate import simulate_lead
from leadnurture.simulation.transcript import Transcript
from leadnurture.studio import Studio

FRIDAY = datetime(2027, 3, 26, 16, 0, tzinfo=UTC)  # London's clocks go forward on the Sunday
GOLDEN = """\
Fri 26 March 2027
  16:00  Emma Stone & Jack Smith  story                             enrolled: by hand, to try it
  16:10  Emma Stone & Jack Smith  story/hello                       send_email sent: Your day, 14 June 2028
  16:10  Emma Stone & Jack Smith  story/call                        create_task executed: Call Emma & Jack
Mon 29 March 2027
  09:00  Emma Stone & Jack Smith  story/only-hot                    send_email skipped: score is 90 to 100, but it is 35
Thu 1 April 2027
  09:00  Emma Stone & Jack Smith  story/venue                       send_email sent: About Babington House
  09:00  Emma Stone & Jack Smith  story                             completed: all steps are done
"""


@pytest.fixture
def emma(studio: Studio) -> int:
    only(studio, story=STORY)
    return add(studio, "emma@example.org", **EMMA)


def simulated(studio: Studio, lead: int, *events: str, days: int = 30) -> Transcript:
    happenings = [read_happening(event, studio.reading()) for event in events]
    return simulate_lead(studio, draft(studio, "story"), lead, FRIDAY, days, happenings)


def outcomes(transcript: Transcript) -> list[str]:
    return [f"{entry.step or entry.sequence or '–'} {entry.outcome}" for entry in transcript.entries]


def everything_in(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_the_transcript_is_dated_in_local_time_and_says_what_happens_and_why(studio: Studio, emma: int) -> None:
    assert as_text(simulated(studio, emma).entries) == GOLDEN


def test_other_recipients_than_the_first_address_are_told(studio: Studio) -> None:
    letters = "".join(
        f"  - {{id: {key}, action: send_email, delay: 1d, subject: Your day, body: Dear you., {keys}}}\n"
        for key, keys in {"a": "to: primary", "b": "to: both", "c": "to: secondary, bcc: owner"}.items()
    )
    only(studio, story=f"name: Story\nsteps:\n{letters}")
    jack = {"secondary_email": "jack@example.net"}
    transcript = simulated(studio, add(studio, "emma@example.org", **EMMA, **jack))
    sent = [entry for entry in transcript.entries if entry.outcome == "sent"]
    to = [None, "emma@example.org, jack@example.net", "jack@example.net, holly@hart.example"]
    assert [entry.as_json()["to"] for entry in sent] == to
    assert "send_email sent: Your day – to emma@example.org, jack@example.net\n" in as_text(sent)


def test_it_is_the_same_every_time(studio: Studio, emma: int) -> None:
    events = ("+1d tag=vip", "+2d status=proposal_sent")
    assert simulated(studio, emma, *events).as_json() == simulated(studio, emma, *events).as_json()


def test_it_does_not_hang_on_who_else_is_there(studio: Studio, emma: int) -> None:
    before = as_text(simulated(studio, emma).entries)
    let_count(studio)
    for number in range(5):
        add(studio, f"other{number}@example.org")
    assert as_text(simulated(studio, emma).entries) == before


def test_nothing_outside_the_copy_changes(studio: Studio, root: Path, emma: int) -> None:
    before = everything_in(root)
    assert "venue sent" in outcomes(simulated(studio, emma))
    assert everything_in(root) == before
    assert not (root / "outbox").exists()


def test_what_is_played_is_the_file_as_it_is_now_whatever_was_applied(studio: Studio, emma: int) -> None:
    let_count(studio)
    write(studio, "story", STORY.replace("Your day", "Your wedding"))
    assert "Your wedding, 14 June 2028" in as_text(simulated(studio, emma).entries)


def test_a_lead_half_way_goes_on_from_where_it_is(studio: Studio) -> None:
    only(studio, story=STORY)
    let_count(studio)
    emma = add(studio, "emma@example.org", **EMMA)
    transcript = simulated(studio, emma)
    assert transcript.notes == ("they are in it since 4 Jan 2027, and go on from where they are",)
    assert "story enrolled" not in outcomes(transcript)


def test_it_says_so_if_the_sequence_would_not_take_the_lead_by_itself(studio: Studio, emma: int) -> None:
    write(studio, "story", STORY.replace("status: [new]", "source: [instagram]"))
    transcript = simulated(studio, emma)
    assert transcript.notes == (
        "by itself it would not take Emma Stone & Jack Smith: source is instagram, but it is website",
    )
    assert "hello sent" in outcomes(transcript)


def test_a_sequence_that_is_switched_off_is_tried_as_if_it_were_on(studio: Studio, emma: int) -> None:
    write(studio, "story", STORY + "active: false\n")
    transcript = simulated(studio, emma)
    assert transcript.notes == ("'story' is switched off in its file; here it is on",)
    assert "hello sent" in outcomes(transcript)


def test_a_paused_lead_stays_where_it_is_and_that_is_said(studio: Studio, emma: int) -> None:
    with studio.change() as change:
        standing.pause(change, leads.find(change.session, "emma"))
    transcript = simulated(studio, emma, "+3d resumed")
    assert "is paused" in transcript.notes[0]
    assert outcomes(transcript)[:3] == ["story enrolled", "– resumed", "hello sent"]


def test_nobody_is_tried_with_who_must_not_be_written_to(studio: Studio, emma: int) -> None:
    with studio.change() as change:
        standing.opt_out(change, leads.find(change.session, "emma"), "asked")
    with pytest.raises(UnreachableLeadError, match="they opted out"):
        simulated(studio, emma)


@pytest.mark.parametrize(
    ("event", "left"),
    [
        ("+1d replied", "they replied"),
        ("+1d booked £2,400", "they booked"),
        ("+1d lost date taken", "the inquiry is closed"),
        ("+1d opted_out", "they opted out"),
        ("+1d bounced", "their address bounced"),
    ],
)
def test_an_event_ends_the_walk_at_its_moment(studio: Studio, emma: int, event: str, left: str) -> None:
    happened, ended = simulated(studio, emma, event).entries[-2:]
    assert (happened.at.isoformat(), happened.outcome) == ("2027-03-27T16:00:00+00:00", event.split()[1])
    assert (ended.at, ended.outcome, ended.reason) == (happened.at, "cancelled", left)


def test_events_change_what_conditions_see(studio: Studio, emma: int) -> None:
    write(studio, "story", STORY.replace("score: {min: 90}", "status: [qualified], tags: {all: [vip]}"))
    assert "only-hot skipped" in outcomes(simulated(studio, emma))
    assert "only-hot sent" in outcomes(simulated(studio, emma, "+1d tag=vip", "+2h status=qualified"))


@pytest.mark.parametrize(
    "event",
    ["replied", "+3 replied", "+3d", "+3d shouted", "+1d booked", "+1d status=nowhere", "+1d tag=", "+9999d replied"],
)
def test_an_event_that_cannot_be_is_an_error_that_lists_those_that_can(studio: Studio, event: str) -> None:
    with pytest.raises(BadEventError) as caught:
        read_happening(event, studio.reading())
    assert caught.value.hint is not None
    assert "+10d booked 2400" in caught.value.hint


def test_a_step_that_stays_held_is_told_once(studio: Studio) -> None:
    only(studio, story=STORY)
    lead = add(studio, "nobody@example.org")
    held = [entry for entry in simulated(studio, lead).entries if entry.outcome == "held"]
    assert [entry.step for entry in held] == ["venue"]
    assert "wedding_venue" in (held[0].reason or "")


def test_what_they_open_and_click_in_decides_what_follows(studio: Studio, emma: int) -> None:
    write(studio, "story", STORY.replace("when: {score: {min: 90}}", "when: {clicked: hello}"))
    assert "only-hot skipped" in outcomes(simulated(studio, emma, "+1d opened"))
    assert "only-hot sent" in outcomes(simulated(studio, emma, "+1d clicked hello"))


def test_a_mail_that_has_not_been_sent_by_then_cannot_be_opened(studio: Studio, emma: int) -> None:
    with pytest.raises(NoSuchMailError, match="no mail of step 'venue' has been sent to Emma Stone & Jack Smith"):
        simulated(studio, emma, "+1d opened venue")
