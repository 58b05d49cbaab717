"""A plan: the steps that differ, then what happens to the couples half way."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import heading, indented
from leadnurture.cli.views.plain import count, line, word
from leadnurture.cli.views.plan_leads import lead_line
from leadnurture.reports.plan_report import Plan, SequencePlan
from leadnurture.reports.plan_steps import StepChange, TextChange
from leadnurture.reports.plan_values import KeyChange
from leadnurture.sequences.versions import Difference

_SHOWN = 20  # couples of each sequence
_CHANGES = {
    Difference.NEW: "is new",
    Difference.CHANGED: "has changed",
    Difference.RETURNED: "is back",
    Difference.DELETED: "is gone: its couples leave it",
    Difference.UNCHANGED: "is not changed, but affected",
}
_SIGNS = {"added": "+", "removed": "-"}
_STYLES = {"+": colours.GOOD, "-": colours.WRONG, "@": colours.QUIET}
_TOTALS = {
    "moves": ("goes over to other steps or times", "go over to other steps or times"),
    "stays": ("stays before the same step", "stay before the same step"),
    "waits": ("goes over when the message is settled", "go over when their messages are settled"),
    "freezes": ("freezes", "freeze"),
    "thaws": ("thaws", "thaw"),
    "enrolled": ("enters", "enter"),
    "completed": ("has all of it done", "have all of it done"),
    "cancelled": ("leaves", "leave"),
    "stay_out": ("fits already and stays out", "fit already and stay out"),
}


def plan_view(report: Plan) -> RenderableType:
    """Show each sequence that differs, and the totals of several."""
    parts: list[RenderableType] = []
    for sequence in report.differing:
        parts += [*([Text("")] if parts else []), *_sequence(sequence, report)]
    if len(report.differing) > 1:
        parts += [heading(f"Together: {count(report.totals['sequences'], 'sequence')}"), *_totals(report.totals)]
    return Group(*parts)


def _sequence(sequence: SequencePlan, report: Plan) -> Iterator[RenderableType]:
    version = f" (version {sequence.version} runs)" if sequence.version else ""
    yield line(sequence.sequence, "bold").append(f" {_CHANGES[sequence.change]}{version}", style="not bold")
    if sequence.change is Difference.CHANGED and not (sequence.words.keys or sequence.words.steps):
        yield indented(Text("only comments, layout or files that no step names", style=colours.QUIET))
    for key in sequence.words.keys:
        yield indented(_key(key))
    for step in sequence.words.steps:
        yield from (indented(part) for part in _step(step))
    affected = sequence.affected
    for lead in affected[:_SHOWN]:
        yield indented(lead_line(lead, report))
    if len(affected) > _SHOWN:
        yield indented(Text(f"… and {len(affected) - _SHOWN:,} more; --json has them all", style=colours.QUIET))
    yield from _totals(sequence.totals)


def _totals(totals: dict[str, int]) -> Iterator[RenderableType]:
    told = [f"{count(totals[key], 'couple')} {_TOTALS[key][totals[key] != 1]}" for key in _TOTALS if totals[key]]
    if told:
        yield indented(Text("; ".join(told)))


def _step(step: StepChange) -> Iterator[RenderableType]:
    sign = next((_SIGNS[change] for change in step.changes if change in _SIGNS), "~")
    was = f", was '{step.was}'" if step.was else ""
    yield Text(f"{sign} {step.step}: {', '.join(step.changes)}{was}", style=_STYLES.get(sign, colours.WAITS_FOR_YOU))
    yield from (indented(_key(key), 4) for key in step.keys)
    for text in step.texts:
        yield indented(_text(text), 4)
    for name in step.attachments:
        yield indented(line(f"attachment {name} changed"), 4)


def _key(key: KeyChange) -> Text:
    return line(f"{word(key.key)}: {key.old or 'not given'} → {key.new or 'not given'}")


def _text(text: TextChange) -> Text:
    told = line(f"{text.key}: {text.template}" if text.template else text.key, colours.QUIET)
    for row in text.diff:
        told.append("\n").append_text(line(row, _STYLES.get(row[:1], "")))
    return told
