"""Whether a sequence that takes couples in does anything with them."""

from collections.abc import Iterator

from leadnurture.config import Config
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.sequence import Sequence


def no_active_step(draft: Draft, sequence: Sequence, _: Config) -> Iterator[Problem]:
    """Yield a warning if the sequence is on and all of its steps are off."""
    if sequence.active and not sequence.walked:
        told = "none of its steps is active: whoever enters is at its end at once"
        yield draft.parsed.warning(("steps",), told, "switch a step on, or the sequence off: active: false")
