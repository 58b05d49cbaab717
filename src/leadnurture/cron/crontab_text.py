"""The text of a crontab: our entry in it, between two marks, and everybody else's lines byte for byte.

Cron reads a line before the shell does: a % ends the command unless a backslash stands before it, and some crons take
a backslash before another one away, too. So no backslash of ours ever stands before either.
"""

import re
import shlex
from datetime import timedelta
from pathlib import Path

from leadnurture.cron.entry import BrokenEntryError, Entry
from leadnurture.cron.job import Job, told
from leadnurture.cron.lengths import read_length
from leadnurture.errors import InvalidInputError

PLACE = "crontab"
LONGEST = 998  # bytes that a command may have: Debian's cron refuses the whole table for one that is longer
_QUIET = ">/dev/null"  # cron mails what is printed; what goes wrong is on stderr, and still is
_MARK = re.compile(r"# (?P<side>>>>|<<<) leadnurture(?: --every (?P<every>\w+))?: (?P<studio>.*)")
_ASSIGNMENT = re.compile(r"[A-Z][A-Z0-9_]*=")
_MINUTES = tuple(number for number in range(1, 60) if 60 % number == 0)
_HOURS = tuple(number for number in range(1, 24) if 24 % number == 0)


class InexpressibleError(InvalidInputError):
    """A crontab cannot say it."""


def rendered(job: Job) -> str:
    """Return the lines of a job; raises InexpressibleError."""
    command = " ".join(
        [*(f"{name}={_quoted(value)}" for name, value in job.environment), *map(_quoted, job.words), _QUIET]
    )
    if len(command.encode()) > LONGEST:
        raise InexpressibleError(
            f"the command has {len(command.encode())} bytes, and a crontab takes {LONGEST}",
            hint="--kind systemd has no such limit; or move settings from the environment into leadnurture.toml",
        )
    by_hand = f" --every {told(job.every)}" if job.by_hand else ""
    return f"# >>> leadnurture{by_hand}: {job.studio}\n{fields(job.every)} {command}\n# <<< leadnurture: {job.studio}\n"


def _quoted(word: str) -> str:
    """Quote a word for the shell, and then for cron. Shell quotes hold every backslash in single quotes."""
    return shlex.quote(word).replace("\\", "\\''").replace("%", "\\%")


def fields(every: timedelta) -> str:
    """Return the five fields that mean `every`; raises InexpressibleError that names the nearest that can be said."""
    if (said := _expressible().get(every)) is not None:
        return said
    below = max((length for length in _expressible() if length < every), default=None)
    above = min((length for length in _expressible() if length > every), default=None)
    near = " or ".join(f"--every {told(length)}" for length in (below, above) if length is not None)
    raise InexpressibleError(
        f"a crontab cannot say every {told(every)}: it knows parts of an hour and of a day, none below a minute",
        hint=f"{near}, or --kind systemd where the system has it",
    )


def _expressible() -> dict[timedelta, str]:
    """Return all lengths that come out even, with their fields."""
    minutes = {timedelta(minutes=n): "* * * * *" if n == 1 else f"*/{n} * * * *" for n in _MINUTES}
    hours = {timedelta(hours=n): "0 * * * *" if n == 1 else f"0 */{n} * * *" for n in _HOURS}
    return minutes | hours | {timedelta(days=1): "0 0 * * *"}


def entry_in(table: bytes, studio: Path) -> Entry | None:
    """Return a studio's entry in a crontab; raises BrokenEntryError if its end cannot be told."""
    lines = table.splitlines(keepends=True)
    if (span := _span(lines, studio)) is None:
        return None
    ours = [line.decode(errors="replace") for line in lines[span]]
    begin = _MARK.match(ours[0])
    assert begin is not None
    every = read_length(begin["every"])
    return Entry({PLACE: "".join(ours)}, _words(ours[1:-1]), every)


def with_entry(table: bytes, job: Job) -> bytes:
    """Return a crontab with a job's entry in the place of its studio's old one, or at the end."""
    lines = table.splitlines(keepends=True)
    span = _span(lines, job.studio) or slice(len(lines), len(lines))
    before, after = b"".join(lines[: span.start]), b"".join(lines[span.stop :])
    if before and not before.endswith(b"\n"):
        before += b"\n"
    return before + rendered(job).encode() + after


def without_entry(table: bytes, studio: Path) -> bytes:
    """Return a crontab without a studio's entry; all other lines are as they were."""
    lines = table.splitlines(keepends=True)
    span = _span(lines, studio) or slice(0, 0)
    return b"".join(lines[: span.start] + lines[span.stop :])


def _span(lines: list[bytes], studio: Path) -> slice | None:
    """Return where a studio's entry stands among the lines, marks included; None without one."""
    sides = {number: side for number, line in enumerate(lines) if (side := _side(line, studio)) is not None}
    if not sides:
        return None
    if list(sides.values()) != [">>>", "<<<"]:
        raise BrokenEntryError(
            f"the marks around the entry of {studio} in your crontab are not one pair any more",
            hint="crontab -e, and delete the lines with `leadnurture` for this studio; then install it again",
        )
    first, last = sides
    return slice(first, last + 1)


def _side(line: bytes, studio: Path) -> str | None:
    """Return which mark of a studio's entry a line is; None if it is none."""
    found = _MARK.fullmatch(line.decode(errors="replace").rstrip("\r\n"))
    return found["side"] if found is not None and found["studio"] == str(studio) else None


def _words(lines: list[str]) -> tuple[str, ...]:
    """Return the command of an entry as cron's shell would take it apart; nothing of what somebody made of it."""
    commands = [line for line in lines if line.strip() and not line.startswith("#")]
    if len(commands) != 1:
        return ()
    parts = commands[0].strip().split(None, 5)
    try:
        words = shlex.split(parts[5].replace("\\%", "%")) if len(parts) > 5 else []
    except ValueError:  # an open quote
        return ()
    while words and _ASSIGNMENT.match(words[0]):
        del words[0]
    return tuple(word for word in words if word != _QUIET)
