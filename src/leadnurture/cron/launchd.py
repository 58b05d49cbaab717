"""Agents of launchd, which run while their user is logged in."""

import os
from collections.abc import Mapping
from pathlib import Path
from threading import Event

from leadnurture.cron import launchd_text, tools
from leadnurture.cron.entry import Entry, Kind
from leadnurture.cron.files import delete, read, write
from leadnurture.cron.job import Job
from leadnurture.cron.names import name_of

_HINT = "log in at the Mac's own screen once, and try again; or try --kind crontab"
_NO_SUCH_SERVICE = 113  # what `launchctl print` ends with for one that is not loaded
_TRIES, _PAUSE = 5, 0.3  # seconds: launchd takes an old agent away behind our back


class LaunchdAgent:
    """A property list among the user's agents."""

    kind = Kind.LAUNCHD
    advice = "it runs while you are logged in"

    def is_here(self) -> bool:
        """Tell whether there is a `launchctl`."""
        return tools.has("launchctl")

    def rendered(self, job: Job) -> Mapping[str, str]:
        """Return the property list."""
        return {str(_place(job.studio)): launchd_text.rendered(job, name_of(job.studio))}

    def installed(self, studio: Path) -> Entry | None:
        """Return a studio's property list."""
        text = read(place := _place(studio))
        return None if text is None else launchd_text.entry_of(str(place), text)

    def is_on(self, studio: Path) -> bool | None:
        """Tell whether the agent is loaded; None where launchd does not answer."""
        said = tools.answer(("launchctl", "print", f"{_domain()}/{name_of(studio)}"), hint=_HINT)
        codes = {0: True, _NO_SUCH_SERVICE: False}
        return codes.get(said.returncode) if said is not None else None

    def install(self, job: Job) -> None:
        """Write the property list, and load it; nothing is left behind if launchd does not take it."""
        place = _place(job.studio)
        before = read(place)
        _unload(job.studio)
        write(place, self.rendered(job)[str(place)])
        try:
            _load(place)
        except (tools.MissingToolError, tools.ToolFailedError):
            if before is None:
                delete(place)
            else:
                write(place, before)
            raise

    def remove(self, studio: Path) -> None:
        """Unload the agent, and delete its property list."""
        _unload(studio)
        delete(_place(studio))


def _unload(studio: Path) -> None:
    """Let launchd forget the agent; one that it does not know is no trouble."""
    tools.attempt(("launchctl", "bootout", f"{_domain()}/{name_of(studio)}"), hint=_HINT)


def _load(place: Path) -> None:
    words = ("launchctl", "bootstrap", _domain(), str(place))
    for _ in range(_TRIES - 1):
        if tools.attempt(words, hint=_HINT).returncode == 0:
            return
        Event().wait(_PAUSE)
    tools.run(words, hint=_HINT)


def _domain() -> str:
    return f"gui/{os.getuid()}"


def _place(studio: Path) -> Path:
    return Path("~/Library/LaunchAgents").expanduser() / f"{name_of(studio)}.plist"
