"""What is not wrong but probably not meant: marketing without a way out, two messages on one day."""

from collections.abc import Callable

import pytest
from letter_filling import LINK, both_of, text_of
from sequence_texts import READING, STEPS

from leadnurture.config import Config
from leadnurture.sequences.check import check
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.problems import Problem, Severity

Problems = Callable[[str], tuple[Problem, ...]]


def marketing(words: str, purpose: str = "marketing", more: str = "") -> str:
    return f"""\
name: News
purpose: {purpose}
steps:
  - id: news
    action: send_email
    subject: News
    body: "{words}"
{more}"""


WAYS_OUT = [
    "[No more letters]({{ unsubscribe }})",
    "To unsubscribe, write back.",
    "If you would rather not hear from me, say so.",
    "You can opt out at any time.",
    "Say so if you want no more letters.",
    "Write and I stop\n      writing.",
]


def test_a_marketing_letter_without_a_way_out_is_a_warning_with_the_line_to_add(problems_of: Problems) -> None:
    (problem,) = problems_of(marketing("New prices."))
    assert (problem.file, problem.place.line, problem.place.column) == ("sequences/welcome.yaml", 7, 11)
    assert problem.message == "the letter of 'news' is marketing and gives the couple no way out"
    assert problem.hint == "end it with a line such as: [No more letters, please]({{ unsubscribe }})"
    assert problem.severity is Severity.WARNING


@pytest.mark.parametrize("words", WAYS_OUT)
def test_a_marketing_letter_with_a_way_out_is_right(words: str, problems_of: Problems) -> None:
    assert problems_of(marketing(f"New prices. {words}")) == ()


def test_a_marketing_text_without_a_way_out_is_a_warning_with_the_words_to_add(problems_of: Problems) -> None:
    text = marketing("x").split("steps:")[0] + "steps:\n  - {id: news, action: send_sms, text: New prices.%s}\n"
    (problem,) = problems_of(text % "")
    assert problem.message == "the text of 'news' is marketing and gives the couple no way out"
    assert problem.hint == "end it with words such as: Reply STOP for no more texts"
    assert problems_of(text % " Reply STOP for no more texts") == ()
    assert len(problems_of(text % " Our shop never stops")) == 1


@pytest.mark.parametrize("purpose", ["inquiry", "service"])
def test_an_answer_needs_no_way_out_in_its_words(purpose: str, problems_of: Problems) -> None:
    assert problems_of(marketing("New prices.", purpose)) == ()


def test_what_is_switched_off_or_for_the_owner_needs_no_way_out(problems_of: Problems) -> None:
    task = "  - {id: call, action: phone_call, delay: 1d, script: Sell}\n"
    assert problems_of(marketing("New prices.", more=f"    active: false\n{task}")) == ()


def test_the_words_of_a_template_are_looked_at_and_told_in_the_sequence(folder: Folder, problems_of: Problems) -> None:
    text = marketing("x").replace('body: "x"', "template: news.md")
    (folder.templates / "news.md").write_text("New prices.\n")
    (problem,) = problems_of(text)
    assert (problem.file, problem.place.line) == ("sequences/welcome.yaml", 7)
    (folder.templates / "news.md").write_text("New prices.\n\n{{ unsubscribe }}\n")
    assert problems_of(text) == ()


def test_the_way_out_is_a_link_that_names_the_couple_to_the_owner_alone(config: Config) -> None:
    text, html = both_of("[No more letters]({{ unsubscribe }})", config)
    assert LINK in text
    assert f'href="{LINK}"' in html
    assert text_of("{{ unsubscribe }}", config) == LINK


def two(second: str, first: str = "window: any", between: str = "", top: str = "") -> str:
    """Return a sequence of two letters with these keys, and with whole steps between them; the second is in line 8."""
    words = "action: send_email, subject: Hello, body: Hello"
    lines = ["name: Two", top or "priority: 1", "steps:", f"  - {{id: hello, {words}, {first}}}", between or "#"]
    return "\n".join([*lines, "  -", "    id: more", f"    {second}", "    action: send_email", *FILLING])


FILLING = ["    subject: More", "    body: More", ""]
MORNINGS = 'window: {at: "09:00", days: [mon, tue, wed, thu, fri]}'
TASK = "  - {id: call, action: create_task, title: Call, delay: 2h, window: any}"

SAME_DAY = {
    "no delay at all": two("window: any"),
    "some hours": two("delay: 4h"),
    "the same morning": two(f"{MORNINGS}\n    delay: 2h", MORNINGS),
    "a window that opens later on that day": two('delay: 1h\n    window: {at: "15:00"}', MORNINGS),
    "the window of the whole sequence": two("delay: 3h", "name: Hello", top=MORNINGS),
    "a task between": two("delay: 2h", between=TASK),
    "a step that is switched off between": two(
        "delay: 2h", between="  - {id: off, action: wait_delay, delay: 3d, active: false}"
    ),
    "the first for some only": two("delay: 2h", "when: {tags: {any: [vip]}}"),
    "the same condition for both": two("delay: 2h\n    when: {tags: {any: [vip]}}", "when: {tags: {any: [vip]}}"),
    "unless they have replied": two("delay: 2h\n    when: {replied: false}"),
    "weekdays after any day": two(f"{MORNINGS}\n    delay: 10m"),
}
NOT_ON_ONE_DAY = {
    "a day": two("delay: 1d"),
    "twenty-four hours": two("delay: 24h"),
    "so many hours that it is the next day": two("delay: 13h"),
    "a day in the step between": two("delay: 1h", between=TASK.replace("2h", "1d")),
    "hours that add up": two("delay: 8h", between=TASK.replace("2h", "8h")),
    "a window that has closed by then": two(f"{MORNINGS}\n    delay: 12h", MORNINGS),
    "a window that closes before": two('delay: 1h\n    window: {at: "07:00", until: "09:30"}', MORNINGS),
    "a window on other days": two("delay: 1h\n    window: {days: [sun]}", MORNINGS),
    "one day of the week for everybody": two("delay: 1h\n    window: {days: [sun]}"),
    "a window between on other days": two(
        "delay: 1h", MORNINGS, "  - {id: tag, action: add_lead_tag, tag: a, window: {days: [sat]}}"
    ),
    "conditions that may exclude each other": two(
        "delay: 2h\n    when: {tags: {none: [vip]}}", "when: {tags: {any: [vip]}}"
    ),
    "a condition of the second alone": two("delay: 2h\n    when: {tags: {any: [vip]}}"),
    "the same condition, and a step between that may change it": two(
        "delay: 2h\n    when: {status: [new]}",
        "when: {status: [new]}",
        "  - {id: on, action: change_status, status: contacted}",
    ),
    "who has replied": two("delay: 2h\n    when: {any: [{replied: true}, {opened: hello}]}"),
    "a first that is switched off": two("delay: 2h", "active: false"),
    "a task first": two("delay: 2h", "active: false", TASK),
}


@pytest.mark.parametrize("text", SAME_DAY.values(), ids=SAME_DAY.keys())
def test_two_messages_on_one_day_are_a_warning_that_names_both(text: str, problems_of: Problems) -> None:
    (problem,) = problems_of(text)
    assert problem.message == "'more' reaches the couple on the same day as 'hello'"
    assert "'more' a delay of 1d or more, or make one message of 'hello' and 'more'" in (problem.hint or "")
    assert problem.severity is Severity.WARNING
    assert problem.place.line in {7, 8, 9}


@pytest.mark.parametrize("text", NOT_ON_ONE_DAY.values(), ids=NOT_ON_ONE_DAY.keys())
def test_what_comes_another_day_or_may_not_come_to_the_same_couple_is_right(text: str, problems_of: Problems) -> None:
    assert problems_of(text) == ()


def test_a_gap_of_a_day_between_messages_moves_the_second_on(folder: Folder, config: Config) -> None:
    (folder.sequences / "two.yaml").write_text(two("delay: 4h"))
    draft = folder.draft(folder.sequences / "two.yaml", READING)
    spaced = config.model_copy(update={"limits": config.limits.model_validate({"lead_gap": "1d"})})
    assert len(check(draft, folder, config)) == 1
    assert check(draft, folder, spaced) == ()


def test_a_sequence_that_reaches_nobody_has_no_doubts(problems_of: Problems) -> None:
    assert problems_of(f"name: Quiet\npurpose: marketing{STEPS}") == ()
