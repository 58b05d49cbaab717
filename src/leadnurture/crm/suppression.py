"""Addresses that are not written to any more, known by their digests: also once nobody knows the couple.

The digest is an HMAC-SHA256 of the address (or number) as a lead has it, keyed with a random salt that lies beside it.
A slow hash would cost minutes in every large import; a key in another file would be lost with it one day, and with it
what people have asked for. Whoever has the database and guesses an address can find out whether it is listed; nobody
can read the list.
"""

import hmac
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from leadnurture.crm.change import Change
from leadnurture.store.rows import in_parts
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.privacy import Suppression
from leadnurture.store.vocabulary import ContactChannel

OPTED_OUT = "they opted out"
_SALTS = "suppression salts"  # in the session's notes
_Digests = dict[tuple[bytes, bytes], str]  # (salt, digest) → address


@dataclass(frozen=True)
class Listed:
    """A suppression, its address if we know it, and the lead that has it."""

    suppression: Suppression
    lead_id: int | None
    address: str | None


def addresses_of(lead: Lead) -> tuple[str, ...]:
    """Return a lead's addresses and numbers."""
    everything = (lead.primary_email, lead.secondary_email, lead.primary_phone, lead.secondary_phone)
    return tuple(address for address in everything if address)


def suppress(change: Change, address: str, channel: ContactChannel, reason: str) -> bool:
    """Put an address on the list; return whether it was not there for that channel. `reason` must name nobody."""
    salts = _salts(change.session)
    if channel in {row.channel for row in _rows(change.session, _digests([address], salts))}:
        return False
    salt = salts[0] if salts else secrets.token_bytes(32)
    row = Suppression(digest=_digest(address, salt), salt=salt, channel=channel, reason=reason, created_at=change.now)
    change.session.add(row)
    change.session.flush()
    change.session.info[_SALTS] = salts or [salt]
    return True


def release(change: Change, address: str) -> int:
    """Take an address off the list; return how many entries it had."""
    rows = _rows(change.session, _digests([address], _salts(change.session)))
    for row in rows:
        change.session.delete(row)
    change.session.flush()
    return len(rows)


def suppressed(session: Session, addresses: Iterable[str]) -> Mapping[str, Sequence[Suppression]]:
    """Return those of the addresses that are on the list, with their entries."""
    salts = _salts(session)
    if not salts:
        return {}
    digests = _digests(set(addresses), salts)
    found: defaultdict[str, list[Suppression]] = defaultdict(list)
    for row in _rows(session, digests):
        found[digests[row.salt, row.digest]].append(row)
    return found


def listed(session: Session) -> list[Listed]:
    """Return the whole list, the newest first, with the leads that we know to have the addresses."""
    own = (col(Lead.primary_email), col(Lead.secondary_email), col(Lead.primary_phone), col(Lead.secondary_phone))
    leads = session.execute(select_columns(col(Lead.id), *own).order_by(col(Lead.id).desc())).all()
    owners = {address: lead_id for lead_id, *theirs in leads for address in theirs if address}
    digests = _digests(owners, _salts(session))
    rows = session.exec(select(Suppression).order_by(col(Suppression.created_at).desc(), col(Suppression.id).desc()))
    known = ((row, digests.get((row.salt, row.digest))) for row in rows.all())
    return [Listed(row, owners.get(address or ""), address) for row, address in known]


def add_rows(session: Session, others: Iterable[Suppression]) -> None:
    """Add the entries of another database's list that are not on this one."""
    known = {(row.salt, row.digest, row.channel) for row in session.exec(select(Suppression)).all()}
    for row in others:
        if (row.salt, row.digest, row.channel) not in known:
            session.add(Suppression(**row.model_dump(exclude={"id"})))
    session.flush()
    session.info.pop(_SALTS, None)


def _salts(session: Session) -> Sequence[bytes]:
    """Return the salts in use; asked once in a transaction, because a large import would ask for every row."""
    if _SALTS not in session.info:
        query = select(Suppression.salt).group_by(col(Suppression.salt)).order_by(col(Suppression.salt))
        session.info[_SALTS] = session.exec(query).all()
    found: Sequence[bytes] = session.info[_SALTS]
    return found


def _digests(addresses: Iterable[str], salts: Collection[bytes]) -> _Digests:
    return {(salt, _digest(address, salt)): address for address in addresses for salt in salts}


def _digest(address: str, salt: bytes) -> bytes:
    return hmac.digest(salt, address.encode(), sha256)


def _rows(session: Session, digests: _Digests) -> list[Suppression]:
    wanted = [digest for _, digest in digests]
    rows: list[Suppression] = []
    for some in in_parts(wanted):
        listed = session.exec(select(Suppression).where(col(Suppression.digest).in_(some))).all()
        rows += [row for row in listed if (row.salt, row.digest) in digests]
    return rows
