"""How fast a run sends what is due, and the memory it takes; compared with the plain loop."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import sink as sinks
from benchmarks.figures import Figure
from benchmarks.processes import PROJECT, Cost, cost_of
from benchmarks.ratios import Pairs, in_turn, spread
from benchmarks.sink import Sink


@dataclass(frozen=True)
class Scene:
    """What is sent: the studio's folder, the connections at the same time, and how it is called in the table."""

    studio: str
    lanes: int
    name: str


SCENES = (
    Scene("first", 4, "4 connections, a step follows the letter"),
    Scene("last", 4, "4 connections, the letter ends the sequence"),
    Scene("last", 1, "1 connection, the letter ends the sequence"),
)


def figures(folder: Path, couples: int, pairs: int) -> Iterator[Figure]:
    """Yield the rate and the peak memory of each scene."""
    with sinks.running(str(PROJECT)) as sink:
        for scene in SCENES:
            yield from _figures(_measured(folder, sink, couples, scene, pairs), couples, scene)


def _measured(folder: Path, sink: Sink, couples: int, scene: Scene, pairs: int) -> Pairs:
    def ours() -> Cost:
        studio = folder / "running"
        shutil.copytree(folder / scene.studio, studio)
        cost = cost_of("-m", "leadnurture", "run", "--once", environment=_environment(studio, sink, scene.lanes))
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


def _figures(pairs: Pairs, couples: int, scene: Scene) -> Iterator[Figure]:
    rates = [couples / median(cost.seconds for cost in costs) for costs in (pairs.ours, pairs.theirs)]
    behind = f"{rates[0]:.0f} messages/s; the loop {rates[1]:.0f}"
    yield Figure(f"rate ÷ plain loop: {scene.name}", *spread(pairs.speedups), behind)
    memory = [[cost.memory / 2**20 for cost in costs] for costs in (pairs.ours, pairs.theirs)]
    yield Figure(f"peak memory, MiB: {scene.name}", *spread(memory[0], ".0f"), f"the loop {median(memory[1]):.0f}")
