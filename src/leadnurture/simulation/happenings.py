"""What a couple, or the photographer, may do while a simulation runs: `+3d replied`, `+10d booked 2400`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from leadnurture.crm import engagement, standing, timeline
from leadnurture.crm.change import Change
from leadnurture.crm.fields import Kind, LeadField
from leadnurture.crm.values import Reading, read_value
from leadnurture.errors import InvalidInputError
from leadnurture.money import parse_money
from leadnurture.sequences.duration import Duration, read_duration
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import InteractionType, LeadStatus

Act = Callable[[Change, Lead], object]
_FORM = re.compile(r"\+?((?:\d+\s*[mhdw]\s*)+)\s([a-z_]+)(?:[\s=]\s*(.*))?", re.IGNORECASE)
_STATUS = LeadField("status", Kind.WORD, "Status", optional=False, words=LeadStatus)
FORMS = (
    "+3d replied",
    "+3d opened",
    "+3d opened welcome",
    "+4d clicked welcome",
    "+10d booked 2400",
    "+10d lost date taken",
    "+2d status=proposal_sent",
    "+5d tag=vip",
    "+1d opted_out",
    "+1d bounced",
    "+1d paused",
    "+4d resumed",
)


class BadEventError(InvalidInputError):
    """An event that a simulation does not know, or that says something impossible."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"the event '{text}' {why}", hint="these can happen:  " + "   ".join(FORMS))


@dataclass(frozen=True)
class Happening:
    """One thing that happens `delay` after the start; `word` and `given` are what the transcript says of it."""

    delay: Duration
    word: str
    given: str | None
    act: Act


def read_happening(text: str, reading: Reading) -> Happening:
    """Read an event such as `+2d status=proposal_sent`; raises BadEventError."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise BadEventError(text, "cannot be read")
    when, word, given = found[1].strip(), found[2].lower(), (found[3] or "").strip()
    if word not in _ACTS:
        raise BadEventError(text, f"is none that a simulation knows{did_you_mean(word, _ACTS)}")
    try:
        return Happening(read_duration(when), word, given or None, _ACTS[word](given, reading))
    except PydanticCustomError as error:
        raise BadEventError(text, f"has no time that can be read: {error.message()}") from None
    except InvalidInputError as error:
        raise BadEventError(text, f"is not possible: {error.message}") from None


def _replied(given: str, _: Reading) -> Act:
    return lambda change, lead: timeline.reply(change, lead, given or None)


def _marked(kind: InteractionType) -> Callable[[str, Reading], Act]:
    """Return what reads an event about the mail of a step, or the last one that was sent."""

    def read(given: str, _: Reading) -> Act:
        return lambda change, lead: engagement.MARKS[kind](
            change, engagement.latest_mail(change.session, lead, step=given or None)
        )

    return read


def _booked(given: str, reading: Reading) -> Act:
    value = parse_money(given, reading.currency)
    return lambda change, lead: standing.convert(change, lead, value)


def _lost(given: str, _: Reading) -> Act:
    return lambda change, lead: standing.lose(change, lead, given or "no reason given")


def _opted_out(given: str, _: Reading) -> Act:
    return lambda change, lead: standing.opt_out(change, lead, given or "in a simulation")


def _bounced(given: str, _: Reading) -> Act:
    return lambda change, lead: standing.bounce(change, lead, given or "there is no such mailbox")


def _status(given: str, reading: Reading) -> Act:
    status = read_value(_STATUS, given, reading)
    return lambda change, lead: standing.set_status(change, lead, status)


def _tag(given: str, _: Reading) -> Act:
    if not given:
        raise InvalidInputError("it names no tag")
    return lambda change, lead: standing.add_tag(change, lead, given)


_ACTS: Mapping[str, Callable[[str, Reading], Act]] = {
    "replied": _replied,
    "opened": _marked(InteractionType.EMAIL_OPENED),
    "clicked": _marked(InteractionType.EMAIL_CLICKED),
    "booked": _booked,
    "lost": _lost,
    "status": _status,
    "tag": _tag,
    "opted_out": _opted_out,
    "bounced": _bounced,
    "paused": lambda _, __: standing.pause,
    "resumed": lambda _, __: standing.resume,
}
