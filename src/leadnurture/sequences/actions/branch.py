"""Go one way or another."""

from typing import ClassVar

from pydantic import Field

from leadnurture.sequences.base import LanguageModel, Target
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.step import Done, Moment, Outcome, Step
from leadnurture.sequences.yaml_tree import Path


class Case(LanguageModel):
    """A condition, and the later step that it leads to."""

    when: Condition
    goto: Target


class Branch(Step):
    """The first case that fits says where to go; if none does, `otherwise`, or the step that follows."""

    action_name: ClassVar[str] = "branch"

    cases: list[Case] = Field(min_length=1)
    otherwise: Target | None = None

    def targets(self) -> tuple[tuple[Path, str], ...]:
        """Where the cases lead, and `otherwise`."""
        cases = tuple((("cases", number, "goto"), case.goto) for number, case in enumerate(self.cases))
        return (*cases, (("otherwise",), self.otherwise)) if self.otherwise else cases

    @property
    def leads_on(self) -> bool:
        """Only if nothing else is said."""
        return self.otherwise is None

    def perform(self, moment: Moment) -> Outcome:
        """Choose the way."""
        missed = []
        for number, case in enumerate(self.cases, start=1):
            judged = moment.judged(case.when)
            if judged.held:
                return Done({"case": number, "goto": case.goto}, goto=case.goto, reason=judged.because)
            missed.append(judged.because)
        return Done({"case": None, "goto": self.otherwise}, goto=self.otherwise, reason="; ".join(missed))
