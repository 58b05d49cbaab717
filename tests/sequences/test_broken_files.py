"""Whatever is wrong in a sequence file is told with its line, its column and what would be right."""

import pytest
from sequence_texts import STEPS, letter, parsed, right, step, top

from leadnurture.sequences.parse import MOST_PROBLEMS

Told = tuple[str, int, int, str, str | None]

NOT_YAML: dict[str, Told] = {
    "an open bracket": ("name: [\nsteps: 1\n", 3, 1, "not YAML", None),
    "a second colon": (top("description: first: second"), 2, 19, "a second ': '", None),
    "a tab as indentation": ("name: Welcome\nsteps:\n\t- id: a\n", 3, 1, "a tab cannot indent", None),
    "a tab inside a block": ("name: Welcome\nsteps:\n  - id: a\n\taction: wait_delay\n", 4, 1, "a tab cannot", None),
    "a key twice": (top("name: Again"), 2, 1, "'name' is here twice; the first is in line 1", None),
    "a key twice in a step": (step("id: a\nid: b\naction: wait_delay"), 4, 5, "'id' is here twice", None),
    "an alias": (top("description: *other"), 2, 14, "anchors (&) and aliases (*) are not part", None),
    "an anchor": (top("description: &mine words"), 2, 14, "anchors (&) and aliases (*) are not part", None),
    "a tag on a word": (top("description: !secret words"), 2, 14, "tags such as !secret are not part", None),
    "a tag of Python's": (
        top("description: !!python/name:os.system x"),
        2,
        14,
        "tags such as tag:yaml.org,2002:python",
        None,
    ),
    "a tag of YAML's own": (top("description: !!binary aGk="), 2, 14, "tags such as tag:yaml.org,2002:binary", None),
    "a tag on a list": ("name: Welcome\nsteps: !mine\n  - id: a\n", 2, 8, "tags such as !mine are not part", None),
    "a tag on a record": (top("enroll: !mine {existing: true}"), 2, 9, "tags such as !mine are not part", None),
    "a tag on a key": (top("!mine description: words"), 2, 1, "tags such as !mine are not part", None),
    "fifty-one lists in one another": ("[" * 60 + "]" * 60, 1, 51, "nested too deeply", None),
    "more than a megabyte": ("#" * 1_000_001, 1, 1, "the file has 1,000,001 characters", None),
    "two documents": ("name: Welcome\n---\nname: Again\n", 2, 1, "a second document begins here", None),
    "a control character": ("name: \x07\n", 1, 7, "the control character U+0007 cannot stand", None),
    "a NUL": ("name: a\0b\n", 1, 8, "the control character U+0000 cannot stand in a text; is the file saved", None),
    "UTF-16 without its mark": ("n\0a\0m\0e\0", 1, 2, "the control character U+0000 cannot stand", None),
    "a merge key": (top("<<: {description: words}"), 2, 1, "unknown key '<<'", "merge keys are not part"),
    "a merge key's alias": (top("<<: *all"), 2, 5, "anchors (&) and aliases (*) are not part", None),
    "an object of Python's": (
        top("description: !!python/object/apply:os.system [ls]"),
        2,
        14,
        "tags such as tag:yaml.org,2002:python/object/apply:os.system are not part",
        None,
    ),
    "ten thousand open brackets": ("[" * 10_000, 1, 51, "nested too deeply", None),
    "ten thousand dashes": ("- " * 10_000 + "x", 1, 101, "nested too deeply", None),
    "ten thousand records in one another": ("name: " + "{a: " * 10_000, 1, 203, "nested too deeply", None),
    "a key of a hundred thousand letters": (top("x" * 100_000 + ": 1"), 2, 100_001, "not YAML: ", None),
    "an error in a file from Windows": (top("descripton: words").replace("\n", "\r\n"), 2, 1, "unknown key", "did you"),
    "a list as key": (top("? [a, b]\n: c"), 2, 3, "a key must be one word", None),
    "a list": ("- name: Welcome\n- steps\n", 1, 1, "a sequence is a list of keys such as 'name:' and 'steps:'", None),
    "a single word": ("Welcome\n", 1, 1, "a sequence is a list of keys", None),
    "nothing": ("", 1, 1, "a sequence is a list of keys", None),
    "nothing but a remark": ("# later\n", 1, 1, "a sequence is a list of keys", None),
}

WRONG_NAMES: dict[str, Told] = {
    "at the top": (top("descripton: words"), 2, 1, "unknown key 'descripton'", "did you mean 'description'?"),
    "at the top, like nothing": (top("zzz: words"), 2, 1, "unknown key 'zzz'", "known here: name, description"),
    "that YAML 1.1 takes for a truth": (top("on: reply"), 2, 1, "unknown key 'on'", "known here: name"),
    "without a letter": (top('"": 1'), 2, 1, "unknown key ''", "known here: name"),
    "in a step": (
        step("id: a\naction: wait_delay\ndelay: 1d\nwindw: any"),
        6,
        5,
        "unknown key 'windw'",
        "did you mean 'window'?",
    ),
    "in settings": (top("settings: {max_retrys: 2}"), 2, 12, "unknown key 'max_retrys'", "did you mean 'max_retries'?"),
    "in the window": (top('window: {untill: "18:00"}'), 2, 10, "unknown key 'untill'", "did you mean 'until'?"),
    "in a step's window": (
        step("id: a\naction: wait_delay\ndelay: 1d\nwindow:\n  dayz: [mon]"),
        7,
        7,
        "unknown key 'dayz'",
        "did you mean 'days'?",
    ),
    "in enroll": (top("enroll: {exsting: true}"), 2, 10, "unknown key 'exsting'", "did you mean 'existing'?"),
    "in a condition": (
        top("enroll:\n  when:\n    statsu: [new]"),
        4,
        5,
        "unknown key 'statsu'",
        "did you mean 'status'?",
    ),
    "in a condition inside any": (
        top("enroll:\n  when:\n    any:\n      - {temperatur: [hot]}"),
        5,
        10,
        "unknown key 'temperatur'",
        "did you mean 'temperature'?",
    ),
    "in a condition inside not": (
        top("enroll: {when: {not: {prioritty: [low]}}}"),
        2,
        23,
        "unknown key 'prioritty'",
        "did you mean 'priority'?",
    ),
    "in a condition, as the program calls it": (
        top("enroll: {when: {any_of: [{status: [new]}]}}"),
        2,
        17,
        "unknown key 'any_of'",
        "did you mean 'any'?",
    ),
    "in a test of tags": (
        top("enroll: {when: {tags: {nonee: [vip]}}}"),
        2,
        24,
        "unknown key 'nonee'",
        "did you mean 'none'?",
    ),
    "in a test of a field": (
        top("enroll: {when: {fields: [{field: score, operator: equals, value: 1, valeu: 2}]}}"),
        2,
        69,
        "unknown key 'valeu'",
        "did you mean 'value'?",
    ),
    "of an action": (
        step("id: a\naction: send_emial"),
        4,
        13,
        "unknown action 'send_emial'",
        "did you mean 'send_email'?",
    ),
    "of an action, like nothing": (step("id: a\naction: fax"), 4, 13, "unknown action 'fax'", "one of: add_lead_tag"),
    "of a status": (top("enroll: {when: {status: [neww]}}"), 2, 26, "did you mean 'new'?", None),
    "of a stop": (top("stop_on: [replies]"), 2, 11, "did you mean 'reply'?", None),
    "of a field": (
        top("enroll: {when: {fields: [{field: scoer, operator: equals, value: 1}]}}"),
        2,
        26,
        "a lead has no field 'scoer'; did you mean 'score'?",
        None,
    ),
}

WRONG_VALUES: dict[str, Told] = {
    "no name": (STEPS.lstrip(), 1, 1, "'name' is missing", None),
    "a name that is no text": (top("description: [a]"), 2, 14, "valid string", None),
    "a truth that is none": (top("active: maybe"), 2, 9, "'active': Input should be a valid boolean", None),
    "a number that is none": (top("priority: ten"), 2, 11, "'priority': Input should be a valid integer", None),
    "a number beyond its bounds": (top("priority: 1001"), 2, 11, "'priority': Input should be less than", None),
    "a word for a record": (top("settings: three"), 2, 11, "'settings': ", None),
    "no steps": ("name: Welcome\n", 1, 1, "a sequence needs 'steps'", "start with:\nsteps:\n  - id: welcome"),
    "empty steps": ("name: Welcome\nsteps: []\n", 2, 8, "a sequence needs 'steps'", "start with:"),
    "steps that are a word": ("name: Welcome\nsteps: later\n", 2, 8, "a sequence needs 'steps'", "start with:"),
    "a step that is a word": ("name: Welcome\nsteps: [later]\n", 2, 9, "a step is a list of keys", None),
    "no action": (step("id: a\ndelay: 1d"), 3, 5, "the step has no 'action'", "one of: add_lead_tag"),
    "no id": (step("action: wait_delay\ndelay: 1d"), 3, 5, "'id' is missing", None),
    "a delay and a day before the wedding": (
        step("id: a\naction: add_lead_tag\ntag: x\ndelay: 1d\nbefore_wedding: 30d"),
        3,
        5,
        "delay and before_wedding: a step has only one of them",
        None,
    ),
    "both sides of the wedding": (
        step("id: a\naction: add_lead_tag\ntag: x\nbefore_wedding: 30d\nafter_wedding: 1w"),
        3,
        5,
        "before_wedding and after_wedding: a step has only one of them",
        None,
    ),
    "hours before the wedding": (
        step("id: a\naction: add_lead_tag\ntag: x\nbefore_wedding: 36h"),
        6,
        21,
        "whole days or weeks, such as 30d or 2w",
        None,
    ),
    "no day after the wedding": (
        step("id: a\naction: add_lead_tag\ntag: x\nafter_wedding: 0d"),
        6,
        20,
        "whole days or weeks, such as 30d or 2w",
        None,
    ),
    "another word for late": (top("late: never"), 2, 7, "write send, skip, or how late it may be", None),
    "late after no time": (
        step("id: a\naction: add_lead_tag\ntag: x\nlate: 0m"),
        6,
        11,
        "write send, skip, or how late it may be",
        None,
    ),
    "an id with blanks": (step("id: A b\naction: wait_delay\ndelay: 1d"), 3, 9, "'id': 'A b' is no id: small", None),
    "an id with foreign letters": (
        step("id: é\naction: wait_delay\ndelay: 1d"),
        3,
        9,
        "'é' is no id: small letters",
        None,
    ),
    "an id that leads elsewhere": (step("id: ../a\naction: wait_delay\ndelay: 1d"), 3, 9, "'../a' is no id", None),
    "an id that is a number": (
        step("id: 5\naction: wait_delay\ndelay: 1d"),
        3,
        9,
        "'id': ",
        'in quotes it is a text: "5"',
    ),
    "an id without an end": (
        step(f"id: {'a' * 9000}\naction: wait_delay\ndelay: 1d"),
        3,
        9,
        "at most 100 of them",
        None,
    ),
    "a name that is a number": (
        STEPS.replace("\n", "name: 2027\n", 1),
        1,
        7,
        "'name': ",
        'quotes it is a text: "2027"',
    ),
    "a tag that is a truth": (
        step("id: a\naction: add_lead_tag\ntag: true"),
        5,
        10,
        "'tag': ",
        "takes this for a truth",
    ),
    "an action that is a list": (
        step("id: a\naction: [wait_delay]"),
        4,
        13,
        "unknown action",
        "did you mean 'wait_delay'",
    ),
    "steps that are a record": ("name: Welcome\nsteps: {}\n", 2, 8, "a sequence needs 'steps'", "start with:"),
    "steps that are nothing": ("name: Welcome\nsteps:\n", 2, 7, "a sequence needs 'steps'", "start with:"),
    "no delay to wait": (step("id: a\naction: wait_delay"), 3, 5, "'delay' is missing", None),
    "a delay that is none": (
        step("id: a\naction: wait_delay\ndelay: soon"),
        5,
        12,
        "'soon' is no length of time; write 10m, 2h, 3d or 1w",
        None,
    ),
    "a delay of nothing": (step("id: a\naction: wait_delay\ndelay: 0m"), 5, 12, "this must take some time", None),
    "a delay beyond ten years": (step("id: a\naction: wait_delay\ndelay: 999w"), 5, 12, "longer than ten years", None),
    "a delay beyond all numbers": (
        step(f"id: a\naction: wait_delay\ndelay: {'9' * 400}m"),
        5,
        12,
        "longer than ten years",
        None,
    ),
    "a delay of thousands of digits": (
        step(f"id: a\naction: wait_delay\ndelay: {'9' * 5000}m"),
        5,
        12,
        "longer than ten years",
        None,
    ),
    "a beginning of blanks": (
        step(f"id: a\naction: schedule_appointment\ntitle: Call\nstart: '+x{' ' * 100_000}y'"),
        6,
        12,
        "y' is no beginning; write +3d 18:00",
        None,
    ),
    "a number that only Python knows": (
        top("enroll: {when: {fields: [{field: guests, operator: equals, value: nan}]}}"),
        2,
        26,
        "estimated_guest_count is a number; 'nan' is none",
        None,
    ),
    "a pause that is none": (
        top("enroll: {again: sometimes}"),
        2,
        17,
        "'again': 'sometimes' is no length of time",
        None,
    ),
    "a window that is a word": (top("window: weekdays"), 2, 9, "'window': ", None),
    "a day that is none": (top("window: {days: [mon, someday]}"), 2, 22, "'someday' is no day; write mon, tue", None),
    "a day that only begins like one": (top("window: {days: [monkey]}"), 2, 17, "'monkey' is no day", None),
    "no day at all": (top("window: {days: []}"), 2, 16, "at least 1 item", None),
    "a time without minutes": (top('window: {at: "9"}'), 2, 14, "'9' is no time of day; write it like \"09:00\"", None),
    "a time after midnight": (top('window: {at: "24:00"}'), 2, 14, "'24:00' is no time of day", None),
    "a window that closes before it opens": (
        top('window: {at: "18:00", until: "09:00"}'),
        2,
        9,
        "'until' must be later than 'at'",
        None,
    ),
    "a condition that says nothing": (top("enroll: {when: {}}"), 2, 16, "an empty condition says nothing", None),
    "a condition with nothing behind its key": (
        top("enroll:\n  when:\n    status:"),
        4,
        5,
        "an empty condition says nothing",
        None,
    ),
    "a test of tags that names none": (top("enroll: {when: {tags: {none: []}}}"), 2, 23, "say which tags", None),
    "a list of no status": (top("enroll: {when: {status: []}}"), 2, 16, "an empty condition says nothing", None),
    "all of nothing": (top("enroll: {when: {all: []}}"), 2, 16, "an empty condition says nothing", None),
    "any of nothing": (top("enroll: {when: {any: []}}"), 2, 16, "an empty condition says nothing", None),
    "no field to compare": (top("enroll: {when: {fields: []}}"), 2, 16, "an empty condition says nothing", None),
    "a test of the wedding that asks nothing": (
        top("enroll: {when: {wedding: {}}}"),
        2,
        26,
        "an empty condition says nothing",
        None,
    ),
    "scores in the wrong order": (
        top("enroll: {when: {score: {min: 70, max: 40}}}"),
        2,
        24,
        "min 70 is above max 40",
        None,
    ),
    "a source without a letter": (top('enroll: {when: {source: ["!!"]}}'), 2, 25, "'!!' is no name for a source", None),
    "an operator that does not fit": (
        top("enroll: {when: {fields: [{field: tags, operator: less_than, value: 1}]}}"),
        2,
        26,
        "less_than does not fit tags, which is a list; contains would",
        None,
    ),
    "a value that does not fit its field": (
        top("enroll: {when: {fields: [{field: wedding_date, operator: equals, value: soon}]}}"),
        2,
        26,
        "'soon' is no",
        None,
    ),
    "a range without its end": (
        top("enroll: {when: {fields: [{field: score, operator: between, value: 5}]}}"),
        2,
        26,
        "a lower and an upper",
        None,
    ),
    "a letter without words": (
        step("id: a\naction: send_email\nsubject: Hello"),
        3,
        5,
        "either 'template' or 'body'",
        None,
    ),
    "a letter with two sorts of words": (
        step("id: a\naction: send_email\nsubject: Hello\ntemplate: a.md\nbody: Hello"),
        3,
        5,
        "either 'template' or 'body'",
        None,
    ),
    "a letter without a subject": (step("id: a\naction: send_email\nbody: Hello"), 3, 5, "'subject' is missing", None),
}


@pytest.mark.parametrize("told", NOT_YAML.values(), ids=NOT_YAML.keys())
def test_a_text_that_is_no_yaml_of_ours_is_told_with_its_place(told: Told) -> None:
    _is_told(told)


@pytest.mark.parametrize("told", WRONG_NAMES.values(), ids=WRONG_NAMES.keys())
def test_an_unknown_name_is_told_with_its_place_and_what_was_meant(told: Told) -> None:
    _is_told(told)


@pytest.mark.parametrize("told", WRONG_VALUES.values(), ids=WRONG_VALUES.keys())
def test_a_value_that_cannot_be_is_told_with_its_place(told: Told) -> None:
    _is_told(told)


def _is_told(told: Told) -> None:
    text, line, column, message, hint = told
    found = parsed(text)
    assert found.sequence is None
    fitting = [problem for problem in found.problems if message in problem.message]
    assert fitting, f"told instead: {[problem.message for problem in found.problems]}"
    problem = fitting[0]
    assert (problem.place.line, problem.place.column) == (line, column)
    assert (hint is None and problem.hint is None) or (hint is not None and hint in (problem.hint or ""))
    assert problem.text == ([*text.splitlines(), "", ""])[line - 1]
    assert problem.file == "sequences/welcome.yaml"


def test_a_bomb_of_aliases_is_refused_before_it_unfolds() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, after in zip("abcdefghijkl", "bcdefghijklm", strict=True)
    )
    assert all("anchors (&) and aliases (*)" in problem.message for problem in parsed(bomb).problems)


HEAPS = {
    "of unknown keys": "name: Welcome\n" + "".join(f"k{number}: 1\n" for number in range(20_000)) + STEPS,
    "of the same key": "name: Welcome\n" * 20_000,
    "of steps that are words": "name: Welcome\nsteps:\n" + "  - a\n" * 20_000,
    "of anchors": "".join(f"k{number}: &k 1\n" for number in range(20_000)),
    "of conditions": top("enroll: {when: {any: [" + "{replied: tru}, " * 20_000 + "]}}"),
}


@pytest.mark.parametrize("text", HEAPS.values(), ids=HEAPS.keys())
def test_of_heaps_of_problems_the_first_hundred_are_told(text: str) -> None:
    found = parsed(text)
    assert found.sequence is None
    assert len(found.problems) == MOST_PROBLEMS


def test_a_message_does_not_repeat_a_whole_file() -> None:
    (problem,) = parsed(top(f"category: {'x' * 900_000}")).problems
    assert len(problem.message) < 400


def test_two_steps_of_one_id_are_told_with_the_line_of_the_first() -> None:
    text = "name: Welcome\nsteps:\n" + "  - id: a\n    action: wait_delay\n    delay: 1d\n" * 2
    (problem,) = parsed(text).problems
    assert (problem.place.line, problem.place.column) == (6, 9)
    assert problem.message == "two steps have the id 'a'; the first is in line 3"


def test_a_step_cannot_have_been_one_that_is_still_there() -> None:
    text = (
        step("id: a\naction: wait_delay\ndelay: 1d") + "  - id: b\n    was: a\n    action: wait_delay\n    delay: 1d\n"
    )
    (problem,) = parsed(text).problems
    assert (problem.place.line, problem.message) == (7, "'a' is still the id of another step")


def test_a_broken_step_does_not_move_the_next_ones_problems() -> None:
    text = (
        step("id: a\naction: wait_delay\ndelay: soon")
        + "  - id: b\n    was: a\n    action: wait_delay\n    delay: 1d\n"
    )
    assert [(problem.place.line, problem.message.split(";")[0]) for problem in parsed(text).problems] == [
        (5, "'delay': 'soon' is no length of time"),
        (7, "'a' is still the id of another step"),
    ]


def test_a_broken_step_does_not_hide_the_problems_of_the_others() -> None:
    text = top("priority: ten").replace("delay: 1d", "delay: soon") + "  - id: b\n    action: fax\n"
    assert [problem.place.line for problem in parsed(text).problems] == [2, 6, 8]


def test_the_shortest_sequence_is_right() -> None:
    sequence = right(f"name: Welcome{STEPS}")
    assert (sequence.id, sequence.name, [step.id for step in sequence.steps]) == ("welcome", "Welcome", ["wait"])


def test_a_letter_may_stand_in_its_step() -> None:
    (hello,) = right(letter("Hello.\n")).steps
    assert [text.words for text in hello.texts()] == ["Hello", "Hello.\n"]
