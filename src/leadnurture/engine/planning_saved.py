"""A plan that was reviewed, as a file: the words it was made from, and what was to happen to every lead."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from leadnurture.engine.planning import Effect
from leadnurture.engine.planning_outcome import Fate, LeadOutcome
from leadnurture.errors import InvalidInputError
from leadnurture.sequences.attachments import contents
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.versions import Difference


class NoPlanError(InvalidInputError):
    """The file is no saved plan."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SavedLead(_Part):
    """One lead: the step it stood before (None for who enters), and the digest of all that was to happen to it."""

    lead_id: int
    step: str | None
    digest: str


class SavedSequence(_Part):
    """One sequence: how its file stood to the database, the digests of its files, and its leads.

    `version` is the number that ran, None for a new one.
    """

    sequence: str
    change: Difference
    version: int | None
    files: Mapping[str, str]
    leads: tuple[SavedLead, ...]
    stay_out: tuple[int, ...]


class SavedPlan(_Part):
    """A whole plan; `made_at` is an instant with its offset."""

    leadnurture_plan: Literal[1] = 1
    made_at: datetime
    sequences: tuple[SavedSequence, ...]

    @property
    def applied(self) -> tuple[SavedSequence, ...]:
        """The sequences that the plan applies; others are in it because leads of theirs are affected."""
        return tuple(one for one in self.sequences if one.change is not Difference.UNCHANGED)


def saved(effects: Iterable[Effect], now: datetime) -> SavedPlan:
    """Return a plan as it is saved."""
    return SavedPlan(made_at=now, sequences=tuple(saved_sequence(effect) for effect in effects))


def saved_sequence(effect: Effect) -> SavedSequence:
    """Return what is saved of one sequence."""
    return SavedSequence(
        sequence=effect.identity,
        change=effect.difference,
        version=effect.version,
        files=digests(effect.draft),
        leads=tuple(_lead(one) for one in effect.leads),
        stay_out=effect.stay_out,
    )


def read_plan(text: str, name: str) -> SavedPlan:
    """Read a saved plan; `name` is what messages call it. Raises NoPlanError."""
    try:
        return SavedPlan.model_validate_json(text)
    except ValidationError:
        message = f"{name} is no plan of this leadnurture"
        raise NoPlanError(message, hint="make one with: leadnurture plan --out FILE") from None


def digests(draft: Draft | None) -> dict[str, str]:
    """Return the SHA-256 of a sequence's file, its templates and attachments, by name; nothing if the file is gone."""
    if draft is None:
        return {}
    files = {f"templates/{name}": content for name, content in contents(draft.attachments).items()}
    return files | {name: sha256(words.encode()).hexdigest() for name, words in _words(draft)}


def _words(draft: Draft) -> Iterator[tuple[str, str]]:
    yield draft.parsed.file, draft.parsed.text
    yield from ((f"templates/{name}", words) for name, words in draft.templates.items())


def _lead(one: LeadOutcome) -> SavedLead:
    return SavedLead(lead_id=one.lead_id, step=one.before.step if one.before else None, digest=_digest(one))


def _digest(one: LeadOutcome) -> str:
    """Return the same for the same outcome.

    When a held step is asked again is no part of it, and who enters does so from the moment of the apply on.
    """
    facts: dict[str, Any] = asdict(one) | {"before": one.before.step if one.before else None}
    if one.fate is Fate.ENROLLED and one.after is not None:
        facts["after"] = one.after.step
    return sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
