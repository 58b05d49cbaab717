"""Where a couple are in each sequence, and what comes next."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import heading, indented
from leadnurture.cli.views.moments import moment
from leadnurture.cli.views.plain import line
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.lead_walks import Walk


def where_they_are(walks: tuple[Walk, ...], as_of: AsOf) -> RenderableType:
    """Show each sequence with its next step and when, or how it ended; held and failed ones with the reason."""
    if not walks:
        return Group(heading("Where they are"), indented(Text("in no sequence", style=colours.QUIET)))
    return Group(heading("Where they are"), *(part for walk in walks for part in _walk(walk, as_of)))


def _walk(walk: Walk, as_of: AsOf) -> Iterator[RenderableType]:
    done = f"   {walk.steps_completed} of {walk.steps_total} steps done"
    yield indented(line(walk.sequence_name).append(done, style=colours.QUIET))
    yield indented(_next(walk, as_of) if walk.is_running else _ended(walk, as_of), 4)
    if walk.held_reason:
        yield indented(line(f"held: {walk.held_reason}", colours.WAITS_FOR_YOU), 4)
    if walk.waiting_reason:
        yield indented(line(f"waits: {walk.waiting_reason}", colours.QUIET), 4)
    if walk.frozen_reason:
        yield indented(line(f"frozen: {walk.frozen_reason}", colours.WAITS_FOR_YOU), 4)


def _next(walk: Walk, as_of: AsOf) -> Text:
    when = moment(walk.next_at, as_of.now) if walk.next_at else "its message is on the way, see below"
    return line(f"next: {walk.next_step_name or walk.next_step} – {when}")


def _ended(walk: Walk, as_of: AsOf) -> Text:
    at = f" {moment(walk.ended_at, as_of.now)}" if walk.ended_at else ""
    reason = f": {walk.end_reason}" if walk.end_reason else ""
    return line(f"{walk.status.value}{at}{reason}", colours.WALK.get(walk.status, ""))
