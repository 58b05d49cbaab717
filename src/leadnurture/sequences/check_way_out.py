"""Whether the letters of a marketing sequence tell the couple how to have no more of them."""

import re
from collections.abc import Iterator

from leadnurture.config import Config
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.texts import TextKind
from leadnurture.sequences.words import words_of
from leadnurture.store.vocabulary import Purpose

# The merge field itself, or words to its effect.
_WAY_OUT = re.compile(
    r"unsubscribe|opt(?:ing)?[ -]out|take you off|stop (?:writing|e-?mailing)"
    r"|(?:rather|prefer) not (?:to )?(?:hear|receive)|(?:don.t|not) (?:want|wish) to (?:hear|receive)"
    r"|no (?:more|further) (?:of these|letters|e-?mails?|mails?|messages)",
    re.IGNORECASE,
)


def letters_without_way_out(draft: Draft, sequence: Sequence, _: Config) -> Iterator[Problem]:
    """Yield a warning for each marketing letter that says nothing of how to have no more of them."""
    if sequence.purpose is not Purpose.MARKETING:
        return
    for number, step in enumerate(sequence.steps):
        for text in step.texts() if step.active and step.reaches_couple else ():
            if text.kind is not TextKind.LETTER or text.template in draft.unreadable:
                continue
            if not _WAY_OUT.search(" ".join(words_of(text, draft.templates).split())):
                message = f"the letter of '{step.id}' is marketing and gives the couple no way out"
                yield draft.parsed.warning(("steps", number, text.name), message, _HINT)


_HINT = "end it with a line such as: [No more letters, please]({{ unsubscribe }})"
