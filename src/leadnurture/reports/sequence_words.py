"""A sequence's delays, windows and conditions in words. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from leadnurture.crm.operators import shown
from leadnurture.engine.timing import wedding_words
from leadnurture.sequences.condition import Condition, ScoreRange, TagTest, WeddingTest
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.late import Late
from leadnurture.sequences.step import Step
from leadnurture.sequences.window import ANY_TIME, Weekday, Window

_UNITS = {"w": "week", "d": "day", "h": "hour", "m": "minute"}


def duration_words(duration: Duration) -> str:
    """Return a length of time such as `2 days` or `1 week 12 hours`."""
    if not duration:
        return "no time"
    parts = [(int(part[:-1]), _UNITS[part[-1]]) for part in str(duration).split()]
    return " ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts)


def moment_words(step: Step) -> str:
    """Return when a step comes, such as `2 days after the step before it` or `30 days before the wedding`."""
    if step.wedding_offset is not None:
        return wedding_words(step.wedding_offset)
    return f"{duration_words(step.delay)} after the step before it" if step.delay else "straight after the step before"


def late_words(late: Late) -> str:
    """Return what becomes of a step that is late; nothing for one that goes however late."""
    if isinstance(late, Duration):
        return f"skipped when more than {duration_words(late)} late"
    return "skipped once its window has closed" if late == "skip" else ""


def window_words(window: Window) -> str:
    """Return when a window is open, such as `Mon–Fri 09:00–20:00, not on public holidays`."""
    if window == ANY_TIME:
        return "at any time"
    hours = "" if window.at is None and window.until is None else _hours(window)
    holidays = "not on public holidays" if window.holidays == "skip" else ""
    return ", ".join(part for part in (" ".join(filter(None, (_days(window.days), hours))), holidays) if part)


def _hours(window: Window) -> str:
    return f"{window.opens:%H:%M}–{window.closes:%H:%M}" if window.closes else f"from {window.opens:%H:%M}"


def _days(days: frozenset[Weekday]) -> str:
    named = [day.name.capitalize() for day in sorted(days)]
    if len(days) == len(Weekday):
        return ""
    in_a_row = max(days) - min(days) + 1 == len(days) > 2
    return f"{named[0]}–{named[-1]}" if in_a_row else ", ".join(named)


def condition_words(condition: Condition) -> str:
    """Return all that a condition asks for."""
    return " and ".join(_clauses(condition))


def _clauses(condition: Condition) -> list[str]:
    given = {name: value for name in type(condition).model_fields if (value := getattr(condition, name)) is not None}
    return [clause for name, value in given.items() for clause in _WORDS[name](value)]


def _one_of(name: str) -> Callable[[Any], list[str]]:
    return lambda wanted: [f"{name} is {' or '.join(str(word) for word in wanted)}"]


def _score(score: ScoreRange) -> list[str]:
    if score.min and score.max < 100:
        return [f"score is {score.min} to {score.max}"]
    return [f"score is at least {score.min}" if score.min else f"score is at most {score.max}"]


def _tags(test: TagTest) -> list[str]:
    wanted = (("are all of", test.all), ("are any of", test.any), ("are none of", test.none))
    return [f"tags {asked} {shown(tags)}" for asked, tags in wanted if tags]


def _wedding(test: WeddingTest) -> list[str]:
    clauses = [] if test.known is None else [f"the wedding date is {'known' if test.known else 'not known'}"]
    clauses += [f"the wedding is within {duration_words(test.within)}"] if test.within else []
    return clauses + ([f"the wedding is more than {duration_words(test.beyond)} away"] if test.beyond else [])


def _mails(verb: str) -> Callable[[Any], list[str]]:
    def told(wanted: Any) -> list[str]:
        if isinstance(wanted, bool):
            return [f"they {verb} {'a' if wanted else 'no'} mail"]
        return [f"they {verb} {' or '.join(wanted)}"]

    return told


def _fields(tests: Iterable[Any]) -> list[str]:
    return [f"{test.field} {test.operator.value.replace('_', ' ')} {shown(test.value)}" for test in tests]


def _any_of(parts: Iterable[Condition]) -> list[str]:
    clauses = [_clauses(part) for part in parts]
    return ["(" + " or ".join(" and ".join(clause) for clause in clauses) + ")"]


def _none_of(condition: Condition) -> list[str]:
    clauses = _clauses(condition)
    told = " and ".join(clauses)
    return [f"not {told}" if len(clauses) == 1 and told.startswith("(") else f"not ({told})"]


_WORDS: Mapping[str, Callable[[Any], list[str]]] = {
    "status": _one_of("status"),
    "source": _one_of("source"),
    "temperature": _one_of("temperature"),
    "priority": _one_of("priority"),
    "score": _score,
    "tags": _tags,
    "wedding": _wedding,
    "consent": lambda given: [f"marketing consent is {'given' if given else 'not given'}"],
    "replied": lambda replied: ["they replied" if replied else "they have not replied"],
    "opened": _mails("opened"),
    "clicked": _mails("clicked in"),
    "fields": _fields,
    "all_of": lambda parts: [clause for part in parts for clause in _clauses(part)],
    "any_of": _any_of,
    "none_of": _none_of,
}
