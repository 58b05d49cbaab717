"""Which scoring rules there are, in their order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from leadnurture.config import Config
from leadnurture.crm.rule_book import all_rules
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.store.tables.scoring import ScoringRule


@dataclass(frozen=True)
class RuleList:
    """The rules in their order."""

    as_of: AsOf
    rules: tuple[ScoringRule, ...]

    @property
    def active(self) -> int:
        """How many of them count."""
        return sum(rule.is_active for rule in self.rules)

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        rules = [_json(rule, self.as_of) for rule in self.rules]
        return {"rules": rules, "total_rules": len(rules), "active_rules": self.active}


def rule_list(session: Session, config: Config, now: datetime) -> RuleList:
    """Return all rules, those that do not count too."""
    return RuleList(AsOf.of(config, now), tuple(all_rules(session)))


def rule_json(rule: ScoringRule, config: Config) -> dict[str, Any]:
    """Return a rule's documented keys."""
    return _json(rule, AsOf.of(config, rule.created_at))


def _json(rule: ScoringRule, as_of: AsOf) -> dict[str, Any]:
    return {
        "id": rule.id,
        "rule_name": rule.rule_name,
        "rule_description": rule.rule_description,
        "criteria_type": rule.criteria_type.value,
        "criteria_field": rule.criteria_field,
        "criteria_operator": rule.criteria_operator.value,
        "criteria_value": rule.criteria_value,
        "score_adjustment": rule.score_adjustment,
        "rule_weight": rule.rule_weight,
        "is_active": rule.is_active,
        "rule_order": rule.rule_order,
        "created_at": iso(as_of.local(rule.created_at)),
    }
