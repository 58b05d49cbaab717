"""Did-you-mean for names."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like the given one; None if none is like it."""
    candidates = list(known)
    near = get_close_matches(name, candidates, n=1, cutoff=0.6)
    if near:
        return near[0]
    folded = {candidate.casefold().replace("-", "_"): candidate for candidate in candidates}
    return folded.get(name.casefold().replace("-", "_"))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?`, or nothing."""
    near = nearest(name, known)
    return f"; did you mean '{near}'?" if near else ""
