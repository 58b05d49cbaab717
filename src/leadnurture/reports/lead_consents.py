"""What a couple has said of their consents, as JSON has it."""

from typing import Any

from sqlmodel import Session

from leadnurture.config import Config
from leadnurture.crm.consents import history
from leadnurture.store.tables.lead import Lead


def consents_json(session: Session, config: Config, lead: Lead) -> list[dict[str, Any]]:
    """Return the documented keys of all that a couple said, the oldest first; instants in the studio's zone."""
    zone = config.studio.zone
    return [
        {
            "kind": row.consent_kind.value,
            "given": row.given,
            "at": row.said_at.astimezone(zone).isoformat(),
            "origin": row.origin.value,
            "text": row.consent_text,
            "noted_at": row.created_at.astimezone(zone).isoformat(),
        }
        for row in history(session, lead)
    ]
