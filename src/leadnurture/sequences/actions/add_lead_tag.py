"""Tag a lead."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leadnurture.crm import standing
from leadnurture.sequences.base import ONE_OR_MORE, Line
from leadnurture.sequences.step import Done, Moment, Outcome, Step


class AddLeadTag(Step):
    """One tag, or several; one that is there already stays."""

    action_name: ClassVar[str] = "add_lead_tag"

    tag: Line | None = None
    tags: Annotated[list[Line], ONE_OR_MORE] = Field(default_factory=list)

    @model_validator(mode="after")
    def _some(self) -> "AddLeadTag":
        if not self.wanted:
            raise PydanticCustomError("tag", "say which 'tag'", {})
        return self

    @property
    def wanted(self) -> list[str]:
        """The tags to add."""
        return [*([self.tag] if self.tag else []), *self.tags]

    def perform(self, moment: Moment) -> Outcome:
        """Add the tags."""
        return Done({"added": [tag for tag in self.wanted if standing.add_tag(moment.change, moment.lead, tag)]})
