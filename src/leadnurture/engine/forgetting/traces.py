"""What a person's data looks like in texts and files: names, addresses, numbers, the token. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from leadnurture.crm.names import couple_full_names, couple_names
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.lead_book import MergedLead

ERASED = "(erased)"


@dataclass(frozen=True)
class Traces:
    """By what a couple can be known, also as the leads that were merged into theirs: `lead_ids`, theirs first.

    `words` are as people write them; a first name alone is nobody's for certain. Those that are `shared` are another
    couple's as well: the planner's number, a namesake.
    """

    lead_ids: tuple[int, ...]
    tokens: tuple[str, ...]
    emails: tuple[str, ...]
    words: tuple[str, ...]
    shared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, lead: Lead, merged: Sequence[MergedLead]) -> "Traces":
        """Return the traces of a lead, and of those that were merged into it."""
        assert lead.id is not None
        own = tuple(address for address in (lead.primary_email, lead.secondary_email) if address)
        emails = (*own, *(one.primary_email for one in merged))
        tokens = (lead.unsubscribe_token, *(one.unsubscribe_token for one in merged))
        numbers = (number for number in (lead.primary_phone, lead.secondary_phone) if number)
        partners = (lead.couple_name_bride, lead.couple_name_groom)
        names = (*partners, couple_names(*partners), couple_full_names(*partners))
        spoken = (name for name in names if name and " " in name)
        written = (form for number in numbers for form in forms_of(number))
        words = dict.fromkeys((*emails, *written, *spoken, *tokens))
        ids = (lead.id, *(one.merged_id for one in merged))
        return cls(ids, tokens, emails, tuple(sorted(words, key=len, reverse=True)))

    @property
    def own(self) -> "Traces":
        """The traces that are nobody else's: what may be erased wherever it stands."""
        emails, words = (tuple(word for word in kept if word not in self.shared) for kept in (self.emails, self.words))
        return replace(self, emails=emails, words=words)

    def are_in(self, text: str) -> bool:
        """Whether a text names them, whatever its case."""
        lowered = text.lower()
        return any(word.lower() in lowered for word in self.words)

    def are_in_log_line(self, line: str) -> bool:
        """Whether a line of the log is about them: it names them, or their id."""
        return any(re.search(rf"\blead {number}\b", line) for number in self.lead_ids) or self.are_in(line)

    def erased_from(self, text: str) -> str:
        """Return a text without them."""
        for word in self.words:
            text = re.sub(re.escape(word), ERASED, text, flags=re.IGNORECASE)
        return text

    def byte_forms(self) -> Iterator[bytes]:
        """Yield how their words stand in files: in UTF-8 and UTF-16, in lower case and as they are."""
        for word in self.words:
            for form in dict.fromkeys((word, word.lower())):
                yield from (form.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def forms_of(number: str) -> tuple[str, ...]:
    """Return how a number (E.164) is written: with its country code, and as one writes it at home."""
    import phonenumbers  # noqa: PLC0415 - large tables

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return (number,)
    kinds = (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.NATIONAL)
    written = [phonenumbers.format_number(parsed, kind) for kind in kinds]
    return tuple(dict.fromkeys((number, number.removeprefix("+"), *written, re.sub(r"\D", "", written[1]))))
