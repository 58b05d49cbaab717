"""How long couples are kept who went elsewhere: `privacy.forget_lost_after`, once the owner has agreed to what it does.

Who has ever booked is kept, because books have to be. A couple counts from the last that happened with it: the inquiry,
a contact, a reply, the day it was lost.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, exists, select

from leadnurture.config import Config
from leadnurture.engine.engine import Engine
from leadnurture.engine.forgetting.forget import Forgotten, forget_all
from leadnurture.errors import BusyError
from leadnurture.store.tables.conversion import Conversion
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.privacy import ForgettingRule
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import InteractionType, LeadStatus, OutboxState

BATCH = 200  # couples in one tick
_UNKNOWN = (OutboxState.IN_DOUBT, OutboxState.PARKED)


def forget_lost(engine: Engine, now: datetime) -> Counter[str]:
    """Forget the lost couples that the rule names, if the owner has agreed to it; return how many they were."""
    months = engine.config.privacy.forget_lost_after
    if months is None or not engine.owns_files:
        return Counter()
    with engine.database.read() as session:
        ids = [lead.id or 0 for lead in lost_for(session, months, now, BATCH)] if is_agreed(session, months) else []
    forgotten: list[Forgotten] = []
    if ids:
        with suppress(BusyError):  # another tick does it
            forgotten = forget_all(engine, ids, now)
    return Counter(forgotten=len(forgotten))


def lost_for(session: Session, months: int, now: datetime, most: int | None = None) -> Sequence[Lead]:
    """Return the couples that were lost, and with whom nothing has happened, for so many months; the oldest first."""
    before = months_ago(months, now)
    lost_since = exists().where(
        col(Interaction.lead_id) == Lead.id,
        col(Interaction.interaction_type) == InteractionType.STATUS_CHANGED,
        col(Interaction.created_at) >= before,
    )
    booked = exists().where(col(Conversion.lead_id) == Lead.id)
    unsettled = exists().where(col(OutboxMessage.lead_id) == Lead.id, col(OutboxMessage.state).in_(_UNKNOWN))
    quiet = (or_(col(at).is_(None), col(at) < before) for at in (Lead.last_contact_at, Lead.last_reply_at))
    query = select(Lead).where(
        Lead.lead_status == LeadStatus.LOST,
        col(Lead.inquiry_at) < before,
        col(Lead.converted_at).is_(None),
        *quiet,
        ~lost_since,
        ~booked,
        ~unsettled,
    )
    return session.exec(query.order_by(col(Lead.inquiry_at), col(Lead.id)).limit(most)).all()


def months_ago(months: int, now: datetime) -> datetime:
    """Return the instant so many calendar months before; of a day that the month lacks, its last. Pure."""
    from dateutil.relativedelta import relativedelta  # noqa: PLC0415 - only where there is a rule

    return now - relativedelta(months=months)


def is_agreed(session: Session, months: int) -> bool:
    """Tell whether the owner has agreed that couples are forgotten after so many months, or after fewer."""
    return session.exec(select(ForgettingRule).where(ForgettingRule.months <= months)).first() is not None


def agree(session: Session, config: Config, months: int, now: datetime) -> bool:
    """Note that the owner has seen what the configured rule does, and wants it; return whether that is the rule."""
    if config.privacy.forget_lost_after is None or months > config.privacy.forget_lost_after:
        return False
    session.merge(ForgettingRule(months=months, agreed_at=now))
    return True
