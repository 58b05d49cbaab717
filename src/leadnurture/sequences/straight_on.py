"""Whether a step simply follows the one before it. Pure."""

from leadnurture.sequences.step import Step


def goes_straight_on(step: Step) -> bool:
    """Tell whether a step comes its delay after the one before it, and the next one after it, for every lead."""
    return not step.may_wait and not step.targets() and step.wedding_offset is None
