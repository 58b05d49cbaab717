"""Whether, and why: judging a condition over a lead's values. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leadnurture.crm.operators import holds, shown, value_at
from leadnurture.money import format_money
from leadnurture.sequences.condition import Condition, TagTest, WeddingTest


@dataclass(frozen=True)
class Clause:
    """One part of a condition as it was judged: what was asked, what was there, whether it held."""

    asked: str
    actual: str
    held: bool


@dataclass(frozen=True)
class Verdict:
    """Whether a condition holds, with the trace of all its clauses."""

    held: bool
    trace: tuple[Clause, ...]

    @property
    def why_not(self) -> str:
        """The first clause that failed, in words; empty if none did."""
        failed = next((clause for clause in self.trace if not clause.held), None)
        return f"{failed.asked}, but it is {failed.actual}" if failed else ""


@dataclass(frozen=True)
class Subject:
    """What conditions look at: a lead's portrait, and whether it has replied (since its enrollment, inside one).

    `opened` and `clicked` are the steps of the walk whose mails the couple opened and clicked in.
    """

    values: Mapping[str, Any]
    replied: bool = False
    opened: frozenset[str] = frozenset()
    clicked: frozenset[str] = frozenset()


def judge(condition: Condition | None, subject: Subject) -> Verdict:
    """Return the verdict; no condition always holds."""
    if condition is None:
        return Verdict(held=True, trace=())
    trace: list[Clause] = []
    for name in _JUDGES:  # in one order, so that the same lead is told the same reason every time
        if getattr(condition, name) is not None:
            trace.extend(_JUDGES[name](condition, subject))
    return Verdict(all(clause.held for clause in trace), tuple(trace))


def _word(name: str, field: str) -> Callable[[Condition, Subject], list[Clause]]:
    def judged(condition: Condition, subject: Subject) -> list[Clause]:
        wanted = condition.source_names if name == "source" else [str(word) for word in getattr(condition, name)]
        actual = str(subject.values.get(field))
        return [Clause(f"{name} is {' or '.join(wanted)}", actual, actual in wanted)]

    return judged


def _score(condition: Condition, subject: Subject) -> list[Clause]:
    assert condition.score is not None
    actual = subject.values["lead_score"]
    low, high = condition.score.min, condition.score.max
    return [Clause(f"score is {low} to {high}", str(actual), low <= actual <= high)]


def _tags(condition: Condition, subject: Subject) -> list[Clause]:
    assert condition.tags is not None
    test: TagTest = condition.tags
    present = {tag.casefold() for tag in subject.values["tags"]}
    actual = f"tagged {shown(subject.values['tags'])}"
    clauses = []
    if test.all:
        clauses.append(
            Clause(f"tags have all of {shown(test.all)}", actual, {t.casefold() for t in test.all} <= present)
        )
    if test.any:
        clauses.append(
            Clause(f"tags have any of {shown(test.any)}", actual, bool({t.casefold() for t in test.any} & present))
        )
    if test.none:
        clauses.append(
            Clause(f"tags have none of {shown(test.none)}", actual, not {t.casefold() for t in test.none} & present)
        )
    return clauses


def _wedding(condition: Condition, subject: Subject) -> list[Clause]:
    assert condition.wedding is not None
    test: WeddingTest = condition.wedding
    days = subject.values["days_until_wedding"]
    actual = "without a date" if days is None else f"in {days} days" if days >= 0 else f"{-days} days ago"
    clauses = []
    if test.known is not None:
        asked = "the wedding date is known" if test.known else "the wedding date is not known"
        clauses.append(Clause(asked, actual, (days is not None) == test.known))
    if test.within is not None:
        limit = test.within.roughly.total_seconds() / 86400
        clauses.append(Clause(f"the wedding is within {test.within}", actual, days is not None and 0 <= days <= limit))
    if test.beyond is not None:
        limit = test.beyond.roughly.total_seconds() / 86400
        clauses.append(Clause(f"the wedding is beyond {test.beyond}", actual, days is not None and days > limit))
    if test.available is not None:
        clauses.append(_available(test.available, subject.values["date_available"]))
    return clauses


def _available(wanted: bool, free: bool | None) -> Clause:
    asked = "their date is free" if wanted else "their date is taken"
    return Clause(asked, {None: "no date", True: "free", False: "taken"}[free], free == wanted)


def _consent(condition: Condition, subject: Subject) -> list[Clause]:
    actual = bool(subject.values["consent_marketing"])
    asked = "consent to marketing is given" if condition.consent else "consent to marketing is not given"
    return [Clause(asked, "given" if actual else "not given", actual == condition.consent)]


def _replied(condition: Condition, subject: Subject) -> list[Clause]:
    asked = "they replied" if condition.replied else "they have not replied"
    return [Clause(asked, "replied" if subject.replied else "not replied", subject.replied == condition.replied)]


def _mails(name: str, verb: str) -> Callable[[Condition, Subject], list[Clause]]:
    def judged(condition: Condition, subject: Subject) -> list[Clause]:
        wanted, mails = getattr(condition, name), getattr(subject, name)
        actual = f"{verb} {shown(sorted(mails))}" if mails else f"not {name}"
        if isinstance(wanted, bool):
            asked = f"they {verb} a mail" if wanted else f"they {verb} no mail"
            return [Clause(asked, actual, bool(mails) == wanted)]
        return [Clause(f"they {verb} {' or '.join(wanted)}", actual, not mails.isdisjoint(wanted))]

    return judged


def _fields(condition: Condition, subject: Subject) -> list[Clause]:
    clauses = []
    for test in condition.fields or ():
        actual = value_at(subject.values, test.field)
        asked = f"{test.field} {test.operator.value.replace('_', ' ')} {shown(test.value)}"
        is_money = test.currency is not None and actual is not None
        told = format_money(actual, test.currency or "") if is_money else shown(actual)
        clauses.append(Clause(asked, told, holds(test.operator, actual, test.expected)))
    return clauses


def _all_of(condition: Condition, subject: Subject) -> list[Clause]:
    return [clause for part in condition.all_of or () for clause in judge(part, subject).trace]


def _any_of(condition: Condition, subject: Subject) -> list[Clause]:
    verdicts = [judge(part, subject) for part in condition.any_of or ()]
    fitting = next((verdict for verdict in verdicts if verdict.held), None)
    if fitting:
        return list(fitting.trace)
    failed = [next(clause for clause in verdict.trace if not clause.held) for verdict in verdicts]
    asked, actual = " or ".join(clause.asked for clause in failed), "; ".join(clause.actual for clause in failed)
    return [Clause(asked, actual, held=False)]


def _none_of(condition: Condition, subject: Subject) -> list[Clause]:
    assert condition.none_of is not None
    verdict = judge(condition.none_of, subject)
    asked = f"not ({_asked(condition.none_of, subject)})"
    return [Clause(asked, "so" if verdict.held else "not so", not verdict.held)]


def _asked(condition: Condition, subject: Subject) -> str:
    """Return all that a condition asks: of `any` every part, whichever of them holds."""
    plain = [name for name in _JUDGES if name not in _COMPOSED and getattr(condition, name) is not None]
    told = [clause.asked for name in plain for clause in _JUDGES[name](condition, subject)]
    told += [_asked(part, subject) for part in condition.all_of or ()]
    told += [f"not ({_asked(condition.none_of, subject)})"] if condition.none_of else []
    if condition.any_of:
        parts = " or ".join(_asked(part, subject) for part in condition.any_of)
        told.append(f"({parts})" if told else parts)
    return " and ".join(told)


_COMPOSED = frozenset({"all_of", "any_of", "none_of"})


_JUDGES: Mapping[str, Callable[[Condition, Subject], list[Clause]]] = {
    "status": _word("status", "lead_status"),
    "source": _word("source", "lead_source"),
    "temperature": _word("temperature", "lead_temperature"),
    "priority": _word("priority", "priority_level"),
    "score": _score,
    "tags": _tags,
    "wedding": _wedding,
    "consent": _consent,
    "replied": _replied,
    "opened": _mails("opened", "opened"),
    "clicked": _mails("clicked", "clicked in"),
    "fields": _fields,
    "all_of": _all_of,
    "any_of": _any_of,
    "none_of": _none_of,
}
