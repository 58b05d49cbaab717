"""Scoring rules, one per line."""

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column
from leadnurture.cli.views.plain import count, line, word
from leadnurture.reports.rule_list import RuleList
from leadnurture.store.tables.scoring import ScoringRule


def rules_view(report: RuleList) -> RenderableType:
    """Show what each rule asks and what it gives; those that do not count are pale."""
    rows = Listing(column("Rule", width=24), column("Score", width=6, right=True), column("×", width=4), column("When"))
    for rule in report.rules:
        style = "" if rule.is_active else colours.QUIET
        weight = "" if rule.rule_weight == 1 else f"{rule.rule_weight:g}"
        rows.add(line(rule.rule_name, style), Text(f"{rule.score_adjustment:+d}", style=style), weight, _asked(rule))
    told = f"\n{count(len(report.rules), 'rule')}, {report.active} of them active"
    return Group(rows, Text(told, style=colours.QUIET))


def _asked(rule: ScoringRule) -> Text:
    asked = line(f"{rule.criteria_field} {word(rule.criteria_operator)} {rule.criteria_value or 'anything'}")
    return asked if rule.is_active else asked.append("  (inactive)", style=colours.QUIET)
