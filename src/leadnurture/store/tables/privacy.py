"""What couples allow us, what they do not want, and what is left of those who were forgotten."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import ConsentKind, ConsentOrigin, ContactChannel, FigureKind


class LeadConsent(Row, table=True):
    """One thing a couple said about their consent; appended, never changed. The last of a kind is how it stands."""

    __tablename__ = "lead_consents"
    __table_args__ = (Index("idx_lead_consents_lead", "lead_id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    consent_kind: ConsentKind = Field(sa_type=word(ConsentKind))
    given: bool
    origin: ConsentOrigin = Field(sa_type=word(ConsentOrigin))
    consent_text: str | None = None  # the words that they agreed to
    said_at: datetime = Field(sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class LeadOptOut(Row, table=True):
    """A way on which a couple wants no more messages; with an address, that address alone is left in peace."""

    __tablename__ = "lead_opt_outs"
    __table_args__ = (Index("idx_lead_opt_outs_lead", "lead_id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    channel: ContactChannel = Field(sa_type=word(ContactChannel))
    address: str | None = Field(default=None, max_length=255)  # an e-mail address or a number, as the lead has it
    reason: str
    created_at: datetime = Field(sa_type=Instant)


class Suppression(Row, table=True):
    """An address that is not written to, known by its digest alone, so that it outlives the couple's erasure.

    All that one studio suppresses has the same salt; another one may come from a database that was restored.
    """

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("digest", "salt", "channel"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    digest: bytes  # HMAC-SHA256 of the address, keyed with the salt
    salt: bytes
    channel: ContactChannel = Field(sa_type=word(ContactChannel))
    reason: str
    created_at: datetime = Field(sa_type=Instant)


class Erasure(Row, table=True):
    """A couple that was forgotten, known by its random token's digest: a backup that is restored forgets it again."""

    __tablename__ = "erasures"

    token_digest: str = Field(primary_key=True, max_length=64)  # SHA-256
    erased_at: datetime = Field(sa_type=Instant)


class ErasedFigure(Row, table=True):
    """What is still counted of couples that were forgotten: how many on a day, and for how much; nobody's row."""

    __tablename__ = "erased_figures"
    __table_args__ = (
        UniqueConstraint("kind", "day", "source_name", "sequence_id", "detail"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: FigureKind = Field(sa_type=word(FigureKind))
    day: date  # the studio's
    source_name: str = Field(default="", max_length=100)
    sequence_id: str = Field(default="", max_length=100)
    detail: str = Field(default="", max_length=40)  # a status, a channel, a kind of booking
    number: int = 0
    amount: int = 0  # minor units


class ForgettingRule(Row, table=True):
    """The retention that the owner has agreed to: from then on lost couples that old are forgotten without asking."""

    __tablename__ = "forgetting_rules"

    months: int = Field(primary_key=True)
    agreed_at: datetime = Field(sa_type=Instant)
