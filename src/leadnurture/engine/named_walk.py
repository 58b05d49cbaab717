"""Which walk is meant: by its id, or by its lead and, where they walk several, its sequence."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from leadnurture.crm import leads
from leadnurture.crm.leads import couple_of
from leadnurture.errors import ConflictError, NotFoundError
from leadnurture.sequences.folder import meant_by
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus

_LONGEST_ID = 18  # digits; a longer number is no id of any row


class AmbiguousWalkError(ConflictError):
    """A lead walks several sequences that could be meant."""

    def __init__(self, lead: Lead, found: Sequence[Enrollment]) -> None:
        lines = [f"  {walk.id}  {walk.sequence_id}  {walk.status.value}" for walk in found]
        super().__init__(
            "\n".join([f"{couple_of(lead)} could be meant in {len(found)} sequences:", *lines]),
            hint="name the sequence too, or use the enrollment's id",
            detail={"candidates": [{"id": w.id, "sequence": w.sequence_id, "status": w.status.value} for w in found]},
        )


def find_walk(
    session: Session, reference: str, sequence: str | None, fitting: Collection[EnrollmentStatus]
) -> Enrollment:
    """Return the one walk that is meant; `fitting` standings go before others where a lead has several walks.

    A number alone is an enrollment's id; everything else, and what comes with a sequence, is a lead. Raises the errors
    of `leads.find`, NotFoundError for a walk that is not there, AmbiguousWalkError.
    """
    if sequence is None and reference.isdecimal():
        return _by_id(session, reference)
    lead = leads.find(session, reference)
    walks = _newest(session, lead)
    if sequence is not None:
        walks = _in_sequence(lead, walks, sequence)
    if not walks:
        hint = "leadnurture sequence enroll SEQ LEAD begins one"
        raise NotFoundError(f"{couple_of(lead)} is in no sequence", hint=hint)
    found = [walk for walk in walks if walk.status in fitting] or walks
    if len(found) > 1:
        raise AmbiguousWalkError(lead, found)
    return found[0]


def _by_id(session: Session, number: str) -> Enrollment:
    walk = session.get(Enrollment, int(number)) if len(number) <= _LONGEST_ID else None
    if walk is None:
        hint = f"leadnurture enrollment list shows them; for lead {number} name the sequence too"
        raise NotFoundError(f"there is no enrollment {number}", hint=hint)
    return walk


def _newest(session: Session, lead: Lead) -> list[Enrollment]:
    """Return a lead's walks, of several passes through a sequence the last."""
    query = select(Enrollment).where(Enrollment.lead_id == lead.id).order_by(col(Enrollment.pass_number))
    return list({walk.sequence_id: walk for walk in session.exec(query).all()}.values())


def _in_sequence(lead: Lead, walks: list[Enrollment], sequence: str) -> list[Enrollment]:
    name = meant_by(sequence)
    found = [walk for walk in walks if walk.sequence_id == name]
    if not found:
        known = [walk.sequence_id for walk in walks]
        hint = f"they are in: {', '.join(known)}" if known else None
        raise NotFoundError(f"{couple_of(lead)} is not in '{name}'{did_you_mean(name, known)}", hint=hint)
    return found
