"""The sequences as a table, and one of them with its steps in words."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column, heading, indented, one_line, pairs
from leadnurture.cli.views.moments import moment
from leadnurture.cli.views.plain import count, line, word
from leadnurture.reports.sequence_card import SequenceCard
from leadnurture.reports.sequence_files import FileState
from leadnurture.reports.sequence_list import SequenceLine, SequenceList
from leadnurture.reports.sequence_stats import SequenceStats
from leadnurture.reports.step_cards import StepCard
from leadnurture.store.vocabulary import EnrollmentStatus

_STATES = {
    FileState.NOT_APPLIED: colours.WAITS_FOR_YOU,
    FileState.CHANGED: colours.WAITS_FOR_YOU,
    FileState.DELETED: colours.WAITS_FOR_YOU,
    FileState.BROKEN: colours.WRONG,
}
_LONG = frozenset({"description", "body", "notes"})
_ADVICE = {
    FileState.NOT_APPLIED: "It is not applied: nothing of it happens before `leadnurture apply`.",
    FileState.CHANGED: "Its file has changed since: this is what runs until `leadnurture apply`.",
    FileState.DELETED: "Its file is gone: this is what runs until `leadnurture apply`.",
    FileState.BROKEN: "Its file is broken: `leadnurture sequence check` shows where.",
}


def sequence_list_view(report: SequenceList) -> RenderableType:
    """Show the sequences, one per line, with how many leads are in each."""
    rows = Listing(
        column("Id"),
        column("Category", width=18),
        column("State", width=16),
        column("Steps", width=5, right=True),
        column("Inside", width=6, right=True),
        column("Done", width=5, right=True),
    )
    for sequence in report.sequences:
        rows.add(*_row(sequence))
    waiting = any(sequence.state is not FileState.APPLIED for sequence in report.sequences)
    hint = Text("\nNext: leadnurture apply lets the files count", style=colours.QUIET)
    return Group(rows, hint) if waiting else rows


def _row(sequence: SequenceLine) -> list[Text]:
    return [
        line(sequence.id),
        Text(word(sequence.category or "–")),
        _state(sequence),
        Text("–" if sequence.steps is None else str(sequence.steps)),
        Text(f"{sequence.leads[EnrollmentStatus.ACTIVE]:,}"),
        Text(f"{sequence.leads[EnrollmentStatus.COMPLETED]:,}"),
    ]


def _state(sequence: SequenceLine) -> Text:
    version = f" v{sequence.version}" if sequence.version else ""
    off = ", off" if sequence.active is False else ""
    told = f"applied{version}" if sequence.state is FileState.APPLIED else word(sequence.state)
    return Text(told + off, style=_STATES.get(sequence.state, ""))


def sequence_view(report: SequenceCard) -> RenderableType:
    """Show a sequence: what it is for, who enters, each step in words, and its versions."""
    return Group(*_head(report), *_steps(report), *_versions(report))


def _head(report: SequenceCard) -> Iterator[RenderableType]:
    sequence = report.sequence
    title = line(sequence.name if sequence else report.file.id, "bold")
    yield title.append(f"   {report.file.id}", style=colours.QUIET)
    if not report.shows_what_runs:
        yield Text(f"This is version {report.version}; it does not run.", style=colours.WAITS_FOR_YOU)
    elif report.file.state in _ADVICE:
        yield Text(_ADVICE[report.file.state], style=_STATES[report.file.state])
    for error in report.file.errors:
        yield indented(line(f"{error.file}:{error.place.line}:{error.place.column}: {error.message}", colours.WRONG))
    if sequence is None:
        return
    if sequence.description:
        yield line(sequence.description)
    yield Text("")
    yield pairs(_facts(report))


def _facts(report: SequenceCard) -> Iterator[tuple[str, Text]]:
    sequence = report.sequence
    assert sequence is not None
    state = "on" if sequence.active else "off: nobody enters, those inside stay where they are"
    yield "State", Text(f"{state}; {word(sequence.category)}, {word(sequence.type)}, purpose {sequence.purpose}")
    yield "Who enters", line(report.enroll_when or "nobody by itself; leads are enrolled by hand")
    yield "Window", Text(f"{report.window}, unless a step says otherwise")
    yield "Ends on", Text(", ".join(word(stop) for stop in sorted(sequence.stops)))
    counts = [f"{number:,} {status}" for status, number in report.leads.items() if number]
    yield "Leads", Text(", ".join(counts) or "none so far")
    if counts:
        yield "Result", Text(_result(report.stats))


def _result(stats: SequenceStats) -> str:
    booked = f"{stats.converted_leads:,} booked ({stats.conversion_rate} %)"
    if stats.average_completion_time is None:
        return booked
    return f"{booked}; the end is reached after {stats.average_completion_time} days on average"


def _steps(report: SequenceCard) -> Iterator[RenderableType]:
    if report.steps:
        yield heading("Steps")
    for number, step in enumerate(report.steps, start=1):
        name = Text(f"{number:>2}. ").append_text(line(step.name)).append(f"   {step.id}", style=colours.QUIET)
        if step.leads:
            name.append(f"   {count(step.leads, 'lead')} here")
        yield name
        yield from (indented(part, 4) for part in _step(step, report, first=number == 1))


def _step(step: StepCard, report: SequenceCard, *, first: bool) -> Iterator[Text]:
    after = f"{step.delay} after {'they enter' if first else 'the step before'}" if step.delay else "straight away"
    window = f", {step.window}" if step.window != report.window else ""
    off = "" if step.active else "switched off; "
    yield line(f"{off}{word(step.action)} {step.wedding or after}{window}")
    if step.late:
        yield line(step.late)
    if step.when:
        yield line(f"only if {step.when}")
    ways = {name: value for name, value in step.details.items() if isinstance(value, list) and _records(value)}
    brief = {name: value for name, value in step.details.items() if name not in {*_LONG, *ways}}
    for case in (case for cases in ways.values() for case in cases):
        yield line(", ".join(f"{name} {value}" for name, value in case.items()), colours.QUIET)
    told = " · ".join(f"{word(name)}: {_told(value)}" for name, value in brief.items())
    if told:
        yield one_line(line(told, colours.QUIET))


def _records(values: list[object]) -> bool:
    return all(isinstance(value, dict) for value in values)


def _told(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _versions(report: SequenceCard) -> Iterator[RenderableType]:
    if not report.versions:
        return
    yield heading("Versions")
    for version in report.versions[-5:]:
        commit = f"   commit {version.commit[:8]}" if version.commit else ""
        current = "   this is what runs" if version.current else ""
        yield indented(Text(f"{version.number:>3}  {moment(version.applied_at, report.as_of.now)}{commit}{current}"))
