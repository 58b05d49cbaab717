"""A simulation shows who enters because a day has gone by, as it begins, and real ticks then do the same."""

from datetime import UTC, date, datetime, timedelta

from sqlmodel import select
from trial_studio import add, draft, let_count, only

from leadnurture.clock import VirtualClock
from leadnurture.engine.tick import tick
from leadnurture.simulation.golden import as_text
from leadnurture.simulation.simulate import simulate_all, simulate_lead
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.studio import Studio

PLANS = """\
name: Plans
exclusive: false
enroll: {when: {wedding: {within: 90d}}}
steps:
  - id: plans
    action: send_email
    delay: 1d
    window: {at: "09:00"}
    subject: Plans for the day
    body: It is near.
"""
NEWS = """\
name: News
enroll: {when: {status: [new]}, again: 30d}
steps:
  - {id: news, action: add_lead_tag, tag: told}
"""
GOLDEN = """\
Mon 4 January 2027
  10:00  Emma Stone            news/news                         add_lead_tag executed
  10:00  Emma Stone            news                              completed: all steps are done
Thu 4 February 2027
  00:00  Emma Stone            news                              enrolled: status is new
  00:00  Emma Stone            news/news                         add_lead_tag executed
  00:00  Emma Stone            news                              completed: all steps are done
Mon 1 March 2027
  00:00  Emma Stone            plans                             enrolled: the wedding is within 90d
Tue 2 March 2027
  09:00  Emma Stone            plans/plans                       send_email sent: Plans for the day
  09:00  Emma Stone            plans                             completed: all steps are done
"""
EMMA = {"couple_name_bride": "Emma Stone", "wedding_date": date(2027, 5, 30)}


def test_the_transcript_shows_who_enters_by_time(studio: Studio) -> None:
    only(studio, plans=PLANS, news=NEWS)
    let_count(studio)
    emma = add(studio, "emma@example.org", **EMMA)
    transcript = simulate_lead(studio, draft(studio, "news"), emma, studio.now(), 60)
    assert as_text(transcript.entries) == GOLDEN


def test_real_ticks_then_enroll_on_the_same_days(studio: Studio, clock: VirtualClock) -> None:
    only(studio, plans=PLANS, news=NEWS)
    let_count(studio)
    for number in range(4):
        add(studio, f"couple{number}@example.org", wedding_date=date(2027, 4, 1) + timedelta(days=20 * number))
    foretold = [
        (entry.at.date(), entry.lead_id, entry.sequence)
        for entry in simulate_all(studio, studio.now(), 60, lambda _: None).entries
        if entry.outcome == "enrolled"
    ]
    tick(studio.engine)
    for day in range(1, 61):
        clock.set(datetime(2027, 1, 4, tzinfo=UTC) + timedelta(days=day, hours=day % 9))  # at whatever hour
        tick(studio.engine)
    with studio.read() as session:
        walks = session.exec(select(Enrollment).where(Enrollment.id > 5)).all()  # type: ignore[operator]
    assert len(foretold) == 7
    assert sorted(foretold) == sorted((walk.enrollment_date.date(), walk.lead_id, walk.sequence_id) for walk in walks)
