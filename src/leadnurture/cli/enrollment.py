"""`leadnurture enrollment`: couples' walks through sequences, looked at and steered by hand."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    from leadnurture.crm.change import Change
    from leadnurture.store.tables.sequence import Enrollment
    from leadnurture.store.vocabulary import EnrollmentStatus
    from leadnurture.studio import Studio

enrollment = typer.Typer(
    name="enrollment", help="Who walks which sequence, and steering it.", no_args_is_help=True, rich_markup_mode=None
)
Which = Annotated[
    str, typer.Argument(metavar="ID_OR_LEAD", help="A number alone is an enrollment's id; else id, address or name.")
]
InSequence = Annotated[
    str | None, typer.Argument(metavar="[SEQ]", help="Which of the couple's sequences, if they are in several.")
]
OneStep = Annotated[str | None, typer.Option("--to", metavar="STEP", help="A later step; those before it are skipped.")]


@enrollment.command("list")
def list_enrollments(
    context: typer.Context,
    lead: Annotated[str | None, typer.Option(metavar="LEAD", help="Id, e-mail address, or part of a name.")] = None,
    sequence: Annotated[str | None, typer.Option(metavar="SEQ", help="The sequence's id.")] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(metavar="STATUS", help="active, paused, completed, cancelled, failed. May be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List who is or was in which sequence: the newest first, each with what comes next or how it ended.

    Example: leadnurture enrollment list --sequence inquiry-welcome --status active
    """
    from leadnurture.cli.views.enrollments import enrollment_list_view
    from leadnurture.crm.leads import find
    from leadnurture.reports.enrollment_list import enrollment_list, read_standings

    with open_studio(context) as studio, studio.read() as session:
        standings = read_standings(status or (), studio.reading())
        lead_id = find(session, lead).id if lead is not None else None
        filters = {"lead_id": lead_id, "sequence": sequence, "standings": standings, "limit": limit}
        report = enrollment_list(session, studio.config, studio.now(), **filters)  # type: ignore[arg-type]
    if as_json or report.enrollments:
        terminal.answer(report.as_json(), lambda: enrollment_list_view(report), as_json=as_json)
    elif standings or lead is not None or sequence is not None:
        terminal.say("No enrollment fits all of that.")
    else:
        terminal.say("Nobody has entered a sequence yet.\n\nNext: leadnurture sequence list shows who would enter")


@enrollment.command("pause")
def pause_enrollment(
    context: typer.Context, which: Which, sequence: InSequence = None, as_json: AsJson = False
) -> None:
    """Freeze a couple's walk through one sequence until it is resumed.

    Example: leadnurture enrollment pause emma inquiry-welcome
    """
    from leadnurture.engine.by_hand import pause
    from leadnurture.store.vocabulary import EnrollmentStatus

    with open_studio(context) as studio:
        _do(studio, which, sequence, {EnrollmentStatus.ACTIVE}, pause, as_json=as_json)


@enrollment.command("resume")
def resume_enrollment(
    context: typer.Context, which: Which, sequence: InSequence = None, as_json: AsJson = False
) -> None:
    """Let a paused walk go on; what fell due meanwhile comes once, in its window.

    Example: leadnurture enrollment resume emma
    """
    from leadnurture.engine.by_hand import resume
    from leadnurture.store.vocabulary import EnrollmentStatus

    with open_studio(context) as studio:
        _do(
            studio,
            which,
            sequence,
            {EnrollmentStatus.PAUSED},
            lambda change, walk: resume(change, studio.engine, walk),
            as_json=as_json,
        )


@enrollment.command("cancel")
def cancel_enrollment(
    context: typer.Context, which: Which, sequence: InSequence = None, as_json: AsJson = False
) -> None:
    """End a couple's walk through one sequence; a queued message of it is withdrawn.

    Example: leadnurture enrollment cancel emma inquiry-welcome
    """
    from leadnurture.engine.by_hand import RUNNING, cancel

    with open_studio(context) as studio:
        _do(studio, which, sequence, RUNNING, cancel, as_json=as_json)


@enrollment.command("advance")
def advance_enrollment(
    context: typer.Context,
    which: Which,
    sequence: InSequence = None,
    to: OneStep = None,
    keep_delay: Annotated[
        bool, typer.Option("--keep-delay", help="Wait the delay of the step that comes then, counted from now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Skip the step that comes next; the one behind it, or a later one, is due at once.

    Example: leadnurture enrollment advance emma --to call

    Windows, gaps and limits hold all the same. A step that hangs on the wedding keeps its day unless --to names it.
    """
    from leadnurture.engine.advancing import advance
    from leadnurture.engine.by_hand import RUNNING

    with open_studio(context) as studio:
        _do(
            studio,
            which,
            sequence,
            RUNNING,
            lambda change, walk: advance(change, studio.engine, walk, to, keep_delay=keep_delay),
            as_json=as_json,
        )


@enrollment.command("retry")
def retry_enrollment(
    context: typer.Context, which: Which, sequence: InSequence = None, as_json: AsJson = False
) -> None:
    """Let a walk that failed go on: the step that failed is tried again.

    Example: leadnurture enrollment retry emma
    """
    from leadnurture.engine.retrying import retry
    from leadnurture.store.vocabulary import EnrollmentStatus

    with open_studio(context) as studio:
        _do(
            studio,
            which,
            sequence,
            {EnrollmentStatus.FAILED},
            lambda change, walk: retry(change, studio.engine, walk),
            as_json=as_json,
        )


def _do(
    studio: "Studio",
    which: str,
    sequence: str | None,
    fitting: "Collection[EnrollmentStatus]",
    act: "Callable[[Change, Enrollment], None]",
    *,
    as_json: bool,
) -> None:
    """Do one thing with one walk in one transaction, and tell how it stands now."""
    from leadnurture.cli.views.enrollments import standing_line
    from leadnurture.engine.named_walk import find_walk
    from leadnurture.reports.as_of import AsOf
    from leadnurture.reports.enrollment_list import enrollment_lines

    with studio.change() as change:
        walk = find_walk(change.session, which, sequence, fitting)
        act(change, walk)
    with studio.read() as session:
        (line,) = enrollment_lines(session, AsOf.of(studio.config, studio.now()), [walk])
    if as_json:
        terminal.print_json({"enrollment": line.as_json()})
    else:
        terminal.say(standing_line(line, studio.now().astimezone(studio.config.studio.zone)))
