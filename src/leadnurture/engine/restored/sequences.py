"""Sequences as the newer database walks them: what the backup lacks of them comes along, and nobody enters by that."""

from sqlmodel import Session, col, select

from leadnurture.crm.change import Change
from leadnurture.store.tables.sequence import SequenceRow, SequenceStep, SequenceVersion


def row_here(change: Change, newer: Session, identity: str) -> SequenceRow:
    """Return a sequence's row; one that the backup does not know counts as deleted until it is applied again."""
    row = change.session.get(SequenceRow, identity)
    if row is None:
        there = newer.get_one(SequenceRow, identity)
        row = SequenceRow(**there.model_dump() | {"current_version": 1, "deleted_at": change.now})
        change.session.add(row)
        change.session.flush()
    return row


def version_here(change: Change, newer: Session, version_id: int) -> SequenceVersion:
    """Return the version that has the words of one in the newer database, as the last of its sequence if it is new.

    What the backup goes by stays current.
    """
    there = newer.get_one(SequenceVersion, version_id)
    row_here(change, newer, there.sequence_id)
    query = select(SequenceVersion).where(SequenceVersion.sequence_id == there.sequence_id)
    known = change.session.exec(query.order_by(col(SequenceVersion.number).desc())).all()
    same = next((one for one in known if one.content_hash == there.content_hash), None)
    return same or _copied(change, newer, there, known[0].number + 1 if known else 1)


def _copied(change: Change, newer: Session, there: SequenceVersion, number: int) -> SequenceVersion:
    here = SequenceVersion(**there.model_dump(exclude={"id"}) | {"number": number})
    change.session.add(here)
    change.session.flush()
    for step in newer.exec(select(SequenceStep).where(SequenceStep.version_id == there.id)).all():
        change.session.add(SequenceStep(**step.model_dump(exclude={"id"}) | {"version_id": here.id}))
    change.session.flush()
    return here
