"""How long lost couples are kept here, and whether anybody is waiting to be forgotten."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from leadnurture.config import Config
from leadnurture.engine.retention import is_agreed, lost_for


@dataclass(frozen=True)
class Retention:
    """The rule in months (None: lost couples are kept), whether the owner has agreed to it, and who is old enough."""

    months: int | None
    agreed: bool = False
    overdue: int = 0

    @property
    def is_waiting(self) -> bool:
        """Whether couples are old enough, and nobody has agreed that they be forgotten."""
        return self.overdue > 0 and not self.agreed

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"forget_lost_after": self.months, "agreed": self.agreed, "overdue": self.overdue}


def retention(session: Session, config: Config, now: datetime) -> Retention:
    """Return how the rule stands as of `now`."""
    months = config.privacy.forget_lost_after
    if months is None:
        return Retention(None)
    return Retention(months, is_agreed(session, months), len(lost_for(session, months, now)))
