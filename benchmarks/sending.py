"""How fast a run sends what is due, and the memory it takes; compared with the plain loop."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import sink as sinks
from benchmarks.figures import Figure
from benchmarks.processes import PROJECT, Cost, cost_of
from benchmarks.ratios import Pairs, in_turn, spread
from benchmarks.sink import Sink


def figures(folder: Path, couples: int, pairs: int) -> Iterator[Figure]:
    """Yield the figures for one lane and for four."""
    with sinks.running(str(PROJECT)) as sink:
        for lanes in (1, 4):
            yield from _figures(_measured(folder, sink, couples, lanes, pairs), couples, lanes)


def _measured(folder: Path, sink: Sink, couples: int, lanes: int, pairs: int) -> Pairs:
    def ours() -> Cost:
        studio = folder / "running"
        shutil.copytree(folder / "due", studio)
        cost = cost_of("-m", "leadnurture", "run", "--once", environment=_environment(studio, sink, lanes))
        shutil.rmtree(studio)
        sink.require(couples)
        return cost

    def theirs() -> Cost:
        cost = cost_of("-m", "benchmarks.plain_loop", str(sink.port), str(folder / "letters.jsonl"))
        sink.require(couples)
        return cost

    return in_turn(pairs, ours, theirs)


def _environment(studio: Path, sink: Sink, lanes: int) -> dict[str, str]:
    return {
        "LEADNURTURE_STUDIO": str(studio),
        "LEADNURTURE_MAIL__TRANSPORT": "smtp",
        "LEADNURTURE_MAIL__SMTP__HOST": "127.0.0.1",
        "LEADNURTURE_MAIL__SMTP__PORT": str(sink.port),
        "LEADNURTURE_MAIL__SMTP__SECURITY": "none",
        "LEADNURTURE_WORKER__CONCURRENCY": str(lanes),
    }


def _figures(pairs: Pairs, couples: int, lanes: int) -> Iterator[Figure]:
    rates = [couples / median(cost.seconds for cost in costs) for costs in (pairs.ours, pairs.theirs)]
    behind = f"{rates[0]:.0f} messages/s, the plain loop {rates[1]:.0f}"
    yield Figure(f"sending {couples:,}, concurrency {lanes}: rate ÷ plain loop", *spread(pairs.speedups), behind)
    memory = [[cost.memory / 2**20 for cost in costs] for costs in (pairs.ours, pairs.theirs)]
    behind = f"MiB; the plain loop {median(memory[1]):.0f}"
    yield Figure(f"sending {couples:,}, concurrency {lanes}: peak memory", *spread(memory[0], ".0f"), behind)
