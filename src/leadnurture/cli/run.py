"""`leadnurture run`: do what is due, once or for as long as the laptop is open."""

import os
import signal
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, studio_folder
from leadnurture.cli.reminder import remind
from leadnurture.cli.resting import AT_ONCE, told_rest
from leadnurture.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from pathlib import Path
    from zoneinfo import ZoneInfo

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
    try_now: Annotated[
        bool, typer.Option("--try-now", help="Try channels that rest, too, because their server was in trouble.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do what is due: send, create tasks, tag, wait.

    Examples:  leadnurture run --once        leadnurture run

    Without --once it keeps running and looks every `worker.interval` (5 minutes unless the config says otherwise).
    """
    root = studio_folder(context)
    if as_json and not once:
        raise UsageError("--json needs --once", hint="leadnurture run --once --json")
    if not once:
        _daemon(root, try_now=try_now)
        return
    _keep_daily(root)
    outlook = None if try_now else _idle(root)
    if outlook is not None:
        _summary({}, outlook, as_json=as_json, zone=lambda: _written_zone(root))
        remind(root)
        return
    raise typer.Exit(_once(root, verbose=verbose, as_json=as_json, try_now=try_now))


def _idle(root: "Path") -> "Outlook | None":
    """Return what waits if nothing is due; None if there is work. Loads nothing but the standard library."""
    from leadnurture.clock import SystemClock
    from leadnurture.locate import DATABASE_NAME, configuration_mark
    from leadnurture.store.due import look

    outlook = look(root / DATABASE_NAME, SystemClock().now(), configuration_mark(root))
    return None if outlook is None or outlook.work else outlook


def _keep_daily(root: "Path") -> None:
    """Make the backup of the day if it is not there; trouble with it keeps no letter back. As light as `_idle`."""
    from leadnurture.clock import SystemClock
    from leadnurture.errors import LeadnurtureError
    from leadnurture.locate import DATABASE_NAME
    from leadnurture.store.backup.daily import back_up_daily

    try:
        back_up_daily(root / DATABASE_NAME, SystemClock().now(), _written_zone(root))
    except LeadnurtureError as error:
        terminal.say(error.message)


def _once(root: "Path", *, verbose: bool, as_json: bool, try_now: bool) -> int:
    from leadnurture.engine.lock import StudioBusyError, locked
    from leadnurture.engine.tick import tick
    from leadnurture.studio import Studio

    with Studio.open(root) as studio:
        _stop_on_signals(studio)
        try:
            with locked(studio.state, studio.now(), "leadnurture run --once"):
                if try_now:
                    studio.end_rests()
                report = tick(studio.engine, log_line(studio) if verbose else _notices(studio))
        except StudioBusyError as busy:
            terminal.say(f"{busy.message}; nothing to do here")
            if as_json:
                terminal.print_json(_zeros({}) | {"waiting": 0, "next_at": None, "resting": [], "busy": True})
            return 0
        zone = studio.config.studio.zone
    _report(report, as_json=as_json, zone=zone)
    remind(root)
    if report.trouble:
        terminal.say(f"delivery stopped: {report.trouble}")
        terminal.say("  → no message was lost and no retry was used up; the next run goes on")
    if report.lookup_trouble:
        terminal.say(f"the Sent folder could not be looked into: {report.lookup_trouble}")
        terminal.say("  → what is in doubt stays so; the next run looks again")
    if report.trouble or report.lookup_trouble:
        return OUTSIDE_WORLD
    return SOME_FAILED if report.counts["failed"] else 0


def _daemon(root: "Path", *, try_now: bool) -> None:
    from leadnurture.daemon import serve
    from leadnurture.studio import Studio

    with Studio.open(root) as studio:
        _stop_on_signals(studio)
        remind(root)
        if try_now:
            studio.end_rests()
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
        told = event.reason or event.notice
        reason = f"  {told}" if told else ""
        terminal.say(
            f"{at:%Y-%m-%d %H:%M:%S}  lead {event.lead_id}  {event.sequence}/{event.step}  {event.outcome}{reason}"
        )

    return write


def _notices(studio: "Studio") -> Any:
    """Return a function that writes a line for what the owner is to see at once, and for nothing else."""
    write = log_line(studio)
    return lambda event: write(event) if event.notice else None


def _report(report: "TickReport", *, as_json: bool, zone: "ZoneInfo") -> None:
    if as_json:
        terminal.print_json(report.as_json())
        return
    _summary(report.counts, report, as_json=False, zone=lambda: zone)


def _written_zone(root: "Path") -> "tzinfo | None":
    """Return the zone that the configuration names, without loading it; None, the system's, if it names none."""
    import tomllib
    from zoneinfo import ZoneInfo

    from leadnurture.locate import CONFIG_NAME

    try:
        written = tomllib.loads((root / CONFIG_NAME).read_text(encoding="utf-8-sig"))["studio"]["timezone"]
        return ZoneInfo(os.environ.get("LEADNURTURE_STUDIO__TIMEZONE", written))
    except (OSError, ValueError, LookupError, TypeError):  # whoever has work to do is told what is wrong with it
        return None


def _zeros(counts: Any) -> dict[str, int]:
    keys = ("enrolled", "executed", "sent", "skipped", "held", "failed", "in_doubt")
    return {key: counts.get(key, 0) for key in keys}


def _summary(
    counts: Any, outlook: "Outlook | TickReport", *, as_json: bool, zone: "Callable[[], tzinfo | None]"
) -> None:
    waiting, next_at = outlook.waiting, outlook.next_at
    names = ("sent", "executed", "skipped", "held", "retry", "failed", "in_doubt")
    if as_json:
        moments = {"waiting": waiting, "next_at": next_at.isoformat() if next_at else None}
        terminal.print_json(_zeros(counts) | moments | {"resting": [rest.as_json() for rest in outlook.rests]})
        return
    done = [f"{counts[name]} {name.replace('_', ' ')}" for name in names if counts.get(name)]
    following = f"; the next is due {next_at.astimezone(zone()):%a %d %b %Y %H:%M}" if next_at else ""
    print(f"{', '.join(done) or 'nothing was due'}; {waiting} waiting{following}")  # noqa: T201
    for rest in outlook.rests:
        terminal.say(f"{told_rest(rest, zone())}\n  {AT_ONCE}")
