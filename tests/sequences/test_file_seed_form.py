"""A sequence in the first seed's form becomes a file of ours that means the same, and comes back out as it went in."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sequence_texts import READING, STEPS, parsed, right, step, top

from leadnurture.config import Config
from leadnurture.founding import playbooks
from leadnurture.sequences.check import check, errors_in
from leadnurture.sequences.file_life.identity import BadIdentityError, SequenceExistsError
from leadnurture.sequences.file_life.seed_form.body import read_body
from leadnurture.sequences.file_life.seed_form.exporting import seed_form
from leadnurture.sequences.file_life.seed_form.importing import import_sequence, translate
from leadnurture.sequences.file_life.seed_form.ledger import SeedFormError
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.sequence import Sequence

BODY = (Path(__file__).parent / "test_file_seed_body.json").read_text(encoding="utf-8")
Change = Callable[[dict[str, Any]], object]


def body(**more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(BODY)
    return found | more


def with_step(**more: Any) -> dict[str, Any]:
    """Return a body of one step: a letter in the step itself, and what a test adds to it or puts in its place."""
    plain = {"name": "One", "actionType": "send_email", "actionConfig": {"subject": "Hello", "body": "Hello."}}
    return {"name": "Short", "steps": [plain | more]}


def sequence_of(given: dict[str, Any]) -> Sequence:
    return right(translate(given, "a test", READING).text)


def exported(text: str) -> dict[str, Any]:
    found = parsed(text)
    assert found.sequence is not None, found.problems
    told: dict[str, Any] = json.loads(json.dumps(seed_form(found.sequence, found.tree.values)))
    return told


def meaning(sequence: Sequence) -> dict[str, Any]:
    steps = [one.model_dump() | {"name": one.label} for one in sequence.steps]
    return sequence.model_dump() | {"steps": steps}


def test_the_seeds_example_means_what_it_says() -> None:
    sequence = sequence_of(body())
    assert (sequence.name, sequence.category, sequence.active) == ("Barn weddings follow-up", "warm_lead", True)
    when = sequence.enroll.when
    assert when is not None
    assert when.model_dump(exclude_none=True, mode="json") == {
        "score": {"min": 50, "max": 100},
        "source": ["website", "social_media"],
        "status": ["new", "contacted"],
        "temperature": ["warm", "hot"],
    }
    assert (sequence.settings.max_retries, str(sequence.settings.retry_delay)) == (3, "2d")
    assert "conversion" in sequence.stops
    welcome, story, call = sequence.steps
    assert [one.id for one in sequence.steps] == ["welcome-email", "success-story-email", "schedule-discovery-call"]
    assert [str(one.delay) for one in sequence.steps] == ["0m", "2d", "5d"]
    assert (welcome.subject, welcome.template) == ("Hello from the barn door", "welcome_email.md")  # type: ignore[attr-defined]
    assert story.description == "What another couple did with the rain"
    assert call.model_dump(include={"title", "description", "priority", "assigned_to"}) == {
        "title": "Ring {{lead.name}}",
        "description": "Ask about the light in the barn",
        "priority": "high",
        "assigned_to": None,
    }
    assert str(call.due) == "1d"  # type: ignore[attr-defined]


def test_the_seeds_example_comes_back_as_it_went_in() -> None:
    told = exported(translate(body(), "a test", READING).text)
    given = body()
    assert {key: told[key] for key in given if key != "steps"} == {key: given[key] for key in given if key != "steps"}
    assert (told["isActive"], told["isDefault"]) == (True, False)
    assert [one["stepNumber"] for one in told["steps"]] == [1, 2, 3]
    for one, original in zip(told["steps"], given["steps"], strict=True):
        assert one | {"description": None} == one | original | {
            "description": None,
            "actionConfig": one["actionConfig"],
        }
        assert one["actionConfig"] == original["actionConfig"]


def test_what_comes_out_goes_in_again_and_comes_out_the_same() -> None:
    once = exported(translate(body(), "a test", READING).text)
    assert exported(translate(once, "a test", READING).text) == once


@pytest.mark.parametrize("path", sorted(playbooks().glob("*.yaml")), ids=lambda path: path.stem)
def test_a_playbook_that_goes_out_and_in_again_means_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    again = translate(exported(text), "a test", READING).text
    assert meaning(right(again)) == meaning(right(text))


OURS = {
    "minutes": step("id: a\naction: wait_delay\ndelay: 1d 2h 10m"),
    "hours": step("id: a\naction: wait_delay\ndelay: 26h"),
    "due in hours": step("id: a\naction: create_task\ntitle: x\ndue: +3h"),
    "a window": step("id: a\naction: add_lead_tag\ntag: x\nwindow: {at: '09:00', days: [sat]}"),
    "a day before the wedding": step("id: a\naction: add_lead_tag\ntag: x\nbefore_wedding: 30d\nlate: skip"),
    "a day after the wedding": step("id: a\naction: add_lead_tag\ntag: x\nafter_wedding: 2w\nlate: 3d"),
    "a rule for what is late": top("late: 36h"),
    "an old id": step("id: a\nwas: b\naction: add_lead_tag\ntags: [x, '08', 'no']\nactive: false"),
    "conditions that only we have": top("enroll: {when: {not: {tags: {any: [x]}}, wedding: {within: 9w}}, again: 2w}"),
    "one stop": top("stop_on: reply"),
    "no booking": top("stop_on: [reply, opt_out, bounce, lost]"),
    "a retry in hours": top("settings: {max_retries: 0, retry_delay: 90m, allow_manual_advance: false}"),
    "everything above": top(
        "type: welcome\ndefault: true\nexclusive: false\npriority: 7\npurpose: service\nwindow: any"
    ),
    "a score": step("id: a\naction: update_lead_score\nset: 0\nreason: Too far\nnotes: |\n  one\n\n  two\n"),
    "a status": step("id: a\naction: change_status\nstatus: proposal_sent"),
    "words like others": step("id: a\nname: 'true'\naction: create_task\ntitle: '1.5e5'\ndescription: '# no'"),
    "a mail with all its keys": step(
        "id: b\naction: send_email\nbody: '{{ place }}'\nreply_to_step: a\nto: both\ncc: owner\nbcc: owner\n"
        "personalization: {place: '{{ lead.wedding_venue }}', no: 'yes'}\nattachments: [guide.pdf]"
    ),
    "a letter in its step": step("id: a\naction: send_email\nsubject: 'a: b'\nbody: |\n  Dear you,\n\n   *   x\n"),
}


@pytest.mark.parametrize("text", OURS.values(), ids=OURS.keys())
def test_what_only_our_language_can_say_is_not_lost(text: str) -> None:
    assert meaning(sequence_of(exported(text))) == meaning(right(text))


def test_sources_keep_their_meaning() -> None:
    text = top("enroll: {when: {source: [Emma's blog, website, the_knot]}}")
    for sequence in (right(text), sequence_of(exported(text))):
        assert sequence.enroll.when is not None
        assert sequence.enroll.when.source_names == ["emma_s_blog", "website", "directory_listing"]


READ: dict[str, tuple[dict[str, Any], str, str]] = {
    "a tag": ({"actionType": "add_lead_tag", "actionConfig": {"tagName": "barn"}}, "tag", "barn"),
    "a score": ({"actionType": "update_lead_score", "actionConfig": {"scoreChange": 10}}, "change", "10"),
    "a status": (
        {"actionType": "changeStatus", "actionConfig": {"newStatus": "Proposal Sent"}},
        "status",
        "proposal_sent",
    ),
    "a wait in days": ({"actionType": "wait_delay", "actionConfig": {"days": 2}}, "delay", "2d"),
    "a wait in hours": ({"actionType": "wait_delay", "actionConfig": {"delayHours": 1.5}}, "delay", "1h 30m"),
    "a wait in words": ({"actionType": "wait_delay", "actionConfig": {"delay": "1w"}}, "delay", "1w"),
    "a wait after a delay": (
        {"actionType": "wait_delay", "delayDays": 1, "delayHours": 2, "actionConfig": {"days": 1, "minutes": 5}},
        "delay",
        "2d 2h 5m",
    ),
    "a wait without configuration": ({"actionType": "wait_delay", "delayHours": 3, "actionConfig": {}}, "delay", "3h"),
    "half a day": ({"delayDays": 0.5}, "delay", "12h"),
    "off": ({"isActive": False}, "active", "False"),
    "today": (
        {"actionType": "create_task", "actionConfig": {"taskName": "x", "dueDate": "{{currentDate}}"}},
        "due",
        "0m",
    ),
    "in weeks": (
        {"actionType": "create_task", "actionConfig": {"taskName": "x", "dueDate": "{{ currentDate + 2 weeks }}"}},
        "due",
        "2w",
    ),
}


@pytest.mark.parametrize(("given", "key", "value"), READ.values(), ids=READ.keys())
def test_the_seeds_words_are_read(given: dict[str, Any], key: str, value: str) -> None:
    (one,) = sequence_of(with_step(**given)).steps
    assert str(getattr(one, key)) == value


def test_a_steps_conditions_are_read_like_those_of_the_entry() -> None:
    (one,) = sequence_of(with_step(conditions={"leadTemperature": ["Hot"], "leadStatus": [], "replied": False})).steps
    assert one.when is not None
    assert one.when.model_dump(exclude_none=True, mode="json") == {"temperature": ["hot"], "replied": False}


def test_steps_come_in_the_order_of_their_numbers_and_get_ids_of_their_own() -> None:
    given = with_step()
    given["steps"] = [given["steps"][0] | {"stepNumber": number} for number in (3, 1)] + [
        given["steps"][0] | {"stepNumber": 2, "id": "one"}
    ]
    assert [one.id for one in sequence_of(given).steps] == ["one-2", "one", "one-3"]


def test_without_stop_on_conversion_a_booking_does_not_end_it() -> None:
    sequence = sequence_of(with_step() | {"settings": {"stopOnConversion": False}})
    assert sequence.stops == {"reply", "opt_out", "bounce", "lost"}


def test_an_answer_of_the_seeds_interface_is_read_as_its_data() -> None:
    kept = {"_id": "65a1", "coachId": "65a2", "stats": {"totalLeads": 25}, "totalSteps": 3, "assignedFunnels": []}
    answer = {"success": True, "data": body(createdAt="2025-01-20T10:00:00Z", updatedAt=None, **kept)}
    assert meaning(sequence_of(read_body(json.dumps(answer)))) == meaning(sequence_of(body()))


def test_tracking_is_left_out_and_the_file_says_so() -> None:
    config = {"subject": "Hello", "body": "Hello.", "tracking": {"trackOpens": True}}
    translated = translate(with_step(actionConfig=config), "a test", READING)
    assert translated.left_out == ("steps[0].actionConfig.tracking: opens and clicks are not set letter by letter",)
    assert f"# Left out: {translated.left_out[0]}" in translated.text


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "a key at the top": (body(nmae="x"), "nmae", "did you mean 'name'?"),
    "a key of a step": (with_step(delayDay=1), "steps[0].delayDay", "did you mean 'delayDays'?"),
    "a key of a letter": (
        with_step(actionConfig={"subject": "x", "templat": "y"}),
        "steps[0].actionConfig.templat",
        "did you mean 'template'?",
    ),
    "a key of a wait": (
        with_step(actionType="wait_delay", actionConfig={"years": 1}),
        "steps[0].actionConfig.years",
        "known here: delay",
    ),
    "a key of the settings": (body(settings={"maxRetrys": 1}), "settings.maxRetrys", "did you mean 'maxRetries'?"),
    "a condition": (
        body(triggerConditions={"leadScor": {}}),
        "triggerConditions.leadScor",
        "did you mean 'leadScore'?",
    ),
    "a step's condition": (with_step(conditions={"leadStat": ["New"]}), "steps[0].conditions.leadStat", "leadStatus"),
    "an action": (with_step(actionType="send_fax"), "steps[0].actionType", "no action 'send_fax'"),
    "no action": (with_step(actionType=None), "steps[0]", "'actionType' is missing"),
    "a status": (
        body(triggerConditions={"leadStatus": ["Newish"]}),
        "triggerConditions.leadStatus",
        "'newish' is none of",
    ),
    "a temperature": (
        body(triggerConditions={"leadTemperature": "Tepid"}),
        "triggerConditions.leadTemperature",
        "tepid",
    ),
    "a score": (
        body(triggerConditions={"leadScore": {"min": 500}}),
        "triggerConditions.leadScore",
        "less than or equal",
    ),
    "a score's key": (
        body(triggerConditions={"leadScore": {"mni": 5}}),
        "triggerConditions.leadScore",
        "did you mean 'min'?",
    ),
    "a category": (body(category="lukewarm"), "category", "'lukewarm' is none of"),
    "retries": (body(settings={"maxRetries": "many"}), "settings.maxRetries", "valid integer"),
    "a pause": (body(settings={"retryDelayDays": -1}), "settings.retryDelayDays", "days above 0"),
    "a stop": (body(settings={"stopOnConversion": "yes"}), "settings.stopOnConversion", "true or false"),
    "a delay": (with_step(delayDays="two"), "steps[0].delayDays", "this must be a number"),
    "a delay in the past": (with_step(delayDays=-2), "steps[0]", "not negative"),
    "two delays": (with_step(delay="1d", delayDays=1), "steps[0].delay", "either 'delay' or"),
    "a task's day": (
        with_step(actionType="create_task", actionConfig={"taskName": "x", "dueDate": "2025-01-20"}),
        "steps[0].actionConfig.dueDate",
        "'2025-01-20' is no length of time",
    ),
    "a letter without a subject": (with_step(actionConfig={"body": "x"}), "steps[0]", "'subject' is missing"),
    "a personalization that is no text": (
        with_step(actionConfig={"subject": "x", "template": "y", "personalization": {"a": 1}}),
        "steps[0].actionConfig.personalization.a",
        "this must be a text",
    ),
    "a personalization that means something already": (
        with_step(actionConfig={"subject": "x", "template": "y", "personalization": {"lead": "a"}}),
        "steps[0].actionConfig.personalization",
        "'lead' means something already",
    ),
    "two numbers": (body(steps=[{"stepNumber": 1, "name": "x"}] * 2), "steps[1]", "two steps have the number 1"),
    "a number that is none": (with_step(stepNumber="1"), "steps[0].stepNumber", "whole number"),
    "one key in two ways": (
        with_step(actionType="add_lead_tag", actionConfig={"tag": "x", "tagName": "y"}),
        "steps[0].actionConfig.tagName",
        "says 'tag' a second time",
    ),
    "steps that are none": (body(steps={}), "steps", "a list"),
    "a step that is none": (body(steps=["x"]), "steps[0]", "an object"),
    "no steps": ({"name": "x"}, "$", "a sequence needs 'steps'"),
    "no name": ({"steps": with_step()["steps"]}, "$", "'name' is missing"),
    "a funnel": (body(assignedFunnels=["65a1"]), "assignedFunnels", "no part of a sequence file"),
}


@pytest.mark.parametrize(("given", "path", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_told_with_its_json_path(given: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(SeedFormError) as refused:
        translate(given, "a test", READING)
    faults = json.loads(json.dumps(refused.value.detail))["problems"]
    told = {f"{fault['path']}: {fault['message']} {fault['hint']}" for fault in faults}
    assert any(one.startswith(f"{path}: ") and message in one for one in told), told
    assert path in refused.value.message


def test_everything_that_is_wrong_is_told_at_once() -> None:
    given = with_step(actionType="send_fax") | {"nmae": "x", "settings": {"a": 1}}
    with pytest.raises(SeedFormError) as refused:
        translate(given, "a test", READING)
    assert [line.split(":")[0].strip() for line in refused.value.message.splitlines()[1:]] == [
        "nmae",
        "settings.a",
        "steps[0].actionType",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 1, column 2"),
        ('{"name": "a", "name": "b"}', "'name' is twice"),
        ('{"name": NaN}', "NaN is no number"),
        ("[1]", "one object"),
        ("[" * 100_000, "nested too deeply"),
        (" " * 1_000_001, "1,000,001 characters"),
        ("", "this is no JSON"),
    ],
)
def test_what_is_no_body_is_told(text: str, message: str) -> None:
    with pytest.raises(SeedFormError, match=re.escape(message)):
        read_body(text)


def test_a_letter_that_is_missing_is_begun_and_one_that_is_there_stays(folder: Folder, config: Config) -> None:
    (folder.templates / "welcome_email.md").write_text("Dear {{ lead.couple_names or 'both' }},\n\nmine.\n")
    imported = import_sequence(body(), "a test", folder, READING)
    assert (imported.identity, imported.made, imported.kept) == (
        "barn-weddings-follow-up",
        ("success_story.md",),
        ("welcome_email.md",),
    )
    assert "mine." in (folder.templates / "welcome_email.md").read_text()
    begun = (folder.templates / "success_story.md").read_text()
    assert "- Lead goal: {{ leadGoal }}\n" in begun
    draft = folder.draft(folder.named("barn-weddings-follow-up"), READING)
    problems = check(draft, folder, config)
    assert errors_in(problems) == []
    assert "{{ lead.clientQuestions.healthGoal }} can be empty" in [problem.message for problem in problems]
    assert [problem for problem in problems if problem.file == "templates/success_story.md"] != []


def test_nothing_is_overwritten_and_nothing_is_made_for_a_body_that_is_wrong(folder: Folder) -> None:
    import_sequence(with_step(), "a test", folder, READING, "mine")
    with pytest.raises(SequenceExistsError):
        import_sequence(body(), "a test", folder, READING, "mine")
    with pytest.raises(BadIdentityError):
        import_sequence(body(), "a test", folder, READING, "../mine")
    with pytest.raises(SeedFormError):
        import_sequence(body(nmae=1), "a test", folder, READING)
    outside = with_step(actionConfig={"subject": "x", "template": "../../outside.md"})
    with pytest.raises(SeedFormError, match="outside the studio"):
        import_sequence(outside, "a test", folder, READING, "other")
    assert [path.name for path in folder.files()] == ["mine.yaml"]
    assert folder.template_names() == []


def test_the_file_says_where_it_came_from_and_what_its_parts_are() -> None:
    text = translate(body(), "barn.json", READING).text
    assert text.startswith("# yaml-language-server: $schema=../.leadnurture/sequence.schema.json\n")
    assert "# Imported from barn.json." in text
    assert "  # Reminds us to ring\n  - id: schedule-discovery-call\n" in text
    assert top("").endswith(STEPS.lstrip())
