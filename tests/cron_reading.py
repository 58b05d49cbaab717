"""How cron reads a line before its shell does, and how that shell is started."""

import subprocess
from pathlib import Path


def as_cron_reads(command: str, *, takes_double_backslashes: bool) -> str:
    """What cron hands to the shell: up to the first bare %, and without some backslashes (crons differ in which)."""
    read, escaped = "", False
    for sign in command:
        if escaped:
            read = read[:-1] if sign == "%" or (sign == "\\" and takes_double_backslashes) else read
            read, escaped = read + sign, False
        elif sign == "%":
            return read
        else:
            read, escaped = read + sign, sign == "\\"
    return read


def run_as_cron(
    line: str, home: Path, *, takes_double_backslashes: bool = True
) -> "subprocess.CompletedProcess[bytes]":
    """Run a line of a crontab as cron would: its own reading, `sh -c`, and next to no environment."""
    command = as_cron_reads(line.split(None, 5)[5], takes_double_backslashes=takes_double_backslashes)
    environment = {"HOME": str(home), "LOGNAME": "holly", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    return subprocess.run(["/bin/sh", "-c", command], cwd=home, env=environment, capture_output=True, check=False)
