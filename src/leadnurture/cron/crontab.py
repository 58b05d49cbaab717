"""The crontab of whoever runs this, read and written by `crontab`."""

from collections.abc import Mapping
from pathlib import Path

from leadnurture.cron import crontab_text, tools
from leadnurture.cron.entry import Entry, Kind
from leadnurture.cron.job import Job

_HINT = "install cron (the package `cron` or `cronie`), or try --kind systemd"
_NO_TABLE = ("no crontab", "no such file")  # what crons say to whoever has none yet


class Crontab:
    """Entries in the crontab."""

    kind = Kind.CRONTAB
    advice = "cron mails you what goes wrong, where the computer delivers mail"

    def is_here(self) -> bool:
        """Tell whether there is a `crontab`."""
        return tools.has("crontab")

    def rendered(self, job: Job) -> Mapping[str, str]:
        """Return the lines; raises InexpressibleError."""
        return {crontab_text.PLACE: crontab_text.rendered(job)}

    def installed(self, studio: Path) -> Entry | None:
        """Return a studio's lines."""
        return crontab_text.entry_in(self._read(), studio)

    def is_on(self, studio: Path) -> bool | None:  # noqa: ARG002
        """Return None: whether something reads the crontab, nothing tells."""
        return None

    def install(self, job: Job) -> None:
        """Put a job into the crontab."""
        self._write(crontab_text.with_entry(self._read(), job))

    def remove(self, studio: Path) -> None:
        """Take a studio's lines out."""
        self._write(crontab_text.without_entry(self._read(), studio))

    def _read(self) -> bytes:
        """Return the table; empty only if `crontab` says that there is none: what cannot be read is not replaced."""
        words = ("crontab", "-l")
        done = tools.attempt(words, hint=_HINT)
        if done.returncode == 0:
            return done.stdout
        said = tools.failure(words, done)
        if any(phrase in said.lower() for phrase in _NO_TABLE):
            return b""
        raise tools.ToolFailedError(said, hint="try it in a terminal: crontab -l; or try --kind systemd")

    def _write(self, table: bytes) -> None:
        tools.run(("crontab", "-"), given=table, hint="nothing was changed; try it in a terminal: crontab -e")
