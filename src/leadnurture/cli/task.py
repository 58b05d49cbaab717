"""`leadnurture task`: things for the owner to do."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import HIGHEST_ID, AsJson, open_studio
from leadnurture.cli.task_options import About, Assign, Due, Note, Tags, Urgency, end_of, given, urgency

if TYPE_CHECKING:
    from leadnurture.crm.change import Change
    from leadnurture.store.tables.task import Task
    from leadnurture.studio import Studio

task = typer.Typer(name="task", help="Things to do.", no_args_is_help=True, rich_markup_mode=None)
Numbers = Annotated[
    list[int], typer.Argument(metavar="ID...", min=1, max=HIGHEST_ID, help="Ids, as `task list` shows them.")
]
Number = Annotated[
    int, typer.Argument(metavar="ID", min=1, max=HIGHEST_ID, help="The task's id, as `task list` shows it.")
]


@task.command("add")
def add_task(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What there is to do.")],
    lead: About = None,
    due: Due = None,
    priority: Urgency = None,
    assign: Assign = None,
    tag: Tags = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Note something to do, about a couple or not.

    Example: leadnurture task add "Send the album proofs" --lead emma --due "next monday" --priority high
    """
    from leadnurture.crm import leads, tasks
    from leadnurture.store.vocabulary import Priority

    with open_studio(context) as studio:
        typed = given(studio, title, due, priority, assign, tag, note)
        with studio.change() as change:
            about = leads.find(change.session, lead) if lead is not None else None
            made = tasks.create(change, about, **{"priority": Priority.MEDIUM} | typed, who="owner", task_type="manual")
        _tell(studio, [made], "noted", as_json=as_json)


@task.command("list")
def list_tasks(
    context: typer.Context,
    lead: About = None,
    due: Annotated[str | None, typer.Option("--due", metavar="WHEN", help="Due by then: today, +7d, a date.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose time has passed.")] = False,
    priority: Annotated[
        list[str] | None, typer.Option("--priority", metavar="PRIORITY", help="low, medium … May be repeated.")
    ] = None,
    assign: Assign = None,
    tag: Tags = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that are done or cancelled, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what there is to do: the overdue first, then by when it is due.

    Example: leadnurture task list --due +7d
    """
    from leadnurture.cli.views.tasks import task_list_view
    from leadnurture.crm.leads import find
    from leadnurture.crm.names import clean
    from leadnurture.reports.task_list import TaskFilters, task_list
    from leadnurture.store.vocabulary import TaskStatus

    with open_studio(context) as studio, studio.read() as session:
        filters = TaskFilters(
            status=tuple(TaskStatus) if everything else (TaskStatus.OPEN,),
            lead_id=find(session, lead).id if lead is not None else None,
            due_by=studio.now() if overdue else end_of(studio, due),
            priority=tuple(urgency(studio, word) for word in priority or ()),
            assigned_to=assign,
            tags=tuple(clean(word) for word in tag or ()),
        )
        report = task_list(session, studio.config, studio.now(), filters)
    if as_json or report.tasks:
        terminal.answer(report.as_json(), lambda: task_list_view(report), as_json=as_json)
    else:
        terminal.say('Nothing to do.\n\nNext: leadnurture task add "Call Emma" --due tomorrow')


@task.command("done")
def finish_tasks(context: typer.Context, numbers: Numbers, as_json: AsJson = False) -> None:
    """Tick tasks off.

    Example: leadnurture task done 3 4
    """
    from leadnurture.crm.tasks import finish

    with open_studio(context) as studio:
        _do(studio, numbers, finish, "done", as_json=as_json)


@task.command("cancel")
def cancel_tasks(context: typer.Context, numbers: Numbers, as_json: AsJson = False) -> None:
    """Drop tasks that need not be done.

    Example: leadnurture task cancel 3
    """
    from leadnurture.crm.tasks import cancel

    with open_studio(context) as studio:
        _do(studio, numbers, cancel, "cancelled", as_json=as_json)


@task.command("snooze")
def snooze_task(
    context: typer.Context,
    number: Number,
    until: Annotated[str, typer.Argument(metavar="WHEN", help='"+2d", "next monday", "tomorrow 14:00", a date.')],
    as_json: AsJson = False,
) -> None:
    """Put a task off; "+2d" counts from today.

    Example: leadnurture task snooze 3 "next monday"
    """
    from leadnurture.crm.tasks import snooze
    from leadnurture.engine.when import read_when

    with open_studio(context) as studio:
        at = read_when(until, studio.reading(), studio.now())
        _do(studio, [number], lambda change, found: snooze(change, found, at), "put off", as_json=as_json)


@task.command("edit")
def edit_task(
    context: typer.Context,
    number: Number,
    title: Annotated[str | None, typer.Option("--title", help="What there is to do.")] = None,
    lead: About = None,
    due: Due = None,
    priority: Urgency = None,
    assign: Assign = None,
    tag: Tags = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Change a task; an empty text takes away what was there.

    Example: leadnurture task edit 3 --due "14 June 2027 10:00" --priority urgent
    """
    from leadnurture.crm import leads, tasks
    from leadnurture.errors import UsageError

    with open_studio(context) as studio:
        values = given(studio, title, due, priority, assign, tag, note)
        if not values and lead is None:
            raise UsageError("there is nothing to change", hint='such as --due "+2d" or --title "Call Emma"')

        def edited(change: "Change", found: "Task") -> None:
            about = {} if lead is None else {"lead_id": leads.find(change.session, lead).id if lead else None}
            tasks.edit(change, found, values | about)

        _do(studio, [number], edited, "changed", as_json=as_json)


def _do(
    studio: "Studio", numbers: list[int], act: "Callable[[Change, Task], object]", told: str, *, as_json: bool
) -> None:
    """Do one thing to some tasks, or to none of them if one cannot be found."""
    from leadnurture.crm.tasks import find

    with studio.change() as change:
        found = [find(change.session, number) for number in dict.fromkeys(numbers)]
        for one in found:
            act(change, one)
    _tell(studio, found, told, as_json=as_json)


def _tell(studio: "Studio", found: "list[Task]", told: str, *, as_json: bool) -> None:
    from leadnurture.cli.views.moments import moment
    from leadnurture.reports.as_of import AsOf
    from leadnurture.reports.task_list import task_entry
    from leadnurture.store.tables.lead import Lead

    as_of = AsOf.of(studio.config, studio.now())
    with studio.read() as session:
        leads = [session.get(Lead, one.lead_id) if one.lead_id is not None else None for one in found]
        entries = [task_entry(one, lead, as_of) for one, lead in zip(found, leads, strict=True)]
    if as_json:
        terminal.print_json({"tasks": [entry.as_json() for entry in entries]})
        return
    for entry in entries:
        about = f" ({entry.couple})" if entry.couple else ""
        due = f", due {moment(entry.due_at, as_of.now)}" if entry.due_at and entry.status.value == "open" else ""
        terminal.say(f"Task {entry.id} {told}: {entry.title}{about}{due}")
        if entry.task_type == "phone_call" and entry.status.value == "done" and entry.lead_id is not None:
            terminal.say(f'  how it went: leadnurture lead log {entry.lead_id} phone_call --text "…"')
    terminal.say("\nNext: leadnurture task list")
