"""Creating, changing and finding leads."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from leadnurture.crm import consents, opt_outs, sources, standing
from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.fields import LEAD_FIELDS
from leadnurture.crm.names import couple_full_names
from leadnurture.crm.timeline import note
from leadnurture.crm.values import BadValueError
from leadnurture.errors import ConflictError, InvalidInputError, NotFoundError
from leadnurture.money import exponent
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.lead_book import MergedLead
from leadnurture.store.tables.source import Source
from leadnurture.store.vocabulary import BudgetRange, InteractionType, LeadStatus

SHOWN_CANDIDATES = 10
_ID_DIGITS = 18  # SQLite's integers have no more for certain


class DuplicateEmailError(ConflictError):
    """There is a lead with that address already."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            f"{lead.primary_email} is lead {lead.id} ({couple_of(lead)}) already",
            hint=f"see it with: leadnurture lead show {lead.id}",
            detail={"lead_id": lead.id},
        )


class LeadNotFoundError(NotFoundError):
    """No lead has that id, address or name."""

    def __init__(self, reference: str, near: str | None = None) -> None:
        hint = f"did you mean '{near}'?" if near else "leadnurture lead list shows all of them"
        super().__init__(f"there is no lead '{reference}'", hint=hint)


class AmbiguousLeadError(ConflictError):
    """Several leads fit."""

    def __init__(self, reference: str, found: Sequence[Lead]) -> None:
        lines = [f"  {lead.id}  {couple_of(lead)}  {lead.primary_email}" for lead in found[:SHOWN_CANDIDATES]]
        more = [f"  … and {len(found) - SHOWN_CANDIDATES} more"] if len(found) > SHOWN_CANDIDATES else []
        super().__init__(
            "\n".join([f"'{reference}' fits {len(found)} leads:", *lines, *more]),
            hint="use the id or the e-mail address",
            detail={"candidates": [{"id": lead.id, "primary_email": lead.primary_email} for lead in found]},
        )


def couple_of(lead: Lead) -> str:
    """Return the couple's names in full, or their address if we know none."""
    return couple_full_names(lead.couple_name_bride, lead.couple_name_groom) or lead.primary_email


def by_email(session: Session, address: str) -> Lead | None:
    """Return the lead with that (normalised) address, or the one that had it before it was merged."""
    return session.exec(select(Lead).where(Lead.primary_email == address)).first() or merged_by_email(
        session, [address]
    ).get(address)


def merged_by_email(session: Session, addresses: Sequence[str]) -> dict[str, Lead]:
    """Return, by address, the leads that other leads with these addresses were merged into."""
    query = select(MergedLead.primary_email, Lead).where(
        MergedLead.lead_id == Lead.id, col(MergedLead.primary_email).in_(addresses)
    )
    return dict(session.exec(query).all())


def _by_id(session: Session, number: int) -> Lead | None:
    """Return the lead with that id, or the one that it was merged into."""
    merged = session.get(MergedLead, number)
    return session.get(Lead, number if merged is None else merged.lead_id)


def find(session: Session, reference: str) -> Lead:
    """Return the one lead that an id, an address or part of a name means, or the subject of a mail that unsubscribes.

    Raises LeadNotFoundError or AmbiguousLeadError.
    """
    wanted = reference.strip()
    if wanted.isdecimal() and len(wanted) <= _ID_DIGITS and (lead := _by_id(session, int(wanted))):
        return lead
    if "@" in wanted and (lead := by_email(session, wanted.lower())):
        return lead
    found = _named(session, wanted) or _written_by(session, wanted)
    if not found:
        raise LeadNotFoundError(reference, _nearest(session, wanted))
    if len(found) > 1:
        raise AmbiguousLeadError(reference, found)
    return found[0]


def _nearest(session: Session, wanted: str) -> str | None:
    """Return the name or address that is most like the one that nobody has; None if none is like it."""
    rows = session.exec(select(Lead.couple_name_bride, Lead.couple_name_groom, Lead.primary_email)).all()
    known = {word.lower(): word for row in rows for text in row if text for word in (text, *text.split())}
    near = get_close_matches(wanted.lower(), known, n=1, cutoff=0.7)
    return known[near[0]] if near else None


def _named(session: Session, wanted: str) -> Sequence[Lead]:
    """Find leads by part of a name or address; `Emma & Jack` asks for both names."""
    query = select(Lead).order_by(col(Lead.id).desc())
    for word in wanted.replace("&", " ").lower().split():
        like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = (Lead.couple_name_bride, Lead.couple_name_groom, Lead.primary_email)
        query = query.where(or_(*(func.lower(column).like(like, escape="\\") for column in columns)))
    return session.exec(query).all() if wanted else []


def _written_by(session: Session, wanted: str) -> Sequence[Lead]:
    """Find leads by their second address, or by the token in the subject of the mail by which they unsubscribe."""
    token = wanted.removeprefix("unsubscribe").strip()
    merged = select(MergedLead.lead_id).where(MergedLead.unsubscribe_token == token)
    is_named = or_(col(Lead.unsubscribe_token) == token, col(Lead.id).in_(merged))
    mine = or_(col(Lead.secondary_email) == wanted.lower(), is_named)
    return session.exec(select(Lead).where(mine).order_by(col(Lead.id).desc())).all()


def create(change: Change, values: Mapping[str, Any], *, origin: str) -> Lead:
    """Create a lead from parsed values by field name; `origin` says how it came (typed, spreadsheet …).

    Raises DuplicateEmailError if the address is known, InvalidInputError if there is none, and BadValueError for an
    inquiry that is yet to come.
    """
    address = values.get("primary_email")
    if address is None:
        raise InvalidInputError("a lead needs an e-mail address", hint="give it with --email")
    if known := by_email(change.session, address):
        raise DuplicateEmailError(known)
    _require_asked(change, values)
    return create_new(change, [values], origin=origin)[0]


def _require_asked(change: Change, values: Mapping[str, Any]) -> None:
    """Refuse an inquiry of a day that is yet to come: ages are counted from it."""
    asked, zone = values.get("inquiry_at"), change.config.studio.zone
    if asked is not None and asked.astimezone(zone).date() > change.now.astimezone(zone).date():
        raise BadValueError(f"inquiry_at: {asked.astimezone(zone):%Y-%m-%d} is yet to come")


def create_new(change: Change, several: Iterable[Mapping[str, Any]], *, origin: str) -> list[Lead]:
    """Create leads as `create` does, many at once; the caller has made sure that nobody has their addresses."""
    named: dict[str, Source] = {}
    created = [_new(change, values, named) for values in several]
    change.session.add_all(created)
    change.session.flush()
    for lead in created:
        _note_beginning(change, lead, origin)
    opt_outs.heed(change, created)
    return created


def _new(change: Change, values: Mapping[str, Any], named: dict[str, Source]) -> Lead:
    """Return a lead, not yet in the session, with what its source gives it; `named` are the sources seen so far."""
    given = {name: value for name, value in values.items() if value is not None}
    if "lead_source" not in given:
        given["lead_source"] = sources.landed(change.session, given.get("source_details", {})) or "website"
    name = given["lead_source"]
    source = named[name] = named.get(name) or sources.require(change, name)
    given.setdefault("priority_level", sources.default_priority(source))
    given.setdefault("assigned_to_user_id", source.auto_assign_to_user_id)
    given.setdefault("inquiry_at", change.now)
    if "budget_range" not in given and "estimated_budget" in given:
        given["budget_range"] = budget_range(given["estimated_budget"], change.config.studio.currency)
    return Lead(**given, unsubscribe_token=secrets.token_urlsafe(12), created_at=change.now, updated_at=change.now)


def _note_beginning(change: Change, lead: Lead, origin: str) -> None:
    sources.touch(change, lead, lead.inquiry_at)
    consents.begin(change, lead, consents.origin_of(origin))
    note(change, lead, InteractionType.LEAD_CREATED, f"Inquiry from {lead.lead_source} ({origin})", who="owner")
    if lead.lead_status is LeadStatus.WON:
        lead.converted_at = lead.converted_at or lead.inquiry_at
    change.record(FactKind.CREATED, lead.id)


def budget_range(minor: int, currency: str) -> BudgetRange:
    """Return the band that a budget in minor units falls into."""
    major = minor / 10 ** exponent(currency)
    bounds = (
        (1000, BudgetRange.UNDER_1000),
        (2500, BudgetRange.FROM_1000),
        (5000, BudgetRange.FROM_2500),
        (10_000, BudgetRange.FROM_5000),
    )
    return next((band for bound, band in bounds if major < bound), BudgetRange.FROM_10000)


def update(
    change: Change, lead: Lead, values: Mapping[str, Any], *, origin: str = "typed in"
) -> dict[str, tuple[Any, Any]]:
    """Set parsed values by field name; return what really changed, as field → (old, new).

    `origin` says how they came, as in `create`. Raises DuplicateEmailError if an address belongs to another lead,
    BadValueError for an inquiry that is yet to come, and the error of `standing.require_answer`.
    """
    changed = differences(lead, values)
    if not changed:
        return {}
    _require_asked(change, {name: new for name, (_, new) in changed.items()})
    if "lead_status" in changed:
        standing.require_answer(lead, changed["lead_status"][1], reason=values.get("lost_reason"))
    if "primary_email" in changed and (other := by_email(change.session, changed["primary_email"][1])):
        raise DuplicateEmailError(other)
    plain = {name: new for name, (_, new) in changed.items() if name not in _SPECIAL}
    for name, new in plain.items():
        setattr(lead, name, new)
    _follow(change, lead, changed, origin)
    lead.updated_at = change.now
    if plain:
        told = ", ".join(LEAD_FIELDS[name].label for name in plain)
        metadata = {name: [as_plain(old), as_plain(new)] for name, (old, new) in changed.items() if name in plain}
        note(change, lead, InteractionType.LEAD_UPDATED, f"Changed: {told}", metadata=metadata, who="owner")
        change.record(FactKind.CHANGED, lead.id)
    return changed


def differences(lead: Lead, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what setting the values would change, as field → (old, new)."""
    return {name: (getattr(lead, name), value) for name, value in values.items() if getattr(lead, name) != value}


_ADDRESSES = frozenset({"primary_email", "secondary_email", "primary_phone", "secondary_phone"})
_SPECIAL = frozenset({"lead_status", "automation_paused", *consents.FIELDS})


def _follow(change: Change, lead: Lead, changed: Mapping[str, tuple[Any, Any]], origin: str) -> None:
    """Do what hangs on some fields: a status is a fact, a source is a touch, a budget has its band."""
    if "primary_email" in changed:
        lead.bounced_at = None  # that was another address
    if "lead_source" in changed:
        sources.require(change, lead.lead_source)
        sources.touch(change, lead, change.now)
    if "estimated_budget" in changed and "budget_range" not in changed:
        budget = lead.estimated_budget
        lead.budget_range = None if budget is None else budget_range(budget, change.config.studio.currency)
    _record_moves(change, lead, changed)
    if "lead_status" in changed:
        standing.set_status(change, lead, changed["lead_status"][1])
    for field in consents.FIELDS.keys() & changed.keys():
        at = lead.gdpr_consent_date if "gdpr_consent_date" in changed else None
        said = consents.Said(given=changed[field][1], origin=consents.origin_of(origin), at=at)
        consents.record(change, lead, consents.FIELDS[field], said)
    if "automation_paused" in changed:
        (standing.pause if changed["automation_paused"][1] else standing.resume)(change, lead)


def _record_moves(change: Change, lead: Lead, changed: Mapping[str, tuple[Any, Any]]) -> None:
    """Record what moves steps that come next, or sends them elsewhere."""
    if "wedding_date" in changed:
        before = changed["wedding_date"][0]
        change.record(FactKind.WEDDING_MOVED, lead.id, before.isoformat() if before else None)
    if "time_zone" in changed:
        change.record(FactKind.ZONE_CHANGED, lead.id, changed["time_zone"][0] or change.config.studio.timezone)
    if _ADDRESSES & changed.keys():
        change.record(FactKind.READDRESSED, lead.id)
        opt_outs.follow_addresses(change, lead)


def as_plain(value: Any) -> Any:
    """Return a field's value as JSON can carry it."""
    return value if value is None or isinstance(value, str | int | float | bool | list | dict) else str(value)
