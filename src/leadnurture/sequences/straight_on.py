"""Whether a step simply follows the one before it. Pure."""

from leadnurture.sequences.step import Step

_NOT_FOR_ALL_OR_NOT_YET = frozenset({"branch", "wait_until"})
_HANGS_ON_WEDDING = frozenset({"before_wedding", "after_wedding"})


def goes_straight_on(step: Step) -> bool:
    """Tell whether a step comes its delay after the one before it, and the next one after it, for every lead."""
    return step.action not in _NOT_FOR_ALL_OR_NOT_YET and not _HANGS_ON_WEDDING & step.model_fields_set
