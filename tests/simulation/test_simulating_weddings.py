"""A simulation plays the days around a wedding as they will be: what is sent when, what is left out, and why."""

from datetime import UTC, date, datetime

from trial_studio import add, draft, only

from leadnurture.simulation.simulate import simulate_lead
from leadnurture.studio import Studio

STORY = """\
name: Story
steps:
  - {id: early, action: send_email, subject: Early, body: Early., before_wedding: 90d}
  - {id: soon, action: send_email, subject: Soon, body: Soon., before_wedding: 2w, window: {at: "10:00"}}
  - {id: prompt, action: send_email, subject: Prompt, body: Prompt., before_wedding: 20d, late: skip}
  - {id: after, action: send_email, subject: After, body: After., after_wedding: 1d}
"""


def test_a_wedding_across_the_sea(studio: Studio) -> None:
    only(studio, story=STORY)
    facts = {"wedding_date": date(2027, 6, 12), "time_zone": "America/New_York", "couple_name_bride": "Emma Stone"}
    emma = add(studio, "emma@example.org", **facts)
    start = datetime(2027, 5, 1, 8, tzinfo=UTC)
    transcript = simulate_lead(studio, draft(studio, "story"), emma, start, days=60)
    assert [(f"{one.at:%d %b %H:%M}", one.step, one.outcome, one.reason) for one in transcript.entries] == [
        ("01 May 09:00", None, "enrolled", "by hand, to try it"),
        ("01 May 09:00", "early", "skipped", "90 days before the wedding was Sun 14 March 2027, before they entered"),
        ("29 May 15:00", "soon", "sent", None),
        (
            "29 May 15:00",
            "prompt",
            "skipped",
            "it is too late: it was due Sun 23 May 09:00, and its window has closed since",
        ),
        ("13 Jun 14:00", "after", "sent", None),
        ("13 Jun 14:00", None, "completed", "all steps are done"),
    ]
