"""Measure what leadnurture costs, as ratios to the plainest program that does the same (docs/performance.md)."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from benchmarks import disk, page, sending, starting
from benchmarks.figures import Figure, as_table
from benchmarks.processes import cost_of

BEGIN = "<!-- figures: written by python -m benchmarks --write -->"


def main() -> None:
    """Measure what the options ask for."""
    options = _options()
    couples, sends, starts = (40, 1, 2) if options.quick else (2000, 5, 25)
    with tempfile.TemporaryDirectory(prefix="leadnurture-bench-", dir=options.folder) as folder:
        found = list(_measured(Path(folder), couples, sends, starts))
    today = datetime.now().astimezone().date()
    told = f"{page.surroundings(today, f'{couples:,} messages')}\n\n{as_table(found)}"
    print(told)
    if options.write:
        page.rewrite(BEGIN, told)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few messages, few pairs: does it work at all?")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    parser.add_argument("--folder", type=Path, help="where the studios are made: the disk to measure with")
    return parser.parse_args()


def _measured(folder: Path, couples: int, sends: int, starts: int) -> Iterator[Figure]:
    _say(f"making three studios with {couples:,} couples …")
    cost_of("-m", "benchmarks.due_studio", str(folder), str(couples))
    _say(f"sending, {sends} pairs of runs for each line …")
    yield from sending.figures(folder, couples, sends)
    yield disk.figure(folder)
    _say(f"starting, {starts} pairs of processes for each line …")
    yield from starting.figures(folder, starts)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
