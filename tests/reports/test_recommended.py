"""The recommendation is about what stands in the book: messages, replies, tasks, meetings, walks."""

from datetime import timedelta

from couples import EMMA, LETTERS, add, happen, only, run

from leadnurture.clock import VirtualClock
from leadnurture.crm import appointments, standing, tasks, timeline
from leadnurture.reports.lead_file import lead_file
from leadnurture.reports.recommended import recommended
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import InteractionType
from leadnurture.studio import Studio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def next_of(studio: Studio, lead_id: int) -> tuple[str, str]:
    with studio.read() as session:
        report = lead_file(session, studio.config, studio.now(), session.get_one(Lead, lead_id)).as_json()
    return report["next_recommended_action"], report["next_recommended_reason"]


def test_a_sequence_that_answers_is_waited_for_and_a_held_one_wants_mending(
    studio: Studio, clock: VirtualClock
) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA | {"wedding_venue": None})
    assert next_of(studio, emma) == ("wait", "'Hello' comes by itself today")
    clock.advance(HOUR)
    run(studio)
    assert next_of(studio, emma) == ("wait", "'Venue' comes by itself in 2 days")
    clock.advance(3 * DAY)
    run(studio)
    action, reason = next_of(studio, emma)
    assert action == "mend"
    assert "lead.wedding_venue" in reason


def test_a_paused_couple_gets_nothing_by_itself(studio: Studio) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA)
    happen(studio, emma, standing.pause)
    assert next_of(studio, emma) == ("answer", "they asked today, and nobody has answered")


def test_what_was_said_on_either_side_counts(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA)
    happen(studio, emma, lambda change, lead: timeline.reply(change, lead, "Hello?"))
    clock.advance(DAY)
    assert next_of(studio, emma) == ("answer", "they wrote yesterday, and nobody has answered")
    happen(studio, emma, lambda change, lead: timeline.note(change, lead, InteractionType.PHONE_CALL, "Called"))
    assert next_of(studio, emma) == ("wait", "our last word was today")
    clock.advance(4 * DAY)
    score = happen_score(studio, emma)
    assert next_of(studio, emma) == ("call", f"score {score} and no answer for 4 days")


def happen_score(studio: Studio, lead_id: int) -> int:
    with studio.read() as session:
        return session.get_one(Lead, lead_id).lead_score


def test_open_tasks_and_meetings_ahead_count_and_many_leads_are_judged_at_once(
    studio: Studio, clock: VirtualClock
) -> None:
    only(studio, LETTERS + "active: false\n")
    emma, ann = add(studio, "emma@example.org", **EMMA), add(studio, "ann@example.org")
    plan = appointments.Plan("Viewing", studio.now() + 2 * DAY, studio.now() + 2 * DAY + HOUR)
    happen(studio, ann, lambda change, lead: appointments.schedule(change, lead, plan))
    happen(studio, emma, lambda change, lead: tasks.create(change, lead, "Call them", due_at=studio.now() + HOUR))
    clock.advance(DAY)
    with studio.read() as session:
        found = recommended(
            session, studio.config, studio.now(), [session.get_one(Lead, emma), session.get_one(Lead, ann)]
        )
    assert {key: (advice.action, advice.reason) for key, advice in found.items()} == {
        emma: ("do_task", "'Call them' was due yesterday"),
        ann: ("meet", "'Viewing' is tomorrow"),
    }
