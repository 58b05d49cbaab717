"""What trying a sequence's steps with one lead came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class TriedStep:
    """One step as the lead would get it now; `failure` is None if it worked.

    `seconds` is how long it took; `skipped_because` is why the engine would skip it for this lead at this moment.
    """

    number: int
    key: str
    name: str
    action: str
    at: datetime
    seconds: float
    result: Mapping[str, Any] = field(default_factory=dict)
    failure: str | None = None
    skipped_because: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "step_number": self.number,
            "step_id": self.key,
            "step_name": self.name,
            "action_type": self.action,
            "status": "success" if self.failure is None else "failed",
            "execution_time": _told(self.seconds),
            "result": dict(self.result) if self.failure is None else {**self.result, "error": self.failure},
            "skipped_because": self.skipped_because,
            "executed_at": self.at.isoformat(),
        }


@dataclass(frozen=True)
class Trial:
    """All steps that were tried, and what people should know about the lead and the sequence."""

    sequence_id: str
    lead_id: int
    lead: str
    at: datetime
    steps: tuple[TriedStep, ...]
    notes: tuple[str, ...]

    @property
    def failed(self) -> int:
        """How many steps did not work."""
        return sum(step.failure is not None for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys, those of the seed's test response."""
        return {
            "sequence_id": self.sequence_id,
            "test_lead_id": self.lead_id,
            "test_results": [step.as_json() for step in self.steps],
            "summary": self._summary(),
            "tested_at": self.at.isoformat(),
            "notes": list(self.notes),
        }

    def _summary(self) -> dict[str, Any]:
        worked = len(self.steps) - self.failed
        return {
            "total_steps": len(self.steps),
            "successful_steps": worked,
            "failed_steps": self.failed,
            "success_rate": round(100 * worked / len(self.steps)) if self.steps else 100,
            "total_execution_time": _told(sum(step.seconds for step in self.steps)),
        }


def _told(seconds: float) -> str:
    return f"{seconds:.3f} seconds"
