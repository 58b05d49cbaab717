"""Take a tag away from a lead."""

from typing import ClassVar

from leadnurture.crm import standing
from leadnurture.sequences.actions.add_lead_tag import TagStep
from leadnurture.sequences.step import Done, Moment, Outcome


class RemoveLeadTag(TagStep):
    """One tag, or several; one that is not there is no fault."""

    action_name: ClassVar[str] = "remove_lead_tag"

    def perform(self, moment: Moment) -> Outcome:
        """Take the tags away."""
        return Done({"removed": [tag for tag in self.wanted if standing.remove_tag(moment.change, moment.lead, tag)]})
