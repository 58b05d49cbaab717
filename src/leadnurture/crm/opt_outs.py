"""Opting out: of everything, of a channel, or one address alone; kept as suppressions, for when they come back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from leadnurture.crm import standing, suppression
from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.timeline import note
from leadnurture.errors import NotFoundError
from leadnurture.store.rows import in_parts
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.privacy import LeadOptOut, Suppression
from leadnurture.store.vocabulary import ContactChannel, InteractionType

TOLD = {ContactChannel.EMAIL: "e-mail", ContactChannel.SMS: "texts", ContactChannel.PHONE: "phone calls"}
_OF_NUMBERS = (ContactChannel.SMS, ContactChannel.PHONE)


class NotTheirAddressError(NotFoundError):
    """The lead has no such address or number."""

    def __init__(self, lead: Lead, address: str) -> None:
        known = ", ".join(suppression.addresses_of(lead))
        super().__init__(f"'{address}' is none of the addresses of lead {lead.id}", hint=f"they have {known}")


class NotSuppressedError(NotFoundError):
    """Nobody has asked that nothing be sent to that address."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is not on the suppression list", hint="leadnurture suppression list shows it")


def told_channel(channel: ContactChannel) -> str:
    """Return a channel in words."""
    return TOLD.get(channel, "everything")


@dataclass(frozen=True)
class OptOuts:
    """What one couple has opted out of, short of everything: (channel, address); no address is the whole channel."""

    closed: frozenset[tuple[ContactChannel, str | None]] = frozenset()

    def leaves_alone(self, channel: ContactChannel, address: str) -> bool:
        """Whether nothing may go to that address on that channel."""
        return (channel, None) in self.closed or (channel, address) in self.closed

    def why_not(self, channel: ContactChannel, addresses: Sequence[str]) -> str | None:
        """Return why nothing can reach them on a channel at these addresses; None if something can."""
        if (channel, None) in self.closed:
            return f"they opted out of {TOLD[channel]}"
        if addresses and all(self.leaves_alone(channel, address) for address in addresses):
            return f"{' and '.join(addresses)} opted out of {TOLD[channel]}"
        return None


NOTHING = OptOuts()


def opt_outs_of(session: Session, lead_ids: Iterable[int]) -> Mapping[int, OptOuts]:
    """Return what leads have opted out of, by lead; those of nothing are left out."""
    query = select(LeadOptOut.lead_id, LeadOptOut.channel, LeadOptOut.address)
    found: defaultdict[int, set[tuple[ContactChannel, str | None]]] = defaultdict(set)
    for lead_id, channel, address in session.exec(query.where(col(LeadOptOut.lead_id).in_(list(lead_ids)))).all():
        found[lead_id].add((ContactChannel(channel), address))
    return {lead_id: OptOuts(frozenset(closed)) for lead_id, closed in found.items()}


def opt_out_rows(session: Session, lead: Lead) -> Sequence[LeadOptOut]:
    """Return what a lead has opted out of, short of everything, the oldest first."""
    return session.exec(select(LeadOptOut).where(LeadOptOut.lead_id == lead.id).order_by(col(LeadOptOut.id))).all()


def opt_out(change: Change, lead: Lead, channel: ContactChannel, how: str, address: str | None = None) -> None:
    """The couple wants nothing more on a channel (`all`: at all); with an address, nothing to that one alone.

    Raises NotTheirAddressError.
    """
    if address is not None:
        _opt_out_address(change, lead, channel, how, address)
    elif channel is ContactChannel.ALL:
        standing.opt_out(change, lead, how)
    else:
        _close(change, lead, channel, None, how)
        for own in suppression.addresses_of(lead):
            if channel in _channels_of(own):
                suppression.suppress(change, own, channel, suppression.OPTED_OUT)


def _opt_out_address(change: Change, lead: Lead, channel: ContactChannel, how: str, address: str) -> None:
    if address not in suppression.addresses_of(lead):
        raise NotTheirAddressError(lead, address)
    for one in _channels_of(address):
        if channel in {one, ContactChannel.ALL}:
            _close(change, lead, one, address, how)
            suppression.suppress(change, address, one, suppression.OPTED_OUT)


def _channels_of(address: str) -> tuple[ContactChannel, ...]:
    return (ContactChannel.EMAIL,) if "@" in address else _OF_NUMBERS


def _close(change: Change, lead: Lead, channel: ContactChannel, address: str | None, how: str) -> None:
    assert lead.id is not None
    if (channel, address) in opt_outs_of(change.session, [lead.id]).get(lead.id, NOTHING).closed:
        return
    change.session.add(LeadOptOut(lead_id=lead.id, channel=channel, address=address, reason=how, created_at=change.now))
    change.session.flush()
    told = f"{TOLD[channel].capitalize()}{f' to {address}' if address else ''}: {how}"
    note(change, lead, InteractionType.OPTED_OUT, told, who="lead")
    change.record(FactKind.CHANNEL_CLOSED, lead.id, told)


def follow_addresses(change: Change, lead: Lead, further: Sequence[str] = ()) -> None:
    """Leave new addresses of a lead alone as it has asked for, and the lead as the list says of them.

    `further` are addresses of theirs that the lead has no room for.
    """
    assert lead.id is not None
    closed = opt_outs_of(change.session, [lead.id]).get(lead.id, NOTHING).closed
    channels = {channel for channel, address in closed if address is None}
    for own in dict.fromkeys((*suppression.addresses_of(lead), *further)):
        if lead.opt_out_date is not None:
            suppression.suppress(change, own, ContactChannel.ALL, suppression.OPTED_OUT)
        for channel in channels.intersection(_channels_of(own)):
            suppression.suppress(change, own, channel, suppression.OPTED_OUT)
    heed(change, [lead])


def heed(change: Change, leads: Sequence[Lead]) -> None:
    """Let leads that have come in, or have new addresses, be as their addresses are on the suppression list."""
    every = {lead.id: suppression.addresses_of(lead) for lead in leads}
    entries = suppression.suppressed(change.session, (address for own in every.values() for address in own))
    for lead in leads if entries else ():
        if any(_heed_one(change, lead, address, entries.get(address, ())) for address in every[lead.id]):
            change.suppressed.append(lead.id or 0)


def _heed_one(change: Change, lead: Lead, address: str, rows: Iterable[Suppression]) -> bool:
    """Heed what the list says of one address of a lead; return whether it says anything."""
    is_listed = False
    for row in rows:
        day = row.created_at.astimezone(change.config.studio.zone)
        how = f"their address is on the suppression list since {day:%Y-%m-%d} ({row.reason})"
        if row.channel is ContactChannel.ALL:
            standing.opt_out(change, lead, how)
        elif row.channel in _channels_of(address):
            _close(change, lead, row.channel, address, how)
        is_listed = True
    return is_listed


def suppress(change: Change, address: str, channel: ContactChannel, reason: str) -> bool:
    """Put an address on the suppression list, known or not; who has it is left alone at once. Return if it is new."""
    is_new = suppression.suppress(change, address, channel, reason)
    heed(change, leads_with(change.session, [address]))
    return is_new


def lift(change: Change, address: str, why: str) -> list[Lead]:
    """Take an address off the list because they want to hear from us again; return the leads that may be written to.

    Who had opted out of everything has all of their addresses taken off. Raises NotSuppressedError.
    """
    leads = leads_with(change.session, [address])
    whole = [lead for lead in leads if lead.opt_out_date is not None]
    taken = {address, *(own for lead in whole for own in suppression.addresses_of(lead))}
    lifted = sum(suppression.release(change, one) for one in sorted(taken))
    for lead in leads:
        lifted += _open(change, lead, address)
        lead.opt_out_date = None
        note(change, lead, InteractionType.LEAD_UPDATED, f"They may be written to again: {why}", who="owner")
        change.record(FactKind.CHANGED, lead.id)
    if not lifted:
        raise NotSuppressedError(address)
    return leads


def _open(change: Change, lead: Lead, address: str) -> int:
    """Remove a lead's opt-outs that concern an address; return how many they were."""
    query = select(LeadOptOut).where(
        LeadOptOut.lead_id == lead.id,
        col(LeadOptOut.channel).in_(_channels_of(address)),
        or_(col(LeadOptOut.address).is_(None), col(LeadOptOut.address) == address),
    )
    rows = change.session.exec(query).all()
    for row in rows:
        change.session.delete(row)
    return len(rows)


def leads_with(session: Session, addresses: Sequence[str]) -> list[Lead]:
    """Return the leads that have one of these addresses or numbers."""
    columns = (Lead.primary_email, Lead.secondary_email, Lead.primary_phone, Lead.secondary_phone)
    found: dict[int | None, Lead] = {}
    for some in in_parts(addresses):
        having = or_(*(col(column).in_(some) for column in columns))
        found |= {lead.id: lead for lead in session.exec(select(Lead).where(having)).all()}
    return list(found.values())
