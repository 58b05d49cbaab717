"""What scoring rules may look at: a lead's fields, and how often something happened with the couple. Pure.

`interactions.phone_call` counts the phone calls on the timeline, `interactions.phone_call.last_30_days` those of the
last thirty times 24 hours. What the engine sends is counted from the next fact, or the next day, on.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from leadnurture.crm.fields import LEAD_FIELDS, SHORT_NAMES, Kind, LeadField
from leadnurture.crm.operators import OPEN_RECORDS, field_at
from leadnurture.crm.portrait import DAY_COUNTS
from leadnurture.crm.values import BadValueError
from leadnurture.store.vocabulary import InteractionType

INTERACTIONS = "interactions"
_COUNT = re.compile(rf"^{INTERACTIONS}\.([a-z_]+)(?:\.last_(\d{{1,4}})_days)?$")
_MOST_DAYS = 3660
_CIRCULAR = frozenset({"lead_score", "lead_temperature"})


@dataclass(frozen=True)
class InteractionCount:
    """How many entries of a kind a timeline has; with `days` those of the last so many days."""

    path: str
    kind: InteractionType
    days: int | None


def rule_field(path: str) -> LeadField:
    """Return the field that a rule looks at, under its own name; raises BadValueError with what was probably meant."""
    if path.partition(".")[0] == INTERACTIONS:
        interaction_count(path)
        return LeadField(path, Kind.NUMBER, path, editable=False, optional=False, derived=True)
    field = field_at(path)
    if field is None:
        known = [*LEAD_FIELDS, *SHORT_NAMES, *(f"{name}.…" for name in OPEN_RECORDS), f"{INTERACTIONS}.phone_call"]
        near = get_close_matches(path, known, n=1)
        raise BadValueError(f"a lead has no field '{path}'" + (f"; did you mean '{near[0]}'?" if near else ""))
    if field.name in _CIRCULAR:
        raise BadValueError(f"{field.name} is what the rules make; a rule cannot look at it")
    return field


def interaction_count(path: str) -> InteractionCount | None:
    """Return what a path counts on the timeline, None for a field of the lead; raises BadValueError for neither."""
    if path.partition(".")[0] != INTERACTIONS:
        return None
    found = _COUNT.match(path)
    if found is None or (found[2] and not 0 < int(found[2]) <= _MOST_DAYS):
        raise BadValueError(
            f"'{path}' counts nothing; write {INTERACTIONS}.phone_call or {INTERACTIONS}.phone_call.last_30_days"
        )
    kinds = [kind.value for kind in InteractionType]
    if found[1] not in kinds:
        near = get_close_matches(found[1], kinds, n=1)
        meant = f"; did you mean '{INTERACTIONS}.{near[0]}'?" if near else f"; known are {', '.join(kinds)}"
        raise BadValueError(f"nothing on a timeline is called '{found[1]}'{meant}")
    if found[1] == InteractionType.SCORE_UPDATED:
        raise BadValueError(f"{found[1]} is what the rules make; a rule cannot look at it")
    days = int(found[2]) if found[2] else None
    return InteractionCount(path, InteractionType(found[1]), days)


def changes_by_time(path: str) -> bool:
    """Tell whether what a path means may be another tomorrow although nothing has happened."""
    count = interaction_count(path)
    return path in DAY_COUNTS if count is None else count.days is not None
