"""Why, on one calm screen: each walk with its steps and what comes next, then the sequences that were never entered."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import heading, indented
from leadnurture.cli.views.moments import moment, short_day, stamp
from leadnurture.cli.views.plain import line
from leadnurture.engine.conditions import Clause
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.why import Why
from leadnurture.reports.why_next import NextStep
from leadnurture.reports.why_not_enrolled import NotEnrolled
from leadnurture.reports.why_steps import StepStory
from leadnurture.reports.why_walks import WalkStory

_OUTCOMES = {
    "sent": colours.GOOD,
    "done": colours.GOOD,
    "failed": colours.WRONG,
    "held": colours.WAITS_FOR_YOU,
    "in doubt": colours.WAITS_FOR_YOU,
    "parked": colours.WAITS_FOR_YOU,
}


def why_view(report: Why) -> RenderableType:
    """Show why a lead stands where they stand; the clauses of conditions if one sequence was asked about."""
    title = line(report.couple, "bold").append(f"   lead {report.lead_id}", style=colours.QUIET)
    notes = [line(_sentence(note), colours.WAITS_FOR_YOU) for note in report.notes]
    walks = [part for walk in report.walks for part in _walk(walk, report)]
    return Group(title, *notes, *walks, *_not_enrolled(report))


def _walk(walk: WalkStory, report: Why) -> Iterator[RenderableType]:
    about = f"   {walk.sequence}, enrollment {walk.enrollment_id}, {walk.status.value}"
    yield Text("\n").append_text(line(walk.name, "bold")).append(about, style=colours.QUIET)
    entered = f"entered {moment(walk.entered_at, report.as_of.now)}"
    yield indented(line(f"{entered}: {walk.reason}" if walk.reason else entered))
    yield indented(_steps(walk.steps, report.as_of))
    if walk.next:
        yield from (indented(part) for part in _next(walk.next, report))
    if walk.trouble:
        yield indented(line(walk.trouble, colours.WRONG))
    if walk.ended_at:
        ended = f"{walk.status.value} {moment(walk.ended_at, report.as_of.now)}: {walk.end_reason}"
        yield indented(line(ended, colours.WALK.get(walk.status, "")))
    if report.whole:
        yield from (indented(line(f"{one.step}: {one.told}", colours.QUIET)) for one in walk.others)


def _steps(steps: Iterable[StepStory], as_of: AsOf) -> Table:
    """Return the steps in three columns; a reason goes on below rather than being cut."""
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(width=12, no_wrap=True)
    rows.add_column(width=9, no_wrap=True)
    rows.add_column(overflow="fold")
    for step in steps:
        outcome = Text(step.outcome, style=_OUTCOMES.get(step.outcome, colours.QUIET))
        rows.add_row(stamp(step.at, as_of.now), outcome, _told(step))
    return rows


def _told(step: StepStory) -> Text:
    subject = f" “{step.subject}”" if step.subject else ""
    reason = f": {step.reason}" if step.reason else ""
    return line(f"{step.step}{subject}{reason}")


def _next(step: NextStep, report: Why) -> Iterator[RenderableType]:
    when = moment(step.at, report.as_of.now) if step.at else "on its way"
    due = " – with the next run" if step.at and step.at <= report.as_of.now and not step.frozen else ""
    yield line(f"next: {step.step} – {when}{due}", "bold")
    yield from (indented(line(cause)) for cause in step.because)
    if step.frozen:
        yield indented(line(f"but nothing happens: {step.frozen}", colours.WAITS_FOR_YOU))
    if step.would_skip:
        yield indented(line(f"as things stand it will be skipped: {step.would_skip}", colours.WAITS_FOR_YOU))
    if report.whole:
        yield from _clauses(step.clauses)


def _not_enrolled(report: Why) -> Iterator[RenderableType]:
    if not report.not_enrolled:
        return
    yield heading("Not in")
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(max_width=24, overflow="fold")
    rows.add_column(overflow="fold")
    for one in report.not_enrolled:
        rows.add_row(line(one.sequence), line(_why_not(one, report.as_of)))
    yield indented(rows)
    if report.whole:
        yield from (part for one in report.not_enrolled for part in _clauses(one.clauses))


def _why_not(one: NotEnrolled, as_of: AsOf) -> str:
    if one.at is not None:
        return f"passed over on {short_day(one.at.date(), as_of.now.date()).strip()}: {one.reason}"
    return f"barred: {one.reason}" if one.kind == "barred" else one.reason


def _clauses(clauses: Iterable[Clause]) -> Iterator[RenderableType]:
    """Show each clause of a condition with the value that it met."""
    for clause in clauses:
        mark = Text("✓ ", style=colours.GOOD) if clause.held else Text("✗ ", style=colours.WRONG)
        yield indented(mark.append_text(line(f"{clause.asked}: it is {clause.actual}")), 4)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
