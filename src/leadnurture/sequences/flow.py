"""Which step may follow which: forward only, and every step can be reached. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from leadnurture.sequences.base import END
from leadnurture.sequences.step import Step
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.sequences.yaml_tree import Path

Fault = tuple[int, Path, str, str | None]  # the step's position, the place in it, what is wrong, what would be right


def faults_of(steps: Sequence[Step]) -> Iterator[Fault]:
    """Yield what is wrong with the ways through the steps; ids must be unique."""
    order = {step.id: number for number, step in enumerate(steps)}
    wrong = list(_wrong_targets(steps, order))
    yield from wrong
    if not wrong:
        yield from _unreachable(steps, order)


def _wrong_targets(steps: Sequence[Step], order: Mapping[str, int]) -> Iterator[Fault]:
    for number, step in enumerate(steps):
        later = [other.id for other in steps[number + 1 :]]
        hint = f"later steps: {', '.join([*later, END])}"
        for path, target in step.targets():
            if target == END or order.get(target, -1) > number:
                continue
            if target not in order:
                near = did_you_mean(target, [*later, END]).removeprefix("; ")
                yield number, path, f"there is no step '{target}'", near or hint
            elif target == step.id:
                yield number, path, f"'{target}' would go to itself; nobody goes round in circles", hint
            else:
                yield number, path, f"'{target}' comes before '{step.id}', and nobody goes back", hint


def _unreachable(steps: Sequence[Step], order: Mapping[str, int]) -> Iterator[Fault]:
    reached = {0}
    for number, step in enumerate(steps):  # every way leads forward, so that one round finds all
        if number not in reached and step.active:
            yield number, ("id",), f"no step leads to '{step.id}'", "let a branch `goto` it, or take it out"
        if number not in reached:
            continue
        reached |= {order[target] for _, target in step.targets() if target != END}
        if step.leads_on or not step.active:
            reached.add(number + 1)
