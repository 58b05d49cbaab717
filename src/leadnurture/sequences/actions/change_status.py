"""Move a lead to another status."""

from typing import ClassVar

from leadnurture.crm import standing
from leadnurture.sequences.step import Done, Moment, Outcome, Step
from leadnurture.store.vocabulary import LeadStatus


class ChangeStatus(Step):
    """The lead's new status."""

    action_name: ClassVar[str] = "change_status"

    status: LeadStatus

    def perform(self, moment: Moment) -> Outcome:
        """Set the status."""
        old = moment.lead.lead_status
        standing.set_status(moment.change, moment.lead, self.status, who="leadnurture")
        return Done({"old": old.value, "new": self.status.value})
