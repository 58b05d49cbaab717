"""What a big book of leads costs, each command a whole process: `python -m benchmarks.book [--write] [LEADS …]`."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks import page
from benchmarks.book_studio import add_rules_and_calls, found, spreadsheet
from benchmarks.processes import Cost, cost_of
from benchmarks.ratios import in_turn, spread

PAIRS = 15
BEGIN = "<!-- figures: written by python -m benchmarks.book --write -->"
_MIB = 2**20
LISTS = (
    ("lead list, 50 that fit", ("lead", "list", "--status", "new", "--source", "website", "--sort-by", "lead_score")),
    ("lead list --search, one couple", ("lead", "list", "--search", "couple777@example.com")),
    ("lead list --search, a sixth of all", ("lead", "list", "--search", "babington")),
)
LOOKS = (
    ("lead show", ("lead", "show", "couple777@example.com")),
    ("today", ("today",)),
    ("lead export", ("lead", "export")),
    ("lead duplicates", ("lead", "duplicates")),
)


@dataclass(frozen=True)
class Line:
    """What one command took: seconds (the median), MiB at the most, and its time as a multiple of `import sqlmodel`."""

    name: str
    seconds: float
    memory: float
    ratio: str = ""


def main() -> None:
    """Measure each size, and show or keep the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.book", description=__doc__)
    parser.add_argument("leads", nargs="*", type=int, default=[9_000, 100_000])
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    given = parser.parse_args()
    tables = []
    for leads in given.leads:
        with tempfile.TemporaryDirectory(prefix="leadnurture-bench-") as folder:
            tables.append(_table(leads, list(_measured(Path(folder), leads))))
        print(tables[-1], flush=True)
    if given.write:
        measured = f"{PAIRS} pairs for each list"
        page.rewrite(BEGIN, "\n\n".join([page.surroundings(date.today(), measured), *tables]))


def _measured(folder: Path, leads: int) -> Iterator[Line]:
    root = found(folder / "studio")
    file = spreadsheet(folder / "inquiries.csv", leads)
    yield _once("lead import", root, "lead", "import", str(file), "--create-sources")
    yield _once("lead import, the same again", root, "lead", "import", str(file))
    add_rules_and_calls(root, leads)
    yield _once("score recalc, 20 rules, every score is new", root, "score", "recalc", "--yes")
    yield _once("score recalc, 20 rules, no score changes", root, "score", "recalc", "--yes")
    for name, words in LISTS:
        yield _paired(name, root, *words)
    for name, words in LOOKS:
        yield _once(name, root, *words)


def _once(name: str, root: Path, *words: str) -> Line:
    print(f"{name} …", file=sys.stderr, flush=True)
    cost = _cost(root, *words)
    return Line(name, cost.seconds, cost.memory / _MIB)


def _paired(name: str, root: Path, *words: str) -> Line:
    print(f"{name} …", file=sys.stderr, flush=True)
    pairs = in_turn(PAIRS, lambda: _cost(root, *words), lambda: cost_of("-c", "import sqlmodel"))
    middle, span = spread(pairs.slowdowns)
    seconds = median(cost.seconds for cost in pairs.ours)
    return Line(name, seconds, max(cost.memory for cost in pairs.ours) / _MIB, f"{middle} ({span})")


def _cost(root: Path, *words: str) -> Cost:
    return cost_of("-m", "leadnurture", *words, environment={"LEADNURTURE_STUDIO": str(root)})


def _table(leads: int, lines: list[Line]) -> str:
    rows = [f"| {line.name} | {line.seconds:.2f} | {line.memory:.0f} | {line.ratio} |" for line in lines]
    head = [f"| {leads:,} leads | seconds | MiB | ÷ import sqlmodel |", "| --- | --- | --- | --- |"]
    return "\n".join(head + rows)


if __name__ == "__main__":
    main()
