"""What simulations and trials look like on a terminal: eighty columns are enough, and nobody's words do anything."""

from io import StringIO

import pytest
from rich.console import Console, RenderableType
from trial_studio import EMMA, STORY, add, draft, only

from leadnurture.cli.views.transcript import totals_view, transcript_view
from leadnurture.cli.views.trial import trial_view
from leadnurture.simulation.simulate import simulate_lead
from leadnurture.simulation.transcript import Transcript
from leadnurture.simulation.trying import try_steps
from leadnurture.studio import Studio


@pytest.fixture
def emma(studio: Studio) -> int:
    only(studio, story=STORY)
    return add(studio, "emma@example.org", **EMMA | {"wedding_venue": "[red]The\x1b[2J Barn " + "far away " * 12})


def lines(view: RenderableType) -> list[str]:
    console = Console(width=80, file=StringIO(), highlight=False)
    console.print(view)
    told = console.file.getvalue()
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) <= 80
    return [line.rstrip() for line in told.splitlines()]


def test_a_transcript_has_who_and_where_on_one_line_and_the_words_below(studio: Studio, emma: int) -> None:
    transcript = simulate_lead(studio, draft(studio, "story"), emma, studio.now(), 30)
    told = lines(transcript_view(transcript))
    assert told[:3] == [
        "Mon 4 January 2027",
        "  10:00  enrolled   Emma Stone & Jack Smith  story",
        "         by hand, to try it",
    ]
    assert any(line.startswith("         About [red]The [2J Barn far away") for line in told)
    assert lines(totals_view(transcript))[-1] == "2 messages to 1 couple until 3 Feb 2027"
    assert lines(transcript_view(Transcript(studio.now(), studio.now(), ()))) == ["nothing happens"]


def test_a_trial_has_each_steps_words_or_why_it_fails(studio: Studio, emma: int) -> None:
    told = lines(trial_view(try_steps(studio, draft(studio, "story"), emma, ["hello", "only-hot"])))
    assert told[0] == " 1. Hello   hello   send email"
    assert "    Subject: Your day, 14 June 2028" in told
    assert "    Dear Emma & Jack, thank you for writing." in told
    assert "    for this couple it would be skipped now: score is 90 to 100, but it is 35" in told
    assert told[-1] == "2 steps"
    nobody = add(studio, "nobody@example.org")
    told = lines(trial_view(try_steps(studio, draft(studio, "story"), nobody, [])))
    assert any(line.startswith("    failed: ") for line in told)
    assert told[-1] == "4 steps, 1 failed"
