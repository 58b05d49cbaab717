from datetime import timedelta

from couples import EMMA, LETTERS, add, happen, only, run

from leadnurture.clock import VirtualClock
from leadnurture.crm import scores, standing, tasks, timeline
from leadnurture.reports.lead_file import LeadFile, lead_file
from leadnurture.store.tables.lead import Lead
from leadnurture.studio import Studio


def _file(studio: Studio, lead_id: int) -> LeadFile:
    with studio.read() as session:
        return lead_file(session, studio.config, studio.now(), session.get_one(Lead, lead_id))


def test_the_score_is_the_sum_of_what_is_told_of_it(studio: Studio) -> None:
    emma = add(studio, "emma@example.org", **EMMA)
    happen(studio, emma, lambda change, lead: scores.adjust(change, lead, -7, reason="slow to answer"))
    report = _file(studio, emma)
    score = report.as_json()["score"]
    assert score["score"] == report.lead["lead_score"]
    assert score["temperature"] == report.lead["lead_temperature"].value
    because = {"asked": "estimated_budget greater than 1999", "actual": "£2,400"}
    assert {"rule_name": "Real budget", "adjustment": 20.0, **because} in score["rules"]
    assert [(one["adjustment"], one["reason"]) for one in score["adjustments"]] == [(-7, "slow to answer")]
    assert sum(rule["adjustment"] for rule in score["rules"]) - 7 == score["score"]


def test_a_walk_says_what_comes_next_and_when(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA)
    (walk,) = _file(studio, emma).as_json()["enrollments"]
    assert walk["sequence"] == "letters"
    assert walk["status"] == "active"
    assert (walk["next_step"], walk["next_step_name"]) == ("hello", "Hello")
    assert walk["next_at"] == "2027-01-04T10:10:00+00:00"
    assert (walk["steps_completed"], walk["steps_total"]) == (0, 2)
    clock.advance(timedelta(minutes=10))
    run(studio)
    (walk,) = _file(studio, emma).as_json()["enrollments"]
    assert (walk["next_step"], walk["steps_completed"]) == ("venue", 1)


def test_a_walk_that_stands_still_says_why(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    nowhere = add(studio, "emma@example.org", **EMMA | {"wedding_venue": None})
    clock.advance(timedelta(minutes=10))
    run(studio)
    clock.advance(timedelta(days=3))
    run(studio)
    (walk,) = _file(studio, nowhere).enrollments
    assert "wedding_venue" in (walk.held_reason or "")
    assert walk.frozen_reason is None
    happen(studio, nowhere, standing.pause)
    assert _file(studio, nowhere).enrollments[0].frozen_reason == "automation is paused for them"


def test_a_walk_of_a_sequence_that_is_off_is_frozen(studio: Studio) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA)
    only(studio, LETTERS + "active: false\n")
    assert _file(studio, emma).enrollments[0].frozen_reason == "the sequence is switched off"


def test_a_walk_that_ended_says_why(studio: Studio) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA)
    happen(studio, emma, lambda change, lead: timeline.reply(change, lead, "Yes please"))
    (walk,) = _file(studio, emma).enrollments
    assert not walk.is_running
    assert (walk.next_step, walk.next_at, walk.frozen_reason) == (None, None, None)
    assert walk.end_reason == "they replied"


def test_a_message_on_its_way_is_in_the_file(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA)
    clock.advance(timedelta(minutes=10))
    run(studio)
    (message,) = _file(studio, emma).as_json()["messages"]
    assert (message["to"], message["state"], message["step"]) == ("emma@example.org", "sent", "hello")


def test_only_open_tasks_are_there_and_the_next_one_is_first(studio: Studio) -> None:
    emma = add(studio, "emma@example.org", **EMMA)
    due = studio.now() + timedelta(days=1)
    happen(studio, emma, lambda change, lead: tasks.create(change, lead, "Some day"))
    happen(studio, emma, lambda change, lead: tasks.create(change, lead, "Tomorrow", due_at=due, tags=("call",)))
    told = _file(studio, emma).as_json()["tasks"]
    assert [(task["title"], task["due_at"]) for task in told] == [
        ("Tomorrow", "2027-01-05T10:00:00+00:00"),
        ("Some day", None),
    ]


def test_the_timeline_has_everything_the_oldest_first(studio: Studio, clock: VirtualClock) -> None:
    emma = add(studio, "emma@example.org", **EMMA)
    clock.advance(timedelta(hours=1))
    happen(studio, emma, lambda change, lead: timeline.reply(change, lead, "Hello\nthere"))
    told = _file(studio, emma).as_json()["timeline"]
    assert told[0]["interaction_type"] == "lead_created"
    replies = [entry for entry in told if entry["interaction_type"] == "email_received"]
    assert replies == [
        {
            "at": "2027-01-04T11:00:00+00:00",
            "interaction_type": "email_received",
            "subject": "They replied",
            "content": "Hello\nthere",
            "outcome": None,
            "user_id": "lead",
            "metadata": {},
            "follow_up_required": False,
            "follow_up_date": None,
        }
    ]
    assert [entry["at"] for entry in told] == sorted(entry["at"] for entry in told)
