"""Scoring rules as YAML: what is written is read back the same, and each error has its place."""

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.rule_drafts import RuleDraft
from leadnurture.crm.values import Reading
from leadnurture.sequences.rule_file import read_rules, written_rules

READING = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")
BROKEN = """\
rules:
  - name: Real budget
    type: bugdet
    field: estimated_budget
    operator: greater_than
    value: lots
    score: 20
  - {name: Real Budget, type: budget, field: guests, operator: between, value: [1, 2], score: 5, wieght: 2}
  - name: Nothing
rule: []
"""
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30)
NAMES = WORDS.filter(lambda text: bool(text.strip()))


def rule(name: str, venue: str, score: int, weight: float, description: str | None) -> RuleDraft:
    given = {"name": name, "type": "wedding_details", "field": "venue", "operator": "contains", "value": venue}
    more = {"score": score, "weight": weight, "active": score > 0, "order": abs(score), "description": description}
    return RuleDraft.model_validate(given | more, context={"reading": READING})


def said(draft: RuleDraft) -> dict[str, Any]:
    return draft.model_dump(mode="json")


RULES = st.lists(
    st.builds(rule, NAMES, WORDS, st.integers(-100, 100), st.sampled_from([0.0, 0.5, 1.0, 1.25]), st.none() | NAMES),
    unique_by=lambda draft: draft.name.casefold(),
    max_size=4,
)


@given(RULES)
def test_what_is_written_reads_as_the_same_rules(rules: list[RuleDraft]) -> None:
    read = read_rules(written_rules([said(one) for one in rules]), "rules.yaml", READING)
    assert read.problems == ()
    assert [said(one) for one in read.drafts] == [said(one) for one in rules]


def test_each_error_is_told_with_its_line_and_column() -> None:
    problems = read_rules(BROKEN, "rules.yaml", READING).problems
    told = {(one.place.line, one.place.column): f"{one.message} {one.hint or ''}" for one in problems}
    assert "did you mean 'budget'?" in told[3, 11]
    assert "'lots' is not an amount of money" in told[6, 12]
    assert "two rules are called 'Real Budget'; the first is in line 2" in told[8, 12]
    assert "did you mean 'weight'?" in told[8, BROKEN.splitlines()[7].index("wieght") + 1]
    assert "is missing" in told[9, 5]
    assert "did you mean 'rules'?" in told[10, 1]
    assert problems[0].text == "    type: bugdet"


def test_what_is_no_file_of_rules_says_what_one_is() -> None:
    for text in ("", "rules: 5", "- a", "name: Welcome\nsteps: []"):
        (problem, *_) = read_rules(text, "rules.yaml", READING).problems
        assert "a list under 'rules:'" in problem.message
    assert "not YAML" in read_rules("rules: [", "rules.yaml", READING).problems[0].message
    assert read_rules("rules: []", "rules.yaml", READING).problems == ()
