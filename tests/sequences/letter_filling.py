"""Filling letters for leads that are made of a few facts."""

from datetime import UTC, datetime
from typing import Any

from leadnurture.config import Config
from leadnurture.crm.portrait import portrait
from leadnurture.engine.personalize import fill_letter, fill_line, letter_names
from leadnurture.sequences.texts import TextKind
from leadnurture.sequences.words import compile_text
from leadnurture.store.tables.lead import Lead

LINK = "mailto:holly@hart.example?subject=unsubscribe%20t"
NOW = datetime(2027, 6, 14, 22, 30, tzinfo=UTC)  # half past eleven at night in London


def names_of(config: Config, **facts: Any) -> dict[str, Any]:
    """Return what letters may name for a lead of whom only an e-mail address and the given facts are known."""
    times = {"inquiry_at": NOW, "created_at": NOW, "updated_at": NOW}
    lead = Lead(
        **{"id": 1, "lead_source": "website", "primary_email": "mia@example.org", "unsubscribe_token": "t"}
        | times
        | facts
    )
    zone = config.studio.zone
    return letter_names(portrait(lead, NOW, zone), config, NOW.astimezone(zone).date(), LINK)


def text_of(words: str, config: Config, **facts: Any) -> str:
    """Return the text part of a letter; raises UnfillableError."""
    return both_of(words, config, **facts)[0]


def both_of(words: str, config: Config, **facts: Any) -> tuple[str, str]:
    """Return the text and the HTML part of a letter; raises UnfillableError."""
    return fill_letter(compile_text(TextKind.LETTER, words), names_of(config, **facts))


def line_of(words: str, config: Config, **facts: Any) -> str:
    """Return a subject; raises UnfillableError."""
    return fill_line(compile_text(TextKind.LINE, words), names_of(config, **facts))
