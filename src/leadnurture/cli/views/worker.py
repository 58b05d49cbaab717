"""The rows of `status` about who looks after the studio."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rich.text import Text

from leadnurture.at_work import AtWork
from leadnurture.cli.views import colours
from leadnurture.cli.views.moments import moment
from leadnurture.cli.views.plain import cut, line
from leadnurture.engine.clock_guard import GO_ON
from leadnurture.reports.worker import WorkerState
from leadnurture.worker.telling import did

_LATE = timedelta(minutes=1)
_LONGEST = 200


def worker_rows(report: WorkerState, now: datetime) -> Iterator[tuple[str, Text]]:
    """Yield what is running, the daemon, its last tick and the next, and what keeps runs from their work."""
    if report.running:
        yield "Running", line(_who(report.running, now))
    if report.daemon:
        yield "Daemon", _daemon(report.daemon, report, now)
    if report.last:
        told = f"{moment(report.last.at, now)} by {report.last.by}: {did(report.last.counts)}"
        yield "Last tick", line(told)
    if report.next_at:
        yield "Next tick", _next(report.next_at, report, now)
    if report.failing and not report.clock:
        failing = report.failing
        since = f"{failing.runs} run{'s in a row have' * (failing.runs > 1) or ' has'} failed since "
        told = f"{since}{moment(failing.since, now)}: {failing.why}"
        yield "Failing", cut(told, _LONGEST, colours.WRONG)
    if report.clock:
        yield (
            "Clock",
            line(report.clock, colours.WRONG).append(f"\n→ set it; if it is right: {GO_ON}", style=""),
        )


def _daemon(daemon: AtWork, report: WorkerState, now: datetime) -> Text:
    if report.alive:
        return line(_who(daemon, now))
    told = f"died: {_who(daemon, now)}, is not there any more"
    return line(told, colours.WRONG).append("   → leadnurture run", style="")


def _next(at: datetime, report: WorkerState, now: datetime) -> Text:
    if at < now and report.is_ticking:
        return line("after the one that it is at")
    if at + _LATE < now:
        return line(f"was due {moment(at, now)}: it hangs, or the computer has just woken", colours.WRONG)
    return line(moment(at, now))


def _who(holder: AtWork, now: datetime) -> str:
    return f"{holder.what}, process {holder.pid}, since {moment(holder.since, now)}"
