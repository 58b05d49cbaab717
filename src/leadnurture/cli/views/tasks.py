"""What there is to do, one task per line."""

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column
from leadnurture.cli.views.moments import stamp
from leadnurture.cli.views.plain import count, line, word
from leadnurture.reports.task_list import TaskEntry, TaskList
from leadnurture.store.vocabulary import Priority, TaskStatus

_LOUD = {Priority.URGENT: colours.WRONG, Priority.HIGH: colours.WAITS_FOR_YOU}


def task_list_view(report: TaskList) -> RenderableType:
    """Show when each is due, what it is and for whom."""
    widest = max((len(str(task.id)) for task in report.tasks), default=2)
    rows = Listing(
        column("Id", width=max(2, widest), right=True),
        column("Due", width=12),
        column("Priority", width=8),
        column("With", width=20),
        column("What"),
    )
    for task in report.tasks:
        rows.add(*_row(task, report))
    told = count(len(report.tasks), "task") + (f" · {report.overdue} overdue" if report.overdue else "")
    return Group(rows, Text(f"\n{told}", style=colours.QUIET))


def _row(task: TaskEntry, report: TaskList) -> tuple[Text | str, ...]:
    due = Text(stamp(task.due_at, report.as_of.now) if task.due_at else "")
    due.stylize(colours.WAITS_FOR_YOU if task.is_overdue else "")
    what = line(task.title)
    if task.status is not TaskStatus.OPEN:
        what.append(f" ({word(task.status)})", style=colours.QUIET)
    if task.tags:
        what.append(" ").append_text(line(f"[{', '.join(task.tags)}]", colours.QUIET))
    return (
        str(task.id),
        due,
        Text(task.priority.value, style=_LOUD.get(task.priority, "")),
        line(task.couple or ""),
        what,
    )
