"""What a plan means for one couple, in a sentence."""

from collections.abc import Callable, Mapping
from datetime import datetime

from rich.text import Text

from leadnurture.cli.views.moments import moment
from leadnurture.cli.views.plain import line
from leadnurture.engine.planning_outcome import Fate, LeadOutcome, Position
from leadnurture.reports.plan_report import Plan

When = Callable[[Position], str]


def lead_line(lead: LeadOutcome, report: Plan) -> Text:
    """Return the couple's name and what happens: the next step and when, what is new ahead, what is skipped."""

    def when(position: Position) -> str:
        at = report.as_of.local(position.at)
        return _when(at, report.as_of.now)

    couple = report.couples.get(lead.lead_id, f"lead {lead.lead_id}")
    parts = [_TOLD[lead.fate](lead, when), _also(lead), _skipped(lead)]
    return line(f"{couple}: {'; '.join(part for part in parts if part)}")


def _when(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "(its message is on its way)"
    return moment(at, now) if at > now else "at the next run"


def _moves(lead: LeadOutcome, when: When) -> str:
    before, after = lead.before, lead.after
    assert before is not None
    assert after is not None
    frozen = "it is frozen; then " if lead.frozen else ""
    if before.step != after.step:
        return f"{frozen}next is now '{after.step}' {when(after)}"
    if before.at == after.at:
        order = "" if lead.added or lead.skipped else ", what follows comes in another order"
        return f"{frozen}next is still '{after.step}' {when(after)}{order}"
    return f"{frozen}'{after.step}' comes {when(after)} instead of {when(before)}"


def _next(lead: LeadOutcome, when: When) -> str:
    return f"'{lead.after.step}' {when(lead.after)}" if lead.after else "nothing, all steps are done"


def _also(lead: LeadOutcome) -> str:
    coming = [key for key in lead.added if lead.after is None or key != lead.after.step]
    return f"{_listed(coming)} will come, too" if coming and lead.fate is not Fate.ENROLLED else ""


def _skipped(lead: LeadOutcome) -> str:
    return f"{_listed(lead.skipped)} will be skipped" if lead.skipped and lead.fate is not Fate.CANCELLED else ""


def _listed(keys: list[str] | tuple[str, ...]) -> str:
    quoted = [f"'{key}'" for key in keys]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


_TOLD: Mapping[Fate, Callable[[LeadOutcome, When], str]] = {
    Fate.STAYS: lambda lead, when: f"next is still {_next(lead, when)}",
    Fate.MOVES: _moves,
    Fate.FREEZES: lambda lead, _: f"freezes before '{lead.after.step}'" if lead.after else "freezes",
    Fate.THAWS: lambda lead, when: f"thaws; next is {_next(lead, when)}",
    Fate.WAITS: lambda lead, _: (
        f"the message of '{lead.before.step if lead.before else ''}' is on its way; goes over when it is settled"
    ),
    Fate.ENROLLED: lambda lead, when: f"enters; the first is {_next(lead, when)}",
    Fate.COMPLETED: lambda lead, _: f"is through: {lead.reason}",
    Fate.CANCELLED: lambda lead, _: f"leaves: {lead.reason}",
}
