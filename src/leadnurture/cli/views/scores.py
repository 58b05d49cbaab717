"""One score, point by point; and all of them as bars."""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column, indented
from leadnurture.cli.views.moments import stamp
from leadnurture.cli.views.plain import count, line
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.lead_score import Adjustment, LeadScore
from leadnurture.reports.score_distribution import ScoreDistribution, ScoreRange

_BAR = 40  # cells of the longest bar
_NAME = 26  # cells of a rule's name, at most


def score_view(couple: str, stored: int, score: LeadScore, as_of: AsOf) -> RenderableType:
    """Show each point of a score with its reason, their sum, and what is made of it."""
    head = Text.assemble(line(couple, "bold"), f"  score {score.score}, ", _temperature(score))
    names = [rule.rule_name for rule in score.rules] + [one.reason or "by hand" for one in score.adjustments]
    widest = min(_NAME, max((cell_len(name) for name in names), default=_NAME))
    rows = Listing(column(width=8, right=True), column(width=widest), column())
    for rule in score.rules:
        rows.add(f"{rule.adjustment:+g}", line(rule.rule_name), line(f"{rule.asked}: {rule.actual}", colours.QUIET))
    for one in score.adjustments:
        rows.add(f"{round(one.worth, 2):+g}", line(one.reason or "by hand"), _since(one, as_of))
    parts: list[RenderableType] = [head, Text(""), indented(rows)] if score.rules or score.adjustments else [head]
    return Group(*parts, *_sum(stored, score))


def _temperature(score: LeadScore) -> Text:
    return Text(score.temperature.value, style=colours.TEMPERATURE[score.temperature])


def _since(one: Adjustment, as_of: AsOf) -> Text:
    fading = f", {one.adjustment:+d} then, halved every {one.half_life}" if one.half_life else ""
    return Text(f"since {stamp(one.at, as_of.now)}{fading}", style=colours.QUIET)


def _sum(stored: int, score: LeadScore) -> Iterator[Text]:
    if not score.rules and not score.adjustments:
        yield Text("\n  No rule gives points.")
    elif score.total < 0 or score.total > 100:
        yield Text(f"  {round(score.total, 2):+8g}  in all, kept between 0 and 100: {score.score}", style="bold")
    else:
        rounded = "" if score.total == score.score else f", rounded {score.score}"
        yield Text(f"  {round(score.total, 2):+8g}  in all{rounded}", style="bold")
    if stored != score.score:
        yield Text(f"\n  Stored is {stored}, as of the last change; the next run or `score recalc` writes it anew.")


def distribution_view(report: ScoreDistribution) -> RenderableType:
    """Show the ranges as bars."""
    rows = Listing(
        column("Score", width=7), column("Leads", width=7, right=True), column(width=7, right=True), column()
    )
    most = max(one.leads for one in report.ranges)
    for one in reversed(report.ranges):
        rows.add(f"{one.lowest}–{one.highest}", f"{one.leads:,}", f"{one.percent} %", _bar(one, most))
    told = f"\n{count(report.total, 'lead')}, average {report.average}, median {report.median}"
    return Group(rows, Text(told, style=colours.QUIET))


def _bar(one: ScoreRange, most: int) -> Text:
    return Text("▇" * (max(1, round(_BAR * one.leads / most)) if one.leads else 0))
