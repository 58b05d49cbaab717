"""What `apply` would do, told sequence by sequence and lead by lead."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from leadnurture.config import Config
from leadnurture.crm.names import couple_full_names
from leadnurture.engine.planning import Effect
from leadnurture.engine.planning_outcome import Fate, LeadOutcome, Position
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.plan_steps import WordsChange, words_change
from leadnurture.sequences.versions import Difference
from leadnurture.store.tables.lead import Lead


@dataclass(frozen=True)
class SequencePlan:
    """What applying means for one sequence. `version` is the number that runs now, None if it is new.

    `leads` are all that are half way or would enter, `stay_out` those that fit already and would not (by their ids).
    """

    sequence: str
    change: Difference
    version: int | None
    words: WordsChange
    leads: tuple[LeadOutcome, ...]
    stay_out: tuple[int, ...]

    @property
    def affected(self) -> tuple[LeadOutcome, ...]:
        """The leads for which something is different then."""
        return tuple(one for one in self.leads if one.fate is not Fate.STAYS)

    @property
    def totals(self) -> dict[str, int]:
        """How many leads meet which fate, by its word, and how many stay out."""
        counts = Counter(one.fate for one in self.leads)
        return {fate.value: counts[fate] for fate in Fate} | {"stay_out": len(self.stay_out)}


@dataclass(frozen=True)
class Plan:
    """What applying would do as of an instant; `couples` are the names of all leads in it."""

    as_of: AsOf
    sequences: tuple[SequencePlan, ...]
    couples: Mapping[int, str]

    @property
    def differing(self) -> tuple[SequencePlan, ...]:
        """The sequences that would be applied, and those that are affected by it."""
        return tuple(one for one in self.sequences if one.change is not Difference.UNCHANGED or one.leads)

    @property
    def totals(self) -> dict[str, int]:
        """The sequences that would be applied, and how many leads meet which fate in all of them."""
        applied = sum(one.change is not Difference.UNCHANGED for one in self.sequences)
        leads: Counter[str] = Counter()
        for one in self.sequences:
            leads.update(one.totals)
        return {"sequences": applied, **leads}

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"sequences": [self._sequence(one) for one in self.sequences], "totals": self.totals}

    def _sequence(self, one: SequencePlan) -> dict[str, Any]:
        return {
            "sequence": one.sequence,
            "change": one.change.value,
            "version": one.version,
            "keys": [asdict(key) for key in one.words.keys],
            "steps": [step.as_json() for step in one.words.steps],
            "leads": [self._lead(lead) for lead in one.leads],
            "stay_out": list(one.stay_out),
            "totals": one.totals,
        }

    def _lead(self, one: LeadOutcome) -> dict[str, Any]:
        return {
            "lead_id": one.lead_id,
            "couple": self.couples.get(one.lead_id),
            "outcome": one.fate.value,
            "from": self._position(one.before),
            "to": self._position(one.after),
            "added": list(one.added),
            "skipped": list(one.skipped),
            "reason": one.reason,
            "frozen": one.frozen,
        }

    def _position(self, position: Position | None) -> dict[str, Any] | None:
        return None if position is None else {"step": position.step, "at": iso(self.as_of.local(position.at))}


def plan_report(session: Session, config: Config, now: datetime, effects: Iterable[Effect]) -> Plan:
    """Return what was found out by rehearsing at `now`."""
    sequences = tuple(_sequence(effect) for effect in effects)
    return Plan(AsOf.of(config, now), sequences, _couples(session))


def _sequence(effect: Effect) -> SequencePlan:
    return SequencePlan(
        sequence=effect.identity,
        change=effect.difference,
        version=effect.version,
        words=_words(effect),
        leads=effect.leads,
        stay_out=effect.stay_out,
    )


def _words(effect: Effect) -> WordsChange:
    if effect.difference is Difference.UNCHANGED:
        return WordsChange((), ())
    old, draft = effect.old, effect.draft
    before, after = old.templates if old else {}, draft.templates if draft else {}
    files, found = old.attachments if old else {}, draft.attachments if draft else {}
    other = {name for name in files.keys() & found.keys() if files[name].sha256 != found[name].sha256}
    return words_change(old.sequence if old else None, effect.new, before, after, other)


def _couples(session: Session) -> dict[int, str]:
    """Return what all leads are called, by id."""
    query = select(Lead.id, Lead.couple_name_bride, Lead.couple_name_groom, Lead.primary_email)
    rows = session.exec(query).all()
    return {key: couple_full_names(bride, groom) or address for key, bride, groom, address in rows if key is not None}
