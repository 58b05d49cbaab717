"""`leadnurture run`: do what is due, once or for as long as the laptop is open."""

import signal
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, studio_folder

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from leadnurture.engine.events import Event
    from leadnurture.engine.tick import TickReport
    from leadnurture.store.due import Outlook
    from leadnurture.studio import Studio

SOME_FAILED, OUTSIDE_WORLD = 1, 15


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now and end; for cron.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="With --once: a line for everything that is done.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do what is due: send, create tasks, tag, wait.

    Examples:  leadnurture run --once        leadnurture run

    Without --once it keeps running and looks every `worker.interval` (5 minutes unless the config says otherwise).
    """
    root = studio_folder(context)
    if not once:
        _daemon(root)
        return
    outlook = _idle(root)
    if outlook is not None:
        _summary({}, outlook.waiting, outlook.next_at, as_json=as_json)
        return
    raise typer.Exit(_once(root, verbose=verbose, as_json=as_json))


def _idle(root: "Path") -> "Outlook | None":
    """Return what waits if nothing is due; None if there is work. Loads nothing but the standard library."""
    from leadnurture.clock import SystemClock
    from leadnurture.locate import DATABASE_NAME
    from leadnurture.store.due import look

    outlook = look(root / DATABASE_NAME, SystemClock().now())
    return None if outlook is None or outlook.work else outlook


def _once(root: "Path", *, verbose: bool, as_json: bool) -> int:
    from leadnurture.engine.events import ignore
    from leadnurture.engine.lock import StudioBusyError, locked
    from leadnurture.engine.tick import tick
    from leadnurture.studio import Studio

    with Studio.open(root) as studio:
        _stop_on_signals(studio)
        try:
            with locked(studio.state, studio.now(), "leadnurture run --once"):
                report = tick(studio.engine, log_line(studio) if verbose else ignore)
        except StudioBusyError as busy:
            terminal.say(f"{busy.message}; nothing to do here")
            return 0
    _report(report, as_json=as_json)
    if report.trouble:
        terminal.say(f"delivery stopped: {report.trouble}")
        terminal.say("  → no message was lost and no retry was used up; the next run goes on")
        return OUTSIDE_WORLD
    return SOME_FAILED if report.counts["failed"] else 0


def _daemon(root: "Path") -> None:
    from leadnurture.daemon import serve
    from leadnurture.studio import Studio

    with Studio.open(root) as studio:
        _stop_on_signals(studio)
        serve(studio, log_line(studio), terminal.say)


def _stop_on_signals(studio: "Studio") -> None:
    """Let the first SIGINT or SIGTERM end the work after what is in flight; the second one ends it at once."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if studio.stopping.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        studio.stopping.set()
        terminal.say("stopping as soon as what is in flight is settled …")

    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):  # a closed terminal, too
        signal.signal(number, stop)


def log_line(studio: "Studio") -> Any:
    """Return a function that writes one line per event: time, lead, step, outcome, reason."""
    zone = studio.config.studio.zone

    def write(event: "Event") -> None:
        at = event.at.astimezone(zone)
        reason = f"  {event.reason}" if event.reason else ""
        terminal.say(
            f"{at:%Y-%m-%d %H:%M:%S}  lead {event.lead_id}  {event.sequence}/{event.step}  {event.outcome}{reason}"
        )

    return write


def _report(report: "TickReport", *, as_json: bool) -> None:
    if as_json:
        terminal.print_json(report.as_json())
        return
    _summary(report.counts, report.waiting, report.next_at, as_json=False)


def _summary(counts: Any, waiting: int, next_at: "datetime | None", *, as_json: bool) -> None:
    names = ("sent", "executed", "skipped", "held", "retry", "failed", "in_doubt")
    if as_json:
        keys = ("enrolled", "executed", "sent", "skipped", "held", "failed", "in_doubt")
        zeros = {key: counts.get(key, 0) for key in keys}
        terminal.print_json(zeros | {"waiting": waiting, "next_at": next_at.isoformat() if next_at else None})
        return
    done = [f"{counts[name]} {name.replace('_', ' ')}" for name in names if counts.get(name)]
    following = f"; the next is due {next_at.astimezone():%a %d %b %Y %H:%M}" if next_at else ""
    print(f"{', '.join(done) or 'nothing was due'}; {waiting} waiting{following}")  # noqa: T201
