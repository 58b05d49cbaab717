"""Running a whole process, and what it cost."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes


class FailedProcessError(Exception):
    """A measured process ended with an error."""


@dataclass(frozen=True)
class Cost:
    """What a process took from its start to its end: seconds, and the most memory it held at once (bytes)."""

    seconds: float
    memory: int


def cost_of(*words: str, environment: Mapping[str, str] | None = None) -> Cost:
    """Run Python with these words and return its cost; raises FailedProcessError."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=PROJECT,
        env=_clean() | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise FailedProcessError(f"{' '.join(words)} ended with {process.returncode}: {said.decode()}")
    return Cost(seconds, used.ru_maxrss * _RSS_UNIT)


def _clean() -> dict[str, str]:
    """Return the environment without anybody's leadnurture settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LEADNURTURE_")}
