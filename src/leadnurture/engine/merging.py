"""Two leads become one: all that hangs on the one hangs on the other, and nobody gets a message twice by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, update
from sqlmodel import col, select

from leadnurture.crm import opt_outs, standing
from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.field_words import in_words
from leadnurture.crm.leads import as_plain, couple_of
from leadnurture.crm.merging import merged, status_of
from leadnurture.crm.suppression import addresses_of
from leadnurture.crm.timeline import note
from leadnurture.crm.values import Reading
from leadnurture.engine import merging_walks, stopping
from leadnurture.engine.engine import Engine
from leadnurture.errors import ConflictError
from leadnurture.store.tables.every import every_table
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.lead_book import MergedLead
from leadnurture.store.tables.sequence import Enrollment, PassedOver
from leadnurture.store.vocabulary import InteractionType, LeadStatus

_LOST = frozenset({LeadStatus.LOST, LeadStatus.SPAM, LeadStatus.DUPLICATE})
_APART = frozenset({Enrollment.__tablename__, PassedOver.__tablename__})  # both leads may have a row of the same kind


class SameLeadError(ConflictError):
    """A lead cannot be merged with itself."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            f"both are lead {lead.id} ({couple_of(lead)})", hint="name two couples, by their ids if need be"
        )


@dataclass(frozen=True)
class Merger:
    """What a merger did: fields of the kept lead as (old, new), values put aside, rows moved, and what became of walks.

    `walks` has those that ended, go on or began, each in words.
    """

    changes: Mapping[str, tuple[Any, Any]]
    aside: Mapping[str, Any]
    walks: tuple[str, ...]
    moved: Mapping[str, int]


def merge(change: Change, engine: Engine, kept: Lead, other: Lead) -> Merger:
    """Make two leads one: everything of the other goes to the kept lead, and the other is gone.

    Its id, its address and the token in its letters mean the kept lead from then on. Raises SameLeadError.
    """
    if kept.id == other.id:
        raise SameLeadError(kept)
    assert kept.id is not None
    assert other.id is not None
    both = merged(kept, other)
    before = _Before(kept, other)
    walks = merging_walks.end_twins(change, engine, kept, other)
    going = [walked.id for lead in (kept.id, other.id) for walked in stopping.running(change, lead)]
    change.session.flush()
    moved = _move_rows(change, kept.id, other.id) | _move_apart(change, kept.id, other.id)
    _remember(change, kept, other)
    changes = _set(change, kept, both.values)
    walks += merging_walks.lead_on(change, engine, kept, other.id)
    _follow(change, engine, kept, before)
    _note(change, kept, before, both.aside)
    engine.follow(change)  # so that what follows from it is told, too
    walks += merging_walks.ended_or_begun(change, going)
    changes |= {name: (old, new) for name, old in before.standing.items() if (new := getattr(kept, name)) != old}
    return Merger(changes, both.aside, tuple(walks), {name: count for name, count in moved.items() if count})


class _Before:
    """What facts of the two leads must be known after the other one is gone."""

    def __init__(self, kept: Lead, other: Lead) -> None:
        self.other_id, self.other_couple = other.id, couple_of(other)
        self.standing = {"lead_status": kept.lead_status, "opt_out_date": kept.opt_out_date}
        self.addresses = [address for lead in (kept, other) for address in addresses_of(lead)]
        self.status = status_of(kept, other)
        self.opt_outs = [lead.opt_out_date for lead in (kept, other) if lead.opt_out_date is not None]
        self.replied_at = max((lead.last_reply_at for lead in (kept, other) if lead.last_reply_at), default=None)
        self.wedding_dates = (kept.wedding_date, other.wedding_date)
        self.zones = (kept.time_zone, other.time_zone)


def _move_rows(change: Change, kept_id: int, other_id: int) -> dict[str, int]:
    """Let every row that hangs on the other lead hang on the kept one; return how many, by table."""
    moved = {}
    for table in every_table():
        if table.name in _APART:
            continue
        for column in _lead_columns(table):
            written = update(table).where(column == other_id).values({column.name: kept_id})
            moved[table.name] = change.session.connection().execute(written).rowcount
    return moved


def _lead_columns(table: Table) -> list[Any]:
    return [key.parent for key in table.foreign_keys if key.target_fullname == f"{Lead.__tablename__}.id"]


def _move_apart(change: Change, kept_id: int, other_id: int) -> dict[str, int]:
    """Move walks, numbered on as further passes, and what was passed over, each sequence once."""
    passes: dict[str, int] = {}
    mine = select(Enrollment.sequence_id, Enrollment.pass_number).where(Enrollment.lead_id == kept_id)
    for sequence, number in change.session.exec(mine).all():
        passes[sequence] = max(number, passes.get(sequence, 0))
    theirs = select(Enrollment).where(Enrollment.lead_id == other_id).order_by(col(Enrollment.pass_number))
    walks = change.session.exec(theirs).all()
    for walked in walks:
        passes[walked.sequence_id] = passes.get(walked.sequence_id, 0) + 1
        walked.lead_id, walked.pass_number = kept_id, passes[walked.sequence_id]
        change.session.flush()
    for row in change.session.exec(select(PassedOver).where(PassedOver.lead_id == other_id)).all():
        if change.session.get(PassedOver, (kept_id, row.sequence_id)) is None:
            values = row.model_dump() | {"lead_id": kept_id}
            change.session.add(PassedOver(**values))
        change.session.delete(row)
        change.session.flush()  # before the lead that it hangs on
    return {Enrollment.__tablename__: len(walks)}


def _remember(change: Change, kept: Lead, other: Lead) -> None:
    """Keep the other's id, address and token as names of the kept lead, and let its row go."""
    assert kept.id is not None
    assert other.id is not None
    change.session.add(
        MergedLead(
            merged_id=other.id,
            lead_id=kept.id,
            primary_email=other.primary_email,
            unsubscribe_token=other.unsubscribe_token,
            merged_at=change.now,
        )
    )
    change.session.delete(other)
    change.session.flush()
    change.session.expire_all()  # what was read before says whose it was then


def _set(change: Change, kept: Lead, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    changes = {name: (getattr(kept, name), value) for name, value in values.items() if getattr(kept, name) != value}
    for name, (_, value) in changes.items():
        setattr(kept, name, value)
    kept.updated_at = change.now
    change.record(FactKind.CHANGED, kept.id)
    change.record(FactKind.READDRESSED, kept.id)
    change.record(FactKind.CHANNEL_CLOSED, kept.id)  # what either has opted out of
    return changes


def _follow(change: Change, engine: Engine, kept: Lead, before: _Before) -> None:
    """What was true of either is true of the couple: booked, lost, replied, opted out, another day, another zone."""
    change.session.flush()
    if before.opt_outs:
        standing.opt_out(change, kept, f"lead {before.other_id} had opted out before they were merged")
        kept.opt_out_date = min(before.opt_outs)
        change.record(FactKind.OPTED_OUT, kept.id)
    opt_outs.follow_addresses(change, kept, before.addresses)
    standing.set_status(change, kept, before.status)
    if before.status is LeadStatus.WON:
        change.record(FactKind.CONVERTED, kept.id)
    if before.status in _LOST:
        change.record(FactKind.LOST, kept.id, before.status.value)
    if kept.bounced_at is not None:
        change.record(FactKind.BOUNCED, kept.id)
    merging_walks.end_answered(change, engine, kept, before.replied_at)
    _move(change, kept, before)


def _move(change: Change, kept: Lead, before: _Before) -> None:
    """Let steps follow another day and another zone, and a day that was theirs be free."""
    if len(set(before.wedding_dates)) > 1:
        for day in before.wedding_dates:
            change.record(FactKind.WEDDING_MOVED, kept.id, day.isoformat() if day else None)
    for zone in before.zones:
        if zone != kept.time_zone:
            change.record(FactKind.ZONE_CHANGED, kept.id, zone or change.config.studio.timezone)


def _note(change: Change, kept: Lead, before: _Before, aside: Mapping[str, Any]) -> None:
    reading = Reading.of(change.config)
    note(
        change,
        kept,
        InteractionType.LEAD_UPDATED,
        f"Merged with lead {before.other_id} ({before.other_couple})",
        content="\n".join(f"{name}: {in_words(name, value, reading)}" for name, value in aside.items()) or None,
        metadata={"merged": before.other_id, "aside": {name: as_plain(value) for name, value in aside.items()}},
        who="owner",
    )
