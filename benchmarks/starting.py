"""How long the shortest commands take; compared with `import typer`, which no program made with Typer goes below."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure
from benchmarks.processes import Cost, cost_of
from benchmarks.ratios import in_turn, spread


def figures(folder: Path, pairs: int) -> Iterator[Figure]:
    """Yield the figures for an idle run and for help."""
    idle = {"LEADNURTURE_STUDIO": str(folder / "idle")}
    yield _figure("time ÷ import typer: idle run --once", ("run", "--once"), idle, pairs)
    yield _figure("time ÷ import typer: --help", ("--help",), {}, pairs)


def _figure(name: str, words: tuple[str, ...], environment: dict[str, str], pairs: int) -> Figure:
    def ours() -> Cost:
        return cost_of("-m", "leadnurture", *words, environment=environment)

    measured = in_turn(pairs, ours, lambda: cost_of("-c", "import typer"))
    times = [1000 * median(cost.seconds for cost in costs) for costs in (measured.ours, measured.theirs)]
    return Figure(name, *spread(measured.slowdowns), f"{times[0]:.0f} ms; import typer {times[1]:.0f} ms")
