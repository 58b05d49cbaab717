"""`python -m benchmarks`: measure, and print a table of ratios."""

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks import page, sending, starting
from benchmarks.figures import Figure, as_table
from benchmarks.processes import cost_of


def main() -> None:
    """Measure what the options ask for."""
    options = _options()
    couples, sends, starts = (40, 1, 2) if options.quick else (2000, 5, 25)
    with tempfile.TemporaryDirectory(prefix="leadnurture-bench-") as folder:
        found = _measured(Path(folder), couples, sends, starts)
    print(page.surroundings(date.today()), "\n", as_table(found), sep="\n")
    if options.write:
        page.rewrite(found, date.today())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few messages and pairs: does it work at all?")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/performance.md")
    return parser.parse_args()


def _measured(folder: Path, couples: int, sends: int, starts: int) -> list[Figure]:
    print(f"a studio with {couples:,} couples …", file=sys.stderr)
    cost_of("-m", "benchmarks.due_studio", str(folder), str(couples))
    print("starting …", file=sys.stderr)
    found = list(starting.figures(folder, couples, starts))
    print("sending …", file=sys.stderr)
    return [*sending.figures(folder, couples, sends), *found]


if __name__ == "__main__":
    main()
