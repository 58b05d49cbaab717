"""Whom a letter to a couple is addressed to. Pure."""

from leadnurture.channels.mail.message import Mailbox
from leadnurture.crm.names import couple_full_names
from leadnurture.crm.opt_outs import NOTHING, OptOuts
from leadnurture.engine.personalize import UnfillableError
from leadnurture.sequences.step import Addressee
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import ContactChannel

NO_SECOND = "the letter goes to their second address, and none is known"


def addressed(lead: Lead, to: Addressee, closed: OptOuts = NOTHING) -> tuple[Mailbox, ...]:
    """Return the mailboxes of a lead that a letter goes to, at least one.

    `both` is the first alone where no second is known; `secondary` raises UnfillableError then. Of both, one that has
    opted out is left alone.
    """
    first, second = lead.primary_email, lead.secondary_email
    name = couple_full_names(lead.couple_name_bride, lead.couple_name_groom)
    if to is Addressee.SECONDARY:
        if not second:
            raise UnfillableError(NO_SECOND)
        return (Mailbox(second, name),)
    with_second = to is Addressee.BOTH and second and second != first
    if not (second and with_second):
        return (Mailbox(first, name),)
    both = (Mailbox(first, name), Mailbox(second))
    willing = tuple(one for one in both if not closed.leaves_alone(ContactChannel.EMAIL, one.address))
    return willing or both
