"""What a run leaves behind: its heartbeat, lines in the log, and word to the owner when runs keep failing.

Light: what an idle run does not need is loaded where it is needed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from leadnurture.engine import clock_guard
from leadnurture.engine.clock_guard import ClockJumpedError
from leadnurture.engine.heartbeat import Failing, Heartbeat, read_heartbeat, ticked, write_heartbeat
from leadnurture.errors import LeadnurtureError
from leadnurture.locate import STATE_FOLDER
from leadnurture.worker import alarm
from leadnurture.worker.alarm import Result
from leadnurture.worker.log_file import LogFile, Say

if TYPE_CHECKING:
    from leadnurture.config import Config
    from leadnurture.engine.events import Event

_SUBJECTS = frozenset({"queued", "sent"})  # their reason is a letter's subject, or how a text begins


class Logbook:
    """The logbook of one process; `by` is its command, `config` is asked for only when the owner is to be told."""

    def __init__(self, root: Path, zone: tzinfo | None, by: str, say: Say, config: "Callable[[], Config]") -> None:
        self.state, self.by = root / STATE_FOLDER, by
        self._root, self._zone, self._say, self._config = root, zone, say, config
        self.log = LogFile(self.state, zone, say)
        self._mended: Failing | None = None
        self._complained = False

    def require_clock(self, now: datetime) -> None:
        """Raise ClockJumpedError if the clock has jumped since the last tick, whoever did that."""
        last = read_heartbeat(self.state).last
        clock_guard.require_right(last.at if last else None, now, self._zone)

    def event(self, event: "Event") -> None:
        """Log what the engine did, without a word of what a couple reads."""
        reason = f"  {event.reason}" if event.reason and event.outcome not in _SUBJECTS else ""
        where = f"{event.sequence}/{event.step}"
        self.log.write(event.at, f"{self.by}  lead {event.lead_id}  {where}  {event.outcome}{reason}")

    def note(self, at: datetime, text: str, more: str = "") -> bool:
        """Log a line about the run itself; return whether that was possible."""
        return self.log.write(at, f"{self.by}  {text}", more)

    def done(self, at: datetime, run: Result) -> None:
        """Note a tick that was done; with the words of a server in trouble it failed to do its work."""
        before = read_heartbeat(self.state)
        failing = alarm.after_run(before.failing, at, run)
        if failing is None:
            self._mended = before.failing
        self._keep(replace(before, last=ticked(at, self.by, run.counts, run.why), failing=failing))
        if run.trouble is not None:
            self.note(at, f"delivery stopped: {run.trouble}")
        if run.lookup_trouble is not None:
            self.note(at, f"the Sent folder could not be looked into: {run.lookup_trouble}")

    def sweep_daily(self, now: datetime, days: int) -> None:
        """Delete logs of more than so many days ago, with the first run of the studio's day."""
        last = read_heartbeat(self.state).last
        if last is None or last.at.astimezone(self._zone).date() != now.astimezone(self._zone).date():
            self.log.sweep(now, days)

    def failed(self, at: datetime, error: Exception) -> bool:
        """Note a tick that raised, with its traceback; return whether that is in the log.

        One that the clock held was none: the next one is measured by the tick before it, too.
        """
        before = read_heartbeat(self.state)
        is_known = isinstance(error, LeadnurtureError)
        why = error.message if isinstance(error, LeadnurtureError) else f"an unexpected {type(error).__name__}"
        failing = alarm.after_failure(before.failing, at, why)
        last = before.last if isinstance(error, ClockJumpedError) else ticked(at, self.by, trouble=why)
        self._keep(replace(before, last=last, failing=failing))
        return self.note(at, f"error: {why}", "" if is_known else _traceback(error))

    def next_tick(self, at: datetime | None) -> None:
        """Note when the daemon ticks next; None when it ends."""
        self._keep(replace(read_heartbeat(self.state), next_at=at))

    def tell_owner(self, at: datetime) -> None:
        """Tell the owner once that runs keep failing, and once that they work again. Never raises."""
        failing, mended = read_heartbeat(self.state).failing, self._mended
        self._mended = None
        if mended is not None and mended.runs >= alarm.AFTER:
            self._announce(at, mended, is_over=True)
        elif failing is not None and alarm.is_due(failing) and self._announce(at, failing, is_over=False):
            self._remember_told()

    def _remember_told(self) -> None:
        heartbeat = read_heartbeat(self.state)  # another run may have ended while the service took its time
        if heartbeat.failing is not None:
            self._keep(replace(heartbeat, failing=replace(heartbeat.failing, told=True)))

    def _keep(self, heartbeat: Heartbeat) -> None:
        """Write the heartbeat; where that is impossible it is said once, and the tick counts all the same."""
        try:
            write_heartbeat(self.state, heartbeat)
        except OSError as error:
            if not self._complained:
                self._say(f"the heartbeat in {self.state} cannot be written: {error.strerror}; the work goes on")
            self._complained = True

    def _announce(self, at: datetime, failing: Failing, *, is_over: bool) -> bool:
        """Say it on the terminal and in the log once, and send it; return whether it may have arrived."""
        from leadnurture.channels.transport import Verdict  # noqa: PLC0415
        from leadnurture.worker.notifying import tell_owner  # noqa: PLC0415

        try:
            config = self._config()
        except LeadnurtureError:  # the run has said what is wrong with it
            return False
        notice = (alarm.mended if is_over else alarm.broken)(failing, config.studio.name, self._zone)
        is_news = is_over or failing.runs == alarm.AFTER
        if is_news:
            self._say(notice.line)
            self.note(at, notice.line)
        if is_over and not failing.told:
            return False  # who has not heard that it was broken need not hear that it works
        answer = tell_owner(self._root, config, notice)
        if answer is not None and answer.verdict is not Verdict.ACCEPTED:
            self.note(at, f"the notification to the owner did not go for certain: {answer.reply}")
        return answer is not None and answer.verdict in {Verdict.ACCEPTED, Verdict.UNKNOWN}


def _traceback(error: Exception) -> str:
    import traceback  # noqa: PLC0415

    return "".join(traceback.format_exception(error))
