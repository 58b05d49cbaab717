"""`lead why` can always answer: from what was recorded, and from judging and reckoning afresh."""

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from couples import EMMA, add, apply_files, happen, run
from rich.console import Console
from sqlalchemy import update
from sqlmodel import select

from leadnurture.cli.views.why import why_view
from leadnurture.clock import VirtualClock
from leadnurture.crm import leads, standing, timeline
from leadnurture.engine import advancing, by_hand
from leadnurture.errors import NotFoundError
from leadnurture.reports.why import Why, why
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import OutboxState
from leadnurture.studio import Studio

WELCOME = """\
name: Welcome
priority: 10
enroll: {when: {status: [new], score: {min: 10}}}
stop_on: [reply, conversion]
window: {at: "09:00", days: [mon, tue, wed, thu, fri]}
steps:
  - {id: hello, action: send_email, delay: 10m, window: any, subject: Your wedding, body: Hello.}
  - {id: call, action: create_task, title: Call, when: {temperature: [hot]}, window: any}
  - {id: venue, action: send_email, delay: 4d, subject: "{{ lead.wedding_venue }}", body: How lovely.}
  - {id: last, action: send_email, delay: 2h, when: {replied: false}, subject: Goodbye, body: Bye.}
"""
OTHERS = {
    "beside": "name: Beside\nenroll: {when: {status: [new]}}\nsteps:\n  - {id: a, action: add_lead_tag, tag: a}\n",
    "keen": "name: Keen\nenroll: {when: {tags: {any: [keen]}}}\nsteps:\n  - {id: a, action: add_lead_tag, tag: a}\n",
    "off": "name: Off\nactive: false\nenroll: {when: {status: [new]}}\nsteps:\n"
    "  - {id: a, action: add_lead_tag, tag: a}\n",
    "own": "name: Own\nsteps:\n  - {id: a, action: add_lead_tag, tag: a}\n",
    "rest": "name: Rest\ndefault: true\nsteps:\n  - {id: a, action: add_lead_tag, tag: a}\n",
    "news": "name: News\npurpose: marketing\nenroll: {when: {status: [new]}}\nsteps:\n"
    "  - {id: a, action: add_lead_tag, tag: a}\n",
}


@pytest.fixture
def emma(studio: Studio) -> int:
    """A couple in 'welcome', beside sequences that each keep them out for another reason."""
    for path in studio.folder.sequences.iterdir():
        path.unlink()
    for name, text in {"welcome": WELCOME, **OTHERS}.items():
        (studio.folder.sequences / f"{name}.yaml").write_text(text, encoding="utf-8")
    apply_files(studio)
    return add(studio, "emma@example.org", **EMMA)


def asked(studio: Studio, lead: int, *about: str) -> Why:
    with studio.read() as session:
        return why(session, studio.config, studio.now(), session.get_one(Lead, lead), *about)


def shown(report: Why) -> str:
    out = StringIO()
    Console(file=out, width=80, highlight=False).print(why_view(report))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def later(studio: Studio, clock: VirtualClock, by: timedelta) -> None:
    clock.advance(by)
    run(studio)


def test_what_happened_is_told_with_the_clause_and_the_value(studio: Studio, clock: VirtualClock, emma: int) -> None:
    later(studio, clock, timedelta(minutes=10))
    (walk,) = asked(studio, emma).walks
    assert walk.reason == "status is new; score is 10 to 100"
    assert [(step.step, step.outcome, step.reason) for step in walk.steps] == [
        ("hello", "sent", None),
        ("call", "skipped", "temperature is hot, but it is warm"),
    ]
    assert walk.steps[0].subject == "Your wedding"


def test_what_comes_next_is_told_with_the_delay_and_the_window(studio: Studio, clock: VirtualClock, emma: int) -> None:
    (walk,) = asked(studio, emma).walks
    assert walk.next is not None
    assert walk.next.because == ("10 minutes after they entered (Mon 4 Jan 10:00)",)
    later(studio, clock, timedelta(days=2))  # Wednesday; four days later is a Sunday
    (walk,) = asked(studio, emma).walks
    assert walk.next is not None
    assert (walk.next.step, walk.next.at and walk.next.at.isoformat()) == ("venue", "2027-01-11T09:00:00+00:00")
    assert walk.next.because == (
        "4 days after 'call' was skipped (Wed 6 Jan 10:00)",
        "its window opens Mon 09:00 (Mon–Fri 09:00–20:00)",
    )


def test_a_gap_that_will_put_a_message_off_is_told_before_it_does(
    studio: Studio, clock: VirtualClock, emma: int
) -> None:
    later(studio, clock, timedelta(days=7))
    later(studio, clock, timedelta(days=7))
    (walk,) = asked(studio, emma).walks
    assert walk.next is not None
    assert (walk.next.step, walk.next.because) == (
        "last",
        (
            "2 hours after 'venue' was sent (Mon 18 Jan 10:00)",
            "it will not go before Mon 18 Jan 14:00: the last message to them went out less than 4 h ago",
        ),
    )
    later(studio, clock, timedelta(hours=2))
    (walk,) = asked(studio, emma).walks
    assert walk.next is not None
    assert walk.next.because == (
        "it was due Mon 18 Jan 12:00, 2 hours after 'venue' was sent (Mon 18 Jan 10:00)",
        "it was put off to Mon 18 Jan 14:00: the last message to them went out less than 4 h ago",
    )


def test_a_hold_is_told_while_it_lasts_and_afterwards(studio: Studio, clock: VirtualClock, emma: int) -> None:
    with studio.change() as change:
        leads.update(change, change.session.get_one(Lead, emma), {"wedding_venue": None})
    later(studio, clock, timedelta(days=7))
    later(studio, clock, timedelta(days=7))
    (walk,) = asked(studio, emma).walks
    assert walk.next is not None
    assert walk.next.held is not None
    assert "'lead.wedding_venue' has no value" in walk.next.held
    assert "asked again Tue 19 Jan 10:00" in walk.next.because[-1]
    happen(studio, emma, lambda change, lead: leads.update(change, lead, {"wedding_venue": "Barn"}))
    run(studio)
    (walk,) = asked(studio, emma, "welcome", "venue").walks
    assert [step.outcome for step in walk.steps] == ["held", "sent"]


def test_a_step_that_would_be_skipped_as_things_stand_says_so(studio: Studio, clock: VirtualClock, emma: int) -> None:
    with studio.change() as change:
        walk = change.session.exec(select(Enrollment)).one()
        advancing.advance(change, studio.engine, walk, "call", keep_delay=True)
    (story,) = asked(studio, emma).walks
    assert story.next is not None
    assert story.next.would_skip == "temperature is hot, but it is warm"
    assert [vars(clause) for clause in story.next.clauses] == [
        {"asked": "temperature is hot", "actual": "warm", "held": False}
    ]


def test_what_was_done_by_hand_is_told(studio: Studio, clock: VirtualClock, emma: int) -> None:
    with studio.change() as change:
        walk = change.session.exec(select(Enrollment)).one()
        advancing.advance(change, studio.engine, walk, "venue")
        by_hand.pause(change, walk)
    (story,) = asked(studio, emma).walks
    assert {step.reason for step in story.steps} == {"advanced by hand"}
    assert story.next is not None
    assert (story.next.because[0], story.next.frozen) == ("its delay was left out by hand", "it is paused")
    clock.advance(timedelta(days=9))
    with studio.change() as change:
        by_hand.resume(change, studio.engine, change.session.exec(select(Enrollment)).one())
    (story,) = asked(studio, emma).walks
    assert story.next is not None
    assert story.next.because[-1] == "it was put off to Wed 13 Jan 10:00, when the walk was resumed by hand"


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.PARKED])
def test_a_message_on_its_way_is_told(studio: Studio, clock: VirtualClock, emma: int, state: OutboxState) -> None:
    later(studio, clock, timedelta(minutes=10))
    with studio.database.write() as session:
        session.execute(update(OutboxMessage).values(state=state, sent_at=None))
        session.execute(update(Enrollment).values(current_step="hello", next_at=None))
    (walk,) = asked(studio, emma).walks
    assert walk.next is not None
    assert walk.next.at is None
    assert ("is queued" if state is OutboxState.QUEUED else "nobody knows") in walk.next.because[0]


def test_a_stop_is_told(studio: Studio, clock: VirtualClock, emma: int) -> None:
    later(studio, clock, timedelta(minutes=10))
    happen(studio, emma, lambda change, lead: timeline.reply(change, lead, "Yes!"))
    (walk,) = asked(studio, emma).walks
    assert (walk.next, walk.end_reason) == (None, "they replied")
    assert "cancelled Mon 4 Jan 10:10 (now): they replied" in shown(asked(studio, emma))


def test_every_sequence_that_did_not_enroll_them_says_why(studio: Studio, emma: int) -> None:
    kept_out = {one.sequence: (one.kind, one.reason) for one in asked(studio, emma).not_enrolled}
    assert kept_out == {
        "beside": ("passed over", "'welcome' has the higher priority"),
        "keen": ("condition", "tags have any of keen, but it is tagged vip"),
        "off": ("switched off", "it is switched off: nobody enters"),
        "own": ("by hand", "it has no entry condition; leads are enrolled by hand"),
        "rest": ("default", "it is for leads that no other sequence is for; 'welcome' is"),
        "news": ("barred", "it is marketing, and they have not consented to that"),
    }
    (keen,) = asked(studio, emma, "keen").not_enrolled
    assert [vars(clause) for clause in keen.clauses] == [
        {"asked": "tags have any of keen", "actual": "tagged vip", "held": False}
    ]


def test_who_fits_while_paused_is_told_that_they_enter_when_resumed(studio: Studio, emma: int) -> None:
    happen(studio, emma, standing.pause)
    happen(studio, emma, lambda change, lead: standing.add_tag(change, lead, "keen"))
    (keen,) = asked(studio, emma, "keen").not_enrolled
    told = "nobody enters while paused; they are looked at again when they are resumed"
    assert (keen.kind, keen.reason) == ("paused", told)


def test_a_couple_frozen_or_out_of_reach_is_told_so_first(studio: Studio, clock: VirtualClock, emma: int) -> None:
    happen(studio, emma, standing.pause)
    report = asked(studio, emma)
    assert "automation is paused for them" in report.notes[0]
    assert report.walks[0].next is not None
    assert report.walks[0].next.frozen == "automation is paused for them"
    happen(studio, emma, lambda change, lead: standing.opt_out(change, lead, "by phone"))
    assert "they opted out Mon 4 Jan 10:00: no message goes to them" in asked(studio, emma).notes


def test_a_step_can_be_asked_about_wherever_it_lies(studio: Studio, clock: VirtualClock, emma: int) -> None:
    later(studio, clock, timedelta(minutes=10))
    (walk,) = asked(studio, emma, "welcome", "last").walks
    assert (walk.steps, walk.next) == ((), None)
    assert [one.told for one in walk.others] == ["2 hours after the step before it, if they have not replied"]
    (walk,) = asked(studio, emma, "welcome.yaml", "hello").walks
    assert [step.step for step in walk.steps] == ["hello"]
    for about, told in ((("welcme",), "did you mean 'welcome'"), (("welcome", "lst"), "did you mean 'last'")):
        with pytest.raises(NotFoundError) as missing:
            asked(studio, emma, *about)
        assert told in f"{missing.value.message} {missing.value.hint}"


def test_a_deleted_sequence_can_still_be_asked_about(studio: Studio, emma: int) -> None:
    (studio.folder.sequences / "keen.yaml").unlink()
    apply_files(studio)
    assert "keen" not in {one.sequence for one in asked(studio, emma).not_enrolled}
    assert asked(studio, emma, "keen").not_enrolled[0].reason == "it was deleted"


def test_the_whole_trace_is_json(studio: Studio, clock: VirtualClock, emma: int) -> None:
    later(studio, clock, timedelta(minutes=10))
    told: dict[str, Any] = json.loads(json.dumps(asked(studio, emma).as_json()))
    assert told["lead"] == {"id": emma, "couple_names": "Emma & Jack Stone"}
    (walk,) = told["enrollments"]
    assert walk["next"]["at"] == "2027-01-08T09:00:00+00:00"
    assert [step["at"] for step in walk["steps"]] == ["2027-01-04T10:10:00+00:00"] * 2
    clauses = {one["sequence"]: one["clauses"] for one in told["not_enrolled"]}
    assert clauses["news"] == [{"asked": "status is new", "actual": "new", "held": True}]


def test_it_is_one_readable_screen(studio: Studio, clock: VirtualClock, emma: int) -> None:
    later(studio, clock, timedelta(minutes=10))
    screen = shown(asked(studio, emma))
    assert screen.splitlines() == [
        "Emma & Jack Stone   lead 1",
        "",
        "Welcome   welcome, enrollment 1, active",
        "  entered Mon 4 Jan 10:00 (10 min ago): status is new; score is 10 to 100",
        "   4 Jan 10:10  sent       hello “Your wedding”",
        "   4 Jan 10:10  skipped    call: temperature is hot, but it is warm",
        "  next: venue – Fri 8 Jan 09:00 (in 4 days)",
        "    4 days after 'call' was skipped (Mon 4 Jan 10:10)",
        "    its window opens Fri 09:00 (Mon–Fri 09:00–20:00)",
        "",
        "Not in",
        "  beside  passed over on 4 Jan: 'welcome' has the higher priority",
        "  keen    tags have any of keen, but it is tagged vip",
        "  news    barred: it is marketing, and they have not consented to that",
        "  off     it is switched off: nobody enters",
        "  own     it has no entry condition; leads are enrolled by hand",
        "  rest    it is for leads that no other sequence is for; 'welcome' is",
    ]


def test_hostile_names_stay_text(studio: Studio, emma: int) -> None:
    zoe = add(studio, "zoe@example.org", couple=("[bold]esc\x1b[31m", "x"), wedding_date=date(2027, 6, 12))
    assert "\x1b" not in shown(asked(studio, zoe))


def test_a_branch_and_a_wait_are_told_with_what_decided_them(studio: Studio, clock: VirtualClock) -> None:
    for path in studio.folder.sequences.iterdir():
        path.unlink()
    steps = """\
  - {id: fork, action: branch, cases: [{when: {tags: {any: [rare]}}, goto: call}], otherwise: wait}
  - {id: wait, action: wait_until, until: {status: [contacted]}, timeout: 5d}
  - {id: call, action: create_task, title: Call}
"""
    (studio.folder.sequences / "welcome.yaml").write_text(
        f"name: x\nenroll: {{when: {{status: [new]}}}}\nsteps:\n{steps}"
    )
    apply_files(studio)
    lead = add(studio, "emma@example.org", **EMMA)
    run(studio)
    later(studio, clock, timedelta(days=1))
    (walk,) = asked(studio, lead).walks
    assert [(step.step, step.outcome, step.reason) for step in walk.steps][:1] == [
        ("fork", "done", "to 'wait': tags have any of rare, but it is tagged vip")
    ]
    assert walk.next is not None
    assert walk.next.because == (
        "it began straight after 'fork' was done (Mon 4 Jan 10:00)",
        "it waits (status is contacted, but it is new) until Sat 9 Jan 10:00 at the latest",
    )
