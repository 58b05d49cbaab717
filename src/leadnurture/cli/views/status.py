"""How the engine stands, on one screen: what is due, what waits, and what wants the owner."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.resting import AT_ONCE, told_rest
from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column, heading, indented, pairs
from leadnurture.cli.views.moments import moment
from leadnurture.cli.views.plain import count, cut, line
from leadnurture.cli.views.worker import worker_rows
from leadnurture.reports.sequence_files import FileState, SequenceFile
from leadnurture.reports.status import Status
from leadnurture.store.vocabulary import OutboxState

_SHOWN = 8  # of each kind of trouble
_FILES = {
    FileState.NOT_APPLIED: "is new   → leadnurture apply",
    FileState.CHANGED: "has changed since it was applied   → leadnurture apply",
    FileState.DELETED: "is applied, but its file is gone   → leadnurture apply",
    FileState.BROKEN: "is broken   → leadnurture sequence check",
}


def status_view(report: Status) -> RenderableType:
    """Show the figures, then each kind of trouble with its reasons; no trouble takes no room."""
    return Group(pairs(_figures(report)), *_held(report), *_failed(report), *_files(report))


def _figures(report: Status) -> Iterator[tuple[str, Text]]:
    now = report.as_of.now
    yield "Studio", line(report.studio)
    yield from worker_rows(report.worker, now)
    due = report.due_enrollments + report.due_messages
    what = f"{count(report.due_enrollments, 'step')}, {count(report.due_messages, 'message')}"
    yield "Due now", Text(f"{what}   → leadnurture run --once" if due else "nothing")
    following = f", the next {moment(report.next_at, now)}" if report.next_at else ""
    yield "Waiting", Text(f"{count(report.waiting, 'step')}{following}")
    yield "Outbox", _outbox(report)
    for rest in report.rests:
        yield "Resting", line(told_rest(rest, report.as_of.zone), colours.WRONG).append(f"\n{AT_ONCE}")
    yield "Last sent", Text(moment(report.last_sent_at, now) if report.last_sent_at else "nothing yet")
    if report.retention.is_waiting:
        told = f"{count(report.retention.overdue, 'lost couple')} older than privacy.forget_lost_after"
        yield "To forget", Text(f"{told}\n→ leadnurture lead forget --lost", style=colours.WAITS_FOR_YOU)
    if not report.files and not report.files_unreadable:
        yield "Sequences", Text("what is applied is what the files say")


def _outbox(report: Status) -> Text:
    told = Text(f"{report.messages[OutboxState.QUEUED.value]} queued")
    if doubtful := report.messages[OutboxState.IN_DOUBT.value]:
        at = report.looked_for_at
        later = moment(at, report.as_of.now) if at is not None and at > report.as_of.now else "by the next run"
        told.append(f", {doubtful} in doubt, looked for {later}", style=colours.WAITS_FOR_YOU)
    if report.refused_lately:
        told.append(f", {report.refused_lately} refused in the last 7 days", style=colours.WRONG)
    if parked := report.messages[OutboxState.PARKED.value]:
        told.append(f", {parked} parked\n→ leadnurture outbox list --state parked", style=colours.WAITS_FOR_YOU)
    return told


def _held(report: Status) -> Iterator[RenderableType]:
    if not report.held:
        return
    yield heading(f"Held: {count(sum(group.count for group in report.held), 'step')}")
    for group in report.held[:_SHOWN]:
        more = f" and {group.count - 1} more" if group.count > 1 else ""
        told = line(f"{group.sequence}, lead {group.lead_id}{more}:").append(" ")
        yield indented(told.append_text(cut(group.reason, 200, colours.WAITS_FOR_YOU)))
    yield from _more(len(report.held))


def _failed(report: Status) -> Iterator[RenderableType]:
    if not report.failed:
        return
    yield heading(f"Failed: {count(len(report.failed), 'enrollment')}")
    rows = Listing(column(width=9), column(width=22), column())
    for failure in report.failed[:_SHOWN]:
        reason = line(failure.reason, colours.WRONG)
        rows.add(f"lead {failure.lead_id}", line(failure.couple), reason)
    yield indented(rows)
    yield from _more(len(report.failed))


def _more(number: int) -> Iterator[RenderableType]:
    if number > _SHOWN:
        yield indented(Text(f"… and {number - _SHOWN} more; --json has them all", style=colours.QUIET))


def _files(report: Status) -> Iterator[RenderableType]:
    if report.files or report.files_unreadable:
        yield heading("Sequence files")
    if report.files_unreadable:
        yield indented(line(report.files_unreadable, colours.WRONG))
    for file in report.files:
        yield indented(line(file.id).append(f" {_FILES[file.state]}"))
        if file.errors:
            yield indented(_first_error(file), 4)


def _first_error(file: SequenceFile) -> Text:
    error = file.errors[0]
    more = f" (and {len(file.errors) - 1} more)" if len(file.errors) > 1 else ""
    return line(f"{error.file}:{error.place.line}:{error.place.column}: {error.message}{more}", colours.WRONG)
