"""User timers of systemd, which run while their user is logged in, or always if the user lingers."""

import os
from collections.abc import Mapping
from pathlib import Path

from leadnurture.cron import systemd_text, tools
from leadnurture.cron.entry import Entry, Kind
from leadnurture.cron.files import delete, read, write
from leadnurture.cron.job import Job
from leadnurture.cron.names import name_of

_HINT = "it needs a session of your own (not sudo, not a container); or try --kind crontab"


class SystemdTimer:
    """A timer and its service among the user's units."""

    kind = Kind.SYSTEMD
    advice = "it runs while you are logged in; `loginctl enable-linger` lets it run without, too"

    def is_here(self) -> bool:
        """Tell whether the user's systemd answers."""
        said = tools.answer(("systemctl", "--user", "show-environment"), hint=_HINT)
        return said is not None and said.returncode == 0

    def rendered(self, job: Job) -> Mapping[str, str]:
        """Return both units."""
        service, timer = _places(job.studio)
        return {str(service): systemd_text.service(job), str(timer): systemd_text.timer(job)}

    def installed(self, studio: Path) -> Entry | None:
        """Return a studio's units."""
        texts = {str(place): text for place in _places(studio) if (text := read(place)) is not None}
        if not texts:
            return None
        words = next((found for text in texts.values() if (found := systemd_text.words_of(text))), ())
        return Entry(texts, words, systemd_text.every_by_hand(texts))

    def is_on(self, studio: Path) -> bool | None:
        """Tell whether the timer is enabled; None where systemd does not answer."""
        said = tools.answer(("systemctl", "--user", "is-enabled", f"{name_of(studio)}.timer"), hint=_HINT)
        word = said.stdout.decode(errors="replace").strip() if said is not None else ""
        return word.startswith("enabled") if word else None

    def install(self, job: Job) -> None:
        """Write both units, and switch the timer on; nothing is left behind if systemd does not take it."""
        before = {place: read(place) for place in _places(job.studio)}
        timer = f"{name_of(job.studio)}.timer"
        for place, text in self.rendered(job).items():
            write(Path(place), text)
        try:
            _systemctl("daemon-reload")
            _systemctl("enable", timer)
            _systemctl("restart", timer)
        except (tools.MissingToolError, tools.ToolFailedError):
            tools.attempt(("systemctl", "--user", "disable", timer), hint=_HINT)
            _put_back(before)
            raise

    def remove(self, studio: Path) -> None:
        """Switch the timer off, and delete both units."""
        _systemctl("disable", "--now", f"{name_of(studio)}.timer")
        for place in _places(studio):
            delete(place)
        _systemctl("daemon-reload")


def _systemctl(*words: str) -> None:
    tools.run(("systemctl", "--user", *words), hint=_HINT)


def _put_back(before: Mapping[Path, str | None]) -> None:
    for place, text in before.items():
        if text is None:
            delete(place)
        else:
            write(place, text)


def _places(studio: Path) -> tuple[Path, Path]:
    """Return where a studio's service and timer belong."""
    configured = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    folder = Path(configured).expanduser() / "systemd" / "user"
    return folder / f"{name_of(studio)}.service", folder / f"{name_of(studio)}.timer"
