"""A tick in words."""

from collections.abc import Iterable, Mapping

_SHOWN = ("sent", "executed", "skipped", "held", "retry", "failed", "in_doubt")


def so_far(counts: Mapping[str, int]) -> str:
    """Return what a tick that broke off had done, with what it has queued and may not have sent."""
    return _listed(counts, ("queued", *_SHOWN)) or "something"


def did(counts: Mapping[str, int]) -> str:
    """Return what a tick did, such as `2 sent, 1 held`."""
    return _listed(counts, _SHOWN) or "nothing was due"


def _listed(counts: Mapping[str, int], names: Iterable[str]) -> str:
    return ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in names if counts.get(name))
