"""Addresses that a server refuses for good: which of its answers mean that, and what it means for the lead."""

import re
from collections.abc import Mapping

from leadnurture.channels.mail.address import wire_address
from leadnurture.crm import standing
from leadnurture.crm.change import Change
from leadnurture.store.tables.lead import Lead

# RFC 3463: 5.1.x is about the address. Without such a code, 550, 551 and 553 say that there is no such mailbox.
_NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.\d|^55[013] (?!5\.\d)")


def mark(change: Change, lead: Lead, refused: Mapping[str, str]) -> bool:
    """Mark a lead as bounced if a server said that its first address does not exist; return whether it did.

    `refused` are recipients with the server's words. A second address has no bearing on the first, nor has a copy.
    """
    dead = {recipient: reply for recipient, reply in refused.items() if _NO_SUCH_ADDRESS.search(reply)}
    if not dead or (reply := dead.get(wire_address(lead.primary_email))) is None:
        return False
    standing.bounce(change, lead, reply)
    return True
