from datetime import timedelta

import pytest
from couples import EMMA, LETTERS, add, apply_files, only, run

from leadnurture.clock import VirtualClock
from leadnurture.crm import standing
from leadnurture.crm.values import BadValueError
from leadnurture.errors import NotFoundError
from leadnurture.reports.sequence_card import SequenceCard, sequence_card
from leadnurture.reports.sequence_list import SequenceList, read_category, sequence_list
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import SequenceCategory
from leadnurture.studio import Studio


def _list(studio: Studio, **given: object) -> SequenceList:
    with studio.read() as session:
        return sequence_list(session, studio.config, studio.now(), studio.folder, **given)  # type: ignore[arg-type]


def _card(studio: Studio, identity: str) -> SequenceCard:
    with studio.read() as session:
        return sequence_card(session, studio.config, studio.now(), studio.folder, identity)


def _write(studio: Studio, name: str, text: str) -> None:
    (studio.folder.sequences / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_a_new_studio_has_the_playbooks_and_none_is_applied(studio: Studio) -> None:
    lines = _list(studio).sequences
    assert [line.id for line in lines] == ["inquiry-welcome", "proposal-follow-up", "re-engagement"]
    assert {line.state.value for line in lines} == {"not_applied"}
    assert all(line.version is None and line.steps for line in lines)
    apply_files(studio)
    assert {(line.state.value, line.version) for line in _list(studio).sequences} == {("applied", 1)}


def test_leads_are_counted_by_how_their_walks_stand(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    add(studio, "emma@example.org", **EMMA)
    clock.advance(timedelta(minutes=10))
    run(studio)
    add(studio, "zoe@example.org", **EMMA)
    clock.advance(timedelta(days=2))
    run(studio)
    (line,) = _list(studio).as_json()["sequences"]
    assert line["leads"] == {"active": 1, "paused": 0, "completed": 1, "cancelled": 0, "failed": 0}
    assert line["steps"] == 2


def test_what_was_applied_is_shown_while_its_file_is_changed_or_broken(studio: Studio) -> None:
    only(studio, LETTERS)
    _write(studio, "letters", LETTERS.replace("Two letters", "Other letters").replace("delay: 2d", "delay: 9d"))
    (line,) = _list(studio).sequences
    assert (line.name, line.state.value) == ("Two letters", "changed")
    assert _card(studio, "letters").steps[1].delay == "2 days"
    _write(studio, "letters", "name: [")
    card = _card(studio, "letters")
    assert (card.file.state.value, card.steps[1].delay) == ("broken", "2 days")
    assert card.as_json()["sequence"]["problems"]


def test_a_broken_file_that_never_ran_shows_its_problems_alone(studio: Studio) -> None:
    _write(studio, "broken", "name: [")
    line = next(line for line in _list(studio).sequences if line.id == "broken")
    assert (line.name, line.category, line.active, line.steps, line.version) == ("broken", None, None, None, None)
    told = _card(studio, "broken").as_json()["sequence"]
    assert (told["name"], told["steps"], told["versions"]) == (None, [], [])
    assert told["problems"][0]["file"] == "sequences/broken.yaml"


def test_a_list_is_filtered_by_category_and_by_being_on(studio: Studio) -> None:
    only(studio, LETTERS)
    _write(studio, "resting", LETTERS.replace("warm_lead", "custom") + "active: false\n")
    assert [line.id for line in _list(studio, category=SequenceCategory.CUSTOM).sequences] == ["resting"]
    assert [line.id for line in _list(studio, active=True).sequences] == ["letters"]
    assert [line.id for line in _list(studio, active=False).sequences] == ["resting"]
    assert _list(studio, category=SequenceCategory.CUSTOM, active=True).sequences == ()


def test_an_unknown_name_says_what_was_meant(studio: Studio) -> None:
    with pytest.raises(BadValueError, match=r"--category: .*did you mean 'warm_lead'"):
        read_category("warm", studio.reading())
    with pytest.raises(NotFoundError) as raised:
        _card(studio, "inquiry-welcom")
    assert raised.value.hint == "did you mean 'inquiry-welcome'?"


def test_a_deleted_sequence_is_gone_once_that_is_applied(studio: Studio) -> None:
    only(studio, LETTERS)
    (studio.folder.sequences / "letters.yaml").unlink()
    assert [(line.id, line.state.value) for line in _list(studio).sequences] == [("letters", "deleted")]
    apply_files(studio)
    assert _list(studio).sequences == ()
    _write(studio, "letters", LETTERS)
    assert [(line.id, line.state.value) for line in _list(studio).sequences] == [("letters", "not_applied")]
    assert [version.current for version in _card(studio, "letters").versions] == [False]


def test_a_card_tells_who_enters_and_what_each_step_does(studio: Studio) -> None:
    only(studio, LETTERS)
    add(studio, "emma@example.org", **EMMA)
    told = _card(studio, "letters.yaml").as_json()["sequence"]
    assert told["enroll_when"] == "status is new and score is at least 10"
    assert told["steps"][0] == {
        "id": "hello",
        "name": "Hello",
        "action": "send_email",
        "active": True,
        "delay": "10 minutes",
        "wedding": None,
        "window": "at any time",
        "late": "",
        "when": None,
        "details": {"subject": "Your wedding", "body": "Dear {{ lead.couple_names or 'both' }}, thank you."},
        "leads": 1,
    }
    assert told["leads"]["active"] == 1
    assert told["versions"] == [
        {"number": 1, "applied_at": "2027-01-04T10:00:00+00:00", "commit": None, "current": True}
    ]


def test_details_are_plain_values(studio: Studio) -> None:
    steps = "name: x\nsteps: [{id: a, action: create_task, title: Call, due: +2d 3h, priority: high, tags: [call]}]\n"
    only(studio, steps, "tasks")
    (step,) = _card(studio, "tasks").steps
    assert step.details == {"title": "Call", "due": "2d 3h", "priority": "high", "tags": ["call"]}
    assert _card(studio, "tasks").enroll_when is None


def test_the_ways_of_a_branch_are_told_in_words(studio: Studio) -> None:
    fork = "  - id: fork\n    action: branch\n    cases: [{when: {replied: true, score: {min: 50}}, goto: b}]\n"
    steps = fork + "  - {id: a, action: wait_until, until: {replied: true}, timeout: 5d, otherwise: end}\n"
    only(studio, f"name: x\nsteps:\n{steps}  - {{id: b, action: wait_delay, delay: 1d}}\n")
    branch, wait, _ = _card(studio, "letters").steps
    assert branch.details == {"cases": [{"when": "score is at least 50 and they replied", "goto": "b"}]}
    assert wait.details == {"until": "they replied", "timeout": "5d", "otherwise": "end"}


def test_a_sequence_says_how_many_came_reached_its_end_and_booked(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    first, _ = (add(studio, f"{name}@example.org", **EMMA) for name in ("emma", "zoe"))
    clock.advance(timedelta(minutes=10))
    run(studio)
    with studio.change() as change:
        standing.convert(change, change.session.get_one(Lead, first), 240_000)
    clock.advance(timedelta(days=2))
    run(studio)
    add(studio, "mia@example.org", **EMMA)
    (line,) = _list(studio).as_json()["sequences"]
    assert line["stats"] == {
        "total_leads": 3,
        "active_leads": 1,
        "completed_leads": 1,
        "converted_leads": 1,
        "conversion_rate": 33.3,
        "average_completion_time": 2.0,
    }
    assert _card(studio, "letters").as_json()["sequence"]["stats"] == line["stats"]
