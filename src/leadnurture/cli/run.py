"""`leadnurture run`: do what is due, once or for as long as the laptop is open."""

import signal
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, studio_folder
from leadnurture.cli.reminder import remind
from leadnurture.cli.resting import AT_ONCE, told_rest
from leadnurture.errors import BusyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from pathlib import Path

    from leadnurture.engine.events import Event, OnEvent
    from leadnurture.studio import Studio
    from leadnurture.worker.once import Outcome

SOME_FAILED, OUTSIDE_WORLD = 1, 15


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now and end; for cron.")] = False,
    interval: Annotated[
        str | None, typer.Option("--interval", metavar="5m", help="Look this often, whatever worker.interval says.")
    ] = None,
    clock_is_right: Annotated[
        bool, typer.Option("--clock-is-right", help="Go on although the clock has jumped since the last tick.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="With --once a line for each event; else also one for each tick.")
    ] = False,
    try_now: Annotated[
        bool, typer.Option("--try-now", help="Try channels that rest, too, because their server was in trouble.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do what is due: send, create tasks, tag, wait.

    Examples:  leadnurture run --once        leadnurture run --interval 1m

    Without --once it keeps running, looks every `worker.interval` (5 minutes unless the config says otherwise), and
    writes a line for everything that it does. `leadnurture status` shows its heartbeat.

    Where the clock went back by more than 5 minutes since the last tick, or ahead by more than 30 days, nothing is done
    (exit code 12) until the clock is right, or --clock-is-right says that it is.
    """
    root = studio_folder(context)
    if as_json and not once:
        raise UsageError("--json needs --once", hint="leadnurture run --once --json")
    if interval is not None and once:
        raise UsageError("--interval is for a run without --once", hint=f"leadnurture run --interval {interval}")
    beginning = {"clock_is_right": clock_is_right, "try_now": try_now}
    if once:
        raise typer.Exit(_once(root, verbose=verbose, as_json=as_json, **beginning))
    _daemon(root, interval, verbose=verbose, **beginning)


def _once(root: "Path", *, verbose: bool, as_json: bool, **beginning: bool) -> int:
    from leadnurture.clock import SystemClock
    from leadnurture.worker.once import run_once, written_zone

    def prepared(studio: "Studio") -> "OnEvent":
        _stop_on_signals(studio)
        return log_line(studio) if verbose else _notices(studio)

    try:
        done = run_once(root, SystemClock(), prepared, terminal.say, **beginning)
    except BusyError as busy:
        return _told_busy(busy, as_json=as_json)
    _summary(done, as_json=as_json, zone=lambda: written_zone(root))
    if terminal.is_interactive():  # cron mails what is said, at every run
        remind(root)
    return _told_trouble(done)


def _told_busy(busy: BusyError, *, as_json: bool) -> int:
    """Say who was in the way, and how far the run had come; return the exit code.

    It is no failure if nothing was done: whoever is at work does what is due, or the next run does.
    """
    from leadnurture.worker.turn import BusyInMidTurnError

    so_far = busy.so_far if isinstance(busy, BusyInMidTurnError) else {}
    terminal.say(busy.message if so_far else f"{busy.message}; nothing was done here, the next run goes on")
    if as_json:
        terminal.print_json(_zeros(so_far) | {"waiting": None, "next_at": None, "resting": [], "busy": True})
    return SOME_FAILED if so_far else 0


def _told_trouble(report: "Outcome") -> int:
    """Say what stood in the way; return the exit code."""
    if report.trouble:
        terminal.say(f"delivery stopped: {report.trouble}")
        terminal.say("  → no message was lost and no retry was used up; the next run goes on")
    if report.lookup_trouble:
        terminal.say(f"the Sent folder could not be looked into: {report.lookup_trouble}")
        terminal.say("  → what is in doubt stays so; the next run looks again")
    if report.trouble or report.lookup_trouble:
        return OUTSIDE_WORLD
    return SOME_FAILED if report.counts.get("failed") else 0


def _daemon(root: "Path", interval: str | None, *, verbose: bool, **beginning: bool) -> None:
    from leadnurture.cron.lengths import interval as read_interval
    from leadnurture.engine.lock import only_daemon
    from leadnurture.studio import Studio
    from leadnurture.worker.daemon import BY, Daemon

    every = read_interval(interval, "--interval") if interval is not None else None
    with Studio.open(root) as studio, only_daemon(studio.state, studio.local_now(), BY):
        _stop_on_signals(studio)
        remind(root)
        daemon = Daemon(studio, log_line(studio), terminal.say, every, verbose=verbose, **beginning)
        daemon.serve()


def _stop_on_signals(studio: "Studio") -> None:
    """Let the first signal to end do so after what is in flight; the second one ends the work at once."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if studio.stopping.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        studio.stopping.set()
        terminal.say("stopping as soon as what is in flight is settled …")

    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):  # a closed terminal, too
        if signal.getsignal(number) is not signal.SIG_IGN:  # `nohup` has said that it is not meant for us
            signal.signal(number, stop)


def log_line(studio: "Studio") -> "OnEvent":
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


def _notices(studio: "Studio") -> "OnEvent":
    """Return a function that writes a line for what the owner is to see at once, and for nothing else."""
    write = log_line(studio)
    return lambda event: write(event) if event.notice else None


def _zeros(counts: Any) -> dict[str, int]:
    keys = ("enrolled", "executed", "sent", "skipped", "held", "failed", "in_doubt")
    return {key: counts.get(key, 0) for key in keys}


def _summary(report: "Outcome", *, as_json: bool, zone: "Callable[[], tzinfo | None]") -> None:
    from leadnurture.worker.telling import did

    waiting, next_at = report.waiting, report.next_at
    if as_json:
        following = next_at.isoformat() if next_at else None
        resting = [rest.as_json() for rest in report.rests]
        terminal.print_json(_zeros(report.counts) | {"waiting": waiting, "next_at": following, "resting": resting})
        return
    told = f"; the next is due {next_at.astimezone(zone()):%a %d %b %Y %H:%M}" if next_at else ""
    print(f"{did(report.counts)}; {waiting} waiting{told}")  # noqa: T201
    for rest in report.rests:
        terminal.say(f"{told_rest(rest, zone())}\n  {AT_ONCE}")
