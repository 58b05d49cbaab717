"""The text of a systemd user timer and of the service that it starts."""

import re
import shlex
from collections.abc import Mapping
from datetime import timedelta

from leadnurture.cron.job import Job, told
from leadnurture.cron.lengths import read_length

_SERVICE = """\
# Written by `leadnurture cron install`; `leadnurture cron remove` takes it away.
[Unit]
Description=leadnurture: what is due in {studio}

[Service]
Type=oneshot
{environment}ExecStart={command}
StandardOutput=null
"""
_TIMER = """\
# Written by `leadnurture cron install{by_hand}`; `leadnurture cron remove` takes it away.
[Unit]
Description=leadnurture: every {every}, what is due in {studio}

[Timer]
OnActiveSec=1s
OnUnitActiveSec={seconds}s
AccuracySec=5s

[Install]
WantedBy=timers.target
"""
_BY_HAND = re.compile(r"cron install --every (\w+)`")


def service(job: Job) -> str:
    """Return the service that runs a job once."""
    program, *arguments = job.words
    # systemd never looks for variables in the program's own path; everywhere else $$ stands for $.
    command = " ".join([_quoted(program), *(_quoted(word).replace("$", "$$") for word in arguments)])
    environment = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in job.environment)
    return _SERVICE.format(studio=_plain(str(job.studio)), environment=environment, command=command)


def timer(job: Job) -> str:
    """Return the timer that starts the service: as it is switched on, and then so long after each start."""
    by_hand = f" --every {told(job.every)}" if job.by_hand else ""
    return _TIMER.format(
        by_hand=by_hand,
        every=told(job.every),
        studio=_plain(str(job.studio)),
        seconds=int(job.every.total_seconds()),
    )


def words_of(text: str) -> tuple[str, ...]:
    """Return the command that a service of ours starts; nothing of what somebody made of it."""
    found = re.search(r"^ExecStart=(.*)$", text, flags=re.MULTILINE)
    try:
        words = shlex.split(found[1].replace("%%", "%")) if found else []
    except ValueError:  # an open quote
        return ()
    return (words[0], *(word.replace("$$", "$") for word in words[1:])) if words else ()


def every_by_hand(texts: Mapping[str, str]) -> timedelta | None:
    """Return the interval that was chosen for a timer; None if `worker.interval` chose it."""
    found = (_BY_HAND.search(text) for text in texts.values())
    return next((read_length(one[1]) for one in found if one), None)


def _quoted(word: str) -> str:
    escaped = _plain(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(text: str) -> str:
    """Return text in which systemd sees no specifier."""
    return text.replace("%", "%%")
