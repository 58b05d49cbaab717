"""What couples agree to, and what they take back: each with its date, its words and where it was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.timeline import note
from leadnurture.errors import InvalidInputError
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.privacy import LeadConsent
from leadnurture.store.vocabulary import ConsentKind, ConsentOrigin, InteractionType

FIELDS = {"consent_marketing": ConsentKind.MARKETING, "consent_data_processing": ConsentKind.PROCESSING}
NAMES = frozenset({*FIELDS, "gdpr_consent_date"})
_FIELD_OF = {kind: field for field, kind in FIELDS.items()}
_LABELS = {ConsentKind.MARKETING: "Marketing consent", ConsentKind.PROCESSING: "Consent to data processing"}
_ONE_DAY = timedelta(days=1)


class FutureConsentError(InvalidInputError):
    """Nobody can have agreed at a time that is yet to come."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"{at:%Y-%m-%d} is yet to come, so nobody can have said it then", hint="such as 2027-01-04")


@dataclass(frozen=True)
class Said:
    """What was said of a consent: given or taken back, where, in answer to which words, and when (None: now)."""

    given: bool
    origin: ConsentOrigin
    text: str | None = None
    at: datetime | None = None


def origin_of(how: str) -> ConsentOrigin:
    """Return where a consent was said that came with a lead, by how the lead came in."""
    return {"spreadsheet": ConsentOrigin.SPREADSHEET}.get(how, ConsentOrigin.BY_WORD)


def record(change: Change, lead: Lead, kind: ConsentKind, said: Said) -> LeadConsent:
    """Write down what a couple said; marketing that they take back the consent to ends. Raises FutureConsentError."""
    at = said.at or change.now
    if at > change.now + _ONE_DAY:
        raise FutureConsentError(at)
    row = _written(change, lead, kind, said, at)
    setattr(lead, _FIELD_OF[kind], said.given)
    lead.gdpr_consent_date = _date(lead, at) if said.given else _left(lead)
    lead.updated_at = change.now
    subject = f"{_LABELS[kind]}: {'given' if said.given else 'not given'} ({said.origin.value.replace('_', ' ')})"
    note(change, lead, InteractionType.LEAD_UPDATED, subject, content=said.text, who="lead")
    change.record(FactKind.CHANGED, lead.id)
    return row


def begin(change: Change, lead: Lead, origin: ConsentOrigin) -> None:
    """Begin the history of a lead that comes with its consents."""
    given = [kind for field, kind in FIELDS.items() if getattr(lead, field)]
    if given and lead.gdpr_consent_date is None:
        lead.gdpr_consent_date = lead.inquiry_at
    for kind in given:
        _written(change, lead, kind, Said(given=True, origin=origin), lead.gdpr_consent_date or change.now)


def history(session: Session, lead: Lead) -> Sequence[LeadConsent]:
    """Return all that a couple said of their consents, the oldest first."""
    query = select(LeadConsent).where(LeadConsent.lead_id == lead.id)
    return session.exec(query.order_by(col(LeadConsent.said_at), col(LeadConsent.id))).all()


def said_elsewhere(session: Session, lead: Lead) -> frozenset[str]:
    """Return the fields that no spreadsheet may change, because what they say was said elsewhere, or after it."""
    last = {row.consent_kind: row.origin for row in history(session, lead)}
    fields = frozenset(_FIELD_OF[kind] for kind, origin in last.items() if origin is not ConsentOrigin.SPREADSHEET)
    return fields | {"gdpr_consent_date"} if fields else fields


def _written(change: Change, lead: Lead, kind: ConsentKind, said: Said, at: datetime) -> LeadConsent:
    assert lead.id is not None
    row = LeadConsent(
        lead_id=lead.id,
        consent_kind=kind,
        given=said.given,
        origin=said.origin,
        consent_text=said.text,
        said_at=at,
        created_at=change.now,
    )
    change.session.add(row)
    return row


def _date(lead: Lead, at: datetime) -> datetime:
    """Return the later of two dates of consent: an old paper that turns up does not make a newer one older."""
    return at if lead.gdpr_consent_date is None else max(at, lead.gdpr_consent_date)


def _left(lead: Lead) -> datetime | None:
    """Return the date of consent once one is taken back: none where none is left."""
    return lead.gdpr_consent_date if any(getattr(lead, field) for field in FIELDS) else None
