"""What a changed score does to conditions: whether it can change one. Pure."""

from leadnurture.crm.fields import SHORT_NAMES
from leadnurture.engine.by_time import parts
from leadnurture.sequences.condition import Condition

_FIELDS = frozenset({"lead_score", "lead_temperature"})


def depends_on_score(condition: Condition | None) -> bool:
    """Tell whether a condition can begin or stop to hold because a score or temperature is another one."""
    return any(_asks(part) for part in parts(condition))


def _asks(condition: Condition) -> bool:
    named = (SHORT_NAMES.get(test.field, test.field) for test in condition.fields or ())
    return condition.score is not None or condition.temperature is not None or not _FIELDS.isdisjoint(named)
