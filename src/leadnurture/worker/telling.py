"""A tick in words."""

from collections.abc import Mapping

_SHOWN = ("sent", "executed", "skipped", "held", "retry", "failed", "in_doubt")


def did(counts: Mapping[str, int]) -> str:
    """Return what a tick did, such as `2 sent, 1 held`."""
    done = [f"{counts[name]} {name.replace('_', ' ')}" for name in _SHOWN if counts.get(name)]
    return ", ".join(done) or "nothing was due"
