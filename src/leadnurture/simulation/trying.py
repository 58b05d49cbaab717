"""Trying a sequence's steps with one lead, in a transaction that is then undone in a copy that is then gone."""

from collections.abc import Iterable, Iterator

from sqlmodel import Session, col, select

from leadnurture.crm.change import Change
from leadnurture.crm.leads import couple_of
from leadnurture.errors import NotFoundError
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.simulation import preparing
from leadnurture.simulation.performing import Performer
from leadnurture.simulation.readdressing import Postman
from leadnurture.simulation.stage import Stage, staged
from leadnurture.simulation.trial import Trial, TriedStep
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.studio import Studio


class UnknownStepError(NotFoundError):
    """The sequence has no step of that name or number."""

    def __init__(self, wanted: str, sequence: Sequence) -> None:
        keys = [step.id for step in sequence.walked]
        hint = did_you_mean(wanted, keys).removeprefix("; ") or f"its steps: {', '.join(keys)}"
        super().__init__(f"'{sequence.id}' has no step '{wanted}'", hint=hint)


def try_steps(studio: Studio, draft: Draft, lead_id: int, wanted: Iterable[str], send_to: str | None = None) -> Trial:
    """Perform the wanted steps (all if none is named) of a sequence as its file is now, one after the other.

    Nothing is recorded, and nothing is sent unless `send_to` is an address: then the letters really go there. The
    draft must have been found right. Raises UnknownStepError, UnreachableLeadError.
    """
    assert draft.sequence is not None
    steps = chosen(draft.sequence, wanted)
    postman = Postman(studio.engine.transport, send_to) if send_to is not None else None
    with staged(studio, studio.now()) as stage:
        preparing.keep_only(stage.engine, lead_id)
        preparing.let_count(stage.engine, draft)
        notes = preparing.bring_in(stage.engine, lead_id, draft.identity)
        with stage.engine.database.write() as session:
            lead = session.get_one(Lead, lead_id)
            name = couple_of(lead)
            tried = tuple(_tried(stage, session, lead, draft.identity, steps, postman))
            session.rollback()
    return Trial(draft.identity, lead_id, name, studio.now(), tried, tuple(notes))


def chosen(sequence: Sequence, wanted: Iterable[str]) -> list[Step]:
    """Return the active steps that are wanted by id or number, in the sequence's order; raises UnknownStepError."""
    keys = [_key(sequence, word.strip()) for word in wanted]
    return [step for step in sequence.walked if not keys or step.id in keys]


def _key(sequence: Sequence, word: str) -> str:
    if sequence.step(word) is not None:
        return word
    numbered = {str(number): step for number, step in enumerate(sequence.steps, start=1) if step.active}
    if word not in numbered:
        raise UnknownStepError(word, sequence)
    return numbered[word].id


def _tried(
    stage: Stage, session: Session, lead: Lead, identity: str, steps: Iterable[Step], postman: Postman | None
) -> Iterator[TriedStep]:
    engine = stage.engine
    query = select(Enrollment).where(Enrollment.lead_id == lead.id, Enrollment.sequence_id == identity)
    enrollment = session.exec(query.order_by(col(Enrollment.id).desc()).limit(1)).one()
    edition = engine.book.edition(session, enrollment.version_id)
    change = Change(session, stage.clock.now(), engine.config)
    performer = Performer(change, engine, edition, enrollment, lead, postman)
    for step in steps:
        yield performer.tried(edition.sequence.step(step.id) or step)
