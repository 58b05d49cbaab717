"""Whether the letters and texts of a marketing sequence tell the couple how to have no more of them.

Every letter has the header by which mail programs offer it (List-Unsubscribe); a text has nothing but its words.
"""

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
    r"|no (?:more|further) (?:of these|letters|e-?mails?|mails?|messages|texts)",
    re.IGNORECASE,
)
_STOP = re.compile(r"\bstop\b", re.IGNORECASE)


def messages_without_way_out(draft: Draft, sequence: Sequence, _: Config) -> Iterator[Problem]:
    """Yield a warning for each marketing letter or text that says nothing of how to have no more of them."""
    if sequence.purpose is not Purpose.MARKETING:
        return
    for number, step in enumerate(sequence.steps):
        for text in step.texts() if step.active and step.reaches_couple else ():
            if text.kind not in _HINTS or text.template in draft.unreadable:
                continue
            words = " ".join(words_of(text, draft.templates).split())
            if not (_WAY_OUT.search(words) or (text.kind is TextKind.MESSAGE and _STOP.search(words))):
                what, hint = _HINTS[text.kind]
                message = f"the {what} of '{step.id}' is marketing and gives the couple no way out"
                yield draft.parsed.warning(("steps", number, text.name), message, hint)


_HINTS = {
    TextKind.LETTER: ("letter", "end it with a line such as: [No more letters, please]({{ unsubscribe }})"),
    TextKind.MESSAGE: ("text", "end it with words such as: Reply STOP for no more texts"),
}
