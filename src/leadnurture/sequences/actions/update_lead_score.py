"""Raise, lower or set a lead's score."""

from typing import ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leadnurture.crm import scores
from leadnurture.sequences.base import Line
from leadnurture.sequences.step import Done, Moment, Outcome, Step


class UpdateLeadScore(Step):
    """A lasting change of the score, beside the rules."""

    action_name: ClassVar[str] = "update_lead_score"

    change: int | None = Field(default=None, ge=-100, le=100)
    set: int | None = Field(default=None, ge=0, le=100)
    reason: Line | None = None
    notes: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "UpdateLeadScore":
        if (self.change is None) == (self.set is None):
            raise PydanticCustomError("score", "say either 'change' (such as 10 or -5) or 'set' (0 to 100)", {})
        return self

    def perform(self, moment: Moment) -> Outcome:
        """Add the adjustment; the score follows before the commit."""
        old = moment.lead.lead_score
        by = self.change if self.change is not None else (self.set or 0) - old
        scores.adjust(moment.change, moment.lead, by, reason=self.reason or self.label, notes=self.notes)
        return Done({"old_score": old, "change": by})
