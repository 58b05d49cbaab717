"""What couples have asked for since the backup: a restore must not undo it."""

from sqlmodel import Session, select

from leadnurture.crm import consents, opt_outs, suppression
from leadnurture.crm.change import Change
from leadnurture.crm.consents import FIELDS, Said
from leadnurture.crm.suppression import addresses_of
from leadnurture.engine.restored.outcome import Outcome
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.privacy import Suppression


def carry_wishes(change: Change, newer: Session, lead: Lead, there: Lead, outcome: Outcome) -> None:
    """Let a couple be left alone on the channels it has opted out of since, and take back what it took back."""
    for row in opt_outs.opt_out_rows(newer, there):
        if row.address is None or row.address in addresses_of(lead):
            opt_outs.opt_out(change, lead, row.channel, row.reason, row.address)
    for field, kind in FIELDS.items():
        if getattr(lead, field) and not getattr(there, field):
            last = [one for one in consents.history(newer, there) if one.consent_kind is kind and not one.given][-1:]
            for one in last:
                said = Said(given=False, origin=one.origin, text=one.consent_text, at=one.said_at)
                consents.record(change, lead, kind, said)
                outcome["leads_stopped"] += 1


def carry_list(change: Change, newer: Session) -> None:
    """Add the newer suppression list to the backup's, and heed it."""
    suppression.add_rows(change.session, newer.exec(select(Suppression)).all())
    opt_outs.heed(change, change.session.exec(select(Lead)).all())
