"""What differs between two versions of a sequence, in words."""

from zoneinfo import ZoneInfo

import pytest

from leadnurture.crm.values import Reading
from leadnurture.reports.plan_steps import StepChange, TextChange, WordsChange, words_change
from leadnurture.reports.plan_values import KeyChange
from leadnurture.sequences.parse import parse
from leadnurture.sequences.sequence import Sequence

READING = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")


def sequence(*steps: str, head: str = "") -> Sequence:
    text = f"name: x\n{head}\nsteps:\n" + "".join(f"  - {{{step}}}\n" for step in steps)
    read = parse(text, "x.yaml", "x", READING)
    assert read.sequence is not None, read.problems
    return read.sequence


def waits(*keys: str) -> Sequence:
    """Return a sequence of steps such as `a` or `b<old`: b, that was old."""
    parts = (key.partition("<") for key in keys)
    return sequence(
        *(f"id: {key}, action: wait_delay, delay: 1d{f', was: {was}' if was else ''}" for key, _, was in parts)
    )


def told(old: str, new: str) -> list[str]:
    change = words_change(waits(*old.split()), waits(*new.split()), {}, {})
    return [f"{step.step} {' '.join(step.changes)}" + (f" {step.was}" if step.was else "") for step in change.steps]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a b", "a b", []),
        ("a b", "a n b", ["n added"]),
        ("a b c", "a c", ["b removed"]),
        ("a b", "a beta<b", ["beta renamed b"]),
        ("a b c", "c a b", ["c moved"]),
        ("a b c", "gamma<c a b", ["gamma renamed moved c"]),
        ("a b", "b<a", ["b renamed a", "b removed"]),
        ("b", "b<a", []),
        ("a", "x", ["x added", "a removed"]),
    ],
)
def test_steps_are_known_by_their_ids(old: str, new: str, expected: list[str]) -> None:
    assert told(old, new) == expected


def test_a_new_and_a_deleted_sequence_are_all_of_their_steps() -> None:
    added, removed = StepChange("a", ("added",)), StepChange("a", ("removed",))
    assert words_change(None, waits("a"), {}, {}) == WordsChange((), (added,))
    assert words_change(waits("a"), None, {}, {}) == WordsChange((), (removed,))


def test_the_names_that_a_mail_gives_to_lines_are_told_in_words() -> None:
    keys = "id: a, action: send_email, subject: x, body: x"
    old, new = sequence(keys), sequence(f"{keys}, to: both, personalization: {{one: Album, two: '{{{{ today }}}}'}}")
    (change,) = words_change(old, new, {}, {}).steps
    assert change.keys == (
        KeyChange("to", "primary", "both"),
        KeyChange("personalization", None, "one Album, two {{ today }}"),
    )


def test_keys_are_told_in_words() -> None:
    step = "id: a, action: create_task, title: Call"
    old = sequence(f"{step}, delay: 2d, tags: []")
    new = sequence(
        f"{step} them, delay: 1w, window: {{at: '09:00', days: [mon, tue]}}, when: {{replied: false}}, priority: high"
    )
    (changed,) = words_change(old, new, {}, {}).steps
    assert changed.changes == ("changed",)
    assert set(changed.keys) == {
        KeyChange("delay", "2 days", "1 week"),
        KeyChange("window", None, "Mon, Tue 09:00–20:00"),
        KeyChange("when", None, "they have not replied"),
        KeyChange("title", "Call", "Call them"),
        KeyChange("priority", "medium", "high"),
    }


def test_keys_above_the_steps_are_told_one_by_one() -> None:
    head = "active: false\nenroll: {when: {status: [new]}, existing: true}\nsettings: {retry_delay: 1h}"
    change = words_change(waits("a"), sequence("id: a, action: wait_delay, delay: 1d", head=head), {}, {})
    assert set(change.keys) == {
        KeyChange("active", "yes", "no"),
        KeyChange("enroll.when", None, "status is new"),
        KeyChange("enroll.existing", "no", "yes"),
        KeyChange("settings.retry_delay", "2 hours", "1 hour"),
    }


def letter(words: str) -> Sequence:
    return sequence(f"id: a, action: send_email, subject: s, {words}")


def test_a_letter_is_compared_line_by_line() -> None:
    (step,) = words_change(letter(r'body: "One\n---\nThree"'), letter(r'body: "One\nTwo\nThree"'), {}, {}).steps
    assert step.texts == (TextChange("body", None, ("@@ -1,3 +1,3 @@", " One", "----", "+Two", " Three")),)
    assert step.keys == ()


def test_a_template_is_compared_though_the_file_is_the_same() -> None:
    same = letter("template: a.md")
    (step,) = words_change(same, same, {"a.md": "Old."}, {"a.md": "New."}).steps
    assert step.texts == (TextChange("template", "a.md", ("@@ -1 +1 @@", "-Old.", "+New.")),)


def test_a_letter_that_goes_into_a_template_is_the_same_letter() -> None:
    (step,) = words_change(letter("body: Same."), letter("template: a.md"), {}, {"a.md": "Same."}).steps
    assert (step.keys, step.texts) == ((KeyChange("template", None, "a.md"),), ())
