"""The studio's scoring rules: adding, changing, removing, and bringing all of them to what a file says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.crm.rule_drafts import RuleDraft, draft_of
from leadnurture.errors import ConflictError, NotFoundError
from leadnurture.store.tables.scoring import ScoringRule


class NoSuchRuleError(NotFoundError):
    """There is no rule of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "leadnurture rule list shows them"
        super().__init__(f"there is no scoring rule '{name}'", hint=hint)


class RuleExistsError(ConflictError):
    """There is a rule of that name already."""

    def __init__(self, name: str) -> None:
        hint = f'change it: leadnurture rule set "{name}" …'
        super().__init__(f"there is a scoring rule '{name}' already", hint=hint)


@dataclass(frozen=True)
class RuleChanges:
    """What a file of rules would change: rules that are new, those that say something else now, and those that go.

    `changed` are (name, what is another: key → (old, new)).
    """

    added: tuple[RuleDraft, ...]
    changed: tuple[tuple[str, dict[str, tuple[Any, Any]]], ...]
    removed: tuple[str, ...]
    unchanged: int

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def all_rules(session: Session) -> Sequence[ScoringRule]:
    """Return the rules in their order."""
    return session.exec(select(ScoringRule).order_by(col(ScoringRule.rule_order), col(ScoringRule.id))).all()


def find(session: Session, name: str) -> ScoringRule:
    """Return the rule of a name, whatever its case; raises NoSuchRuleError."""
    rules = all_rules(session)
    found = next((rule for rule in rules if _key(rule.rule_name) == _key(name)), None)
    if found is None:
        raise NoSuchRuleError(name, [rule.rule_name for rule in rules])
    return found


def add(session: Session, draft: RuleDraft, now: datetime) -> ScoringRule:
    """Add a rule, the last one unless its draft says where; raises RuleExistsError."""
    _require_free(session, draft.name)
    last = session.exec(select(func.max(ScoringRule.rule_order))).one() or 0
    rule = ScoringRule(**_columns(draft, last + 1), created_at=now)
    session.add(rule)
    session.flush()
    return rule


def change(session: Session, rule: ScoringRule, draft: RuleDraft) -> dict[str, tuple[Any, Any]]:
    """Let a rule say what its draft says; return what is another now, as key → (old, new). Raises RuleExistsError."""
    if _key(draft.name) != _key(rule.rule_name):
        _require_free(session, draft.name)
    changed = _differing(rule, draft)
    for column, value in _columns(draft, rule.rule_order).items():
        setattr(rule, column, value)
    session.add(rule)
    session.flush()
    return changed


def remove(session: Session, rule: ScoringRule) -> None:
    """Take a rule away."""
    session.delete(rule)
    session.flush()


def bring_to(session: Session, drafts: Sequence[RuleDraft], now: datetime) -> RuleChanges:
    """Let the rules be those of the drafts and no others; return what that changes."""
    stored = {_key(rule.rule_name): rule for rule in all_rules(session)}
    wanted = {_key(draft.name): draft for draft in drafts}
    gone = [rule for key, rule in stored.items() if key not in wanted]
    for rule in gone:
        remove(session, rule)
    both = [(draft.name, change(session, stored[key], draft)) for key, draft in wanted.items() if key in stored]
    added = tuple(draft for key, draft in wanted.items() if key not in stored)
    for draft in added:
        add(session, draft, now)
    changed = tuple((name, differences) for name, differences in both if differences)
    return RuleChanges(added, changed, tuple(rule.rule_name for rule in gone), len(both) - len(changed))


def _differing(rule: ScoringRule, draft: RuleDraft) -> dict[str, tuple[Any, Any]]:
    before, after = draft_of(rule), draft.model_dump(mode="json")
    after |= {
        "order": before["order"] if draft.order is None else draft.order,
        "description": draft.description or None,
    }
    return {key: (before[key], after[key]) for key in after if before[key] != after[key]}


def _require_free(session: Session, name: str) -> None:
    names = session.exec(select(ScoringRule.rule_name)).all()
    if found := next((known for known in names if _key(known) == _key(name)), None):
        raise RuleExistsError(found)


def _key(name: str) -> str:
    return name.strip().casefold()


def _columns(draft: RuleDraft, order: int) -> dict[str, Any]:
    return {
        "rule_name": draft.name,
        "rule_description": draft.description or None,
        "criteria_type": draft.type,
        "criteria_field": draft.field,
        "criteria_operator": draft.operator,
        "criteria_value": draft.value,
        "score_adjustment": draft.score,
        "rule_weight": draft.weight,
        "is_active": draft.active,
        "rule_order": order if draft.order is None else draft.order,
    }
