"""Tag a lead."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leadnurture.crm import standing
from leadnurture.sequences.base import ONE_OR_MORE, Line
from leadnurture.sequences.step import Done, Moment, Outcome, Step


class TagStep(Step):
    """A step that names one tag, or several."""

    tag: Line | None = None
    tags: Annotated[list[Line], ONE_OR_MORE] = Field(default_factory=list)

    @model_validator(mode="after")
    def _some(self) -> "TagStep":
        if not self.wanted:
            raise PydanticCustomError("tag", "say which 'tag'", {})
        return self

    @property
    def wanted(self) -> list[str]:
        """The tags that are named."""
        return [*([self.tag] if self.tag else []), *self.tags]


class AddLeadTag(TagStep):
    """One tag, or several; one that is there already stays."""

    action_name: ClassVar[str] = "add_lead_tag"

    def perform(self, moment: Moment) -> Outcome:
        """Add the tags."""
        return Done({"added": [tag for tag in self.wanted if standing.add_tag(moment.change, moment.lead, tag)]})
