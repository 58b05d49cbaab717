"""`leadnurture lead log`: what happened with a couple, onto their timeline."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.lead_standing import standing_json, tell
from leadnurture.cli.options import AsJson, LeadArgument, open_studio

if TYPE_CHECKING:
    from leadnurture.crm.change import Change
    from leadnurture.crm.engagement import Told
    from leadnurture.store.tables.lead import Lead
    from leadnurture.store.tables.timeline import Interaction
    from leadnurture.store.vocabulary import InteractionType
    from leadnurture.studio import Studio

# By stored word, because the vocabulary is not loaded until a command needs it.
_OTHER_WAYS = {
    "opted_out": "leadnurture lead opt-out LEAD",
    "booking_confirmed": "leadnurture lead convert LEAD --value AMOUNT",
    "status_changed": "leadnurture lead status LEAD STATUS",
    "automation_paused": "leadnurture lead pause LEAD",
    "automation_resumed": "leadnurture lead resume LEAD",
    "lead_created": "leadnurture lead add --email ADDRESS",
    "lead_updated": "leadnurture lead set LEAD FIELD=VALUE",
    "tag_added": "leadnurture lead tag LEAD TAG",
    "tag_removed": "leadnurture lead untag LEAD TAG",
}
_OURS = ("sequence_", "step_", "automation_", "score_", "lead_", "tag_", "task_", "email_bounced", "notification_")

LONGEST_TEXT = 100_000  # characters: a long mail with all that it quotes
_OF_MAILS = ("email_opened", "email_clicked")


def log(
    context: typer.Context,
    lead: LeadArgument,
    kind: Annotated[
        str,
        typer.Argument(metavar="TYPE", help="email_received (they replied), phone_call, email_opened, note_added …"),
    ],
    subject: Annotated[str | None, typer.Option(help="What it was about, in one line.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="What was said.")] = None,
    detail: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Such as duration=20m; may be repeated.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="How it ended, in a word or two.")] = None,
    follow_up: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help='When to come back to it: "+2d", "next monday 10:00", a date.'),
    ] = None,
    sequence: Annotated[
        str | None, typer.Option(metavar="SEQ", help="With email_opened, email_clicked: the mail's sequence.")
    ] = None,
    step: Annotated[str | None, typer.Option(metavar="STEP", help="With the same: the mail's step.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put something that happened on a couple's timeline; a reply ends the sequences that stop on one.

    Example: leadnurture lead log emma email_received --text "Could we talk on Friday?"

    A call, mail or meeting of yours settles a follow-up that was due by today; --follow-up says when to come back.

    email_opened and email_clicked are about the last mail that was sent to them, or the last of --sequence and --step.
    """
    from leadnurture.crm.leads import find

    with open_studio(context) as studio:
        interaction = _interaction(studio, kind)
        _require_mail(interaction, sequence or step)
        said = _told(studio, (subject, text), detail or [], outcome, follow_up)
        with studio.change() as change:
            found = find(change.session, lead)
            old_score = found.lead_score
            entry, told = _noted(change, found, interaction, said, (sequence, step))
        _answer(studio, change, found, (entry, told), old_score, as_json=as_json)


def _answer(
    studio: "Studio",
    change: "Change",
    found: "Lead",
    noted: "tuple[Interaction | None, str]",
    old_score: int,
    *,
    as_json: bool,
) -> None:
    """Tell what was noted, what it did to the score, and what to do next."""
    from leadnurture.reports.as_of import AsOf
    from leadnurture.reports.lead_file import entry_of
    from leadnurture.reports.recommended import recommended_for

    entry, told = noted
    with studio.read() as session:
        advice = recommended_for(session, studio.config, change.now, found)
    if as_json:
        happened = entry_of(entry, AsOf.of(studio.config, change.now)).as_json() if entry is not None else None
        score = {"lead_score_updated": found.lead_score != old_score, "new_lead_score": found.lead_score}
        told_of = standing_json(studio, change, found) | {"interaction": happened}
        terminal.print_json(told_of | score | advice.as_json())
        return
    tell(studio, change, found, told, as_json=False)
    if found.lead_score != old_score:
        terminal.say(f"  score: {old_score} → {found.lead_score} ({found.lead_temperature.value})")
    terminal.say(f"  next: {advice.action.replace('_', ' ')} – {advice.reason}")


def _told(
    studio: "Studio",
    words: tuple[str | None, str | None],
    details: list[str],
    outcome: str | None,
    follow_up: str | None,
) -> "Told":
    """Read what is told beside the fact; `words` are the subject and the text."""
    from leadnurture.crm.engagement import Told
    from leadnurture.crm.fields import Kind, LeadField
    from leadnurture.crm.values import read_value
    from leadnurture.engine.when import read_when

    reading, (about, text) = studio.reading(), words
    subject = read_value(LeadField("--subject", Kind.TEXT, "Subject"), about or "", reading)
    content = read_value(LeadField("--text", Kind.TEXT, "Text", longest=LONGEST_TEXT), text or "", reading)
    ended = read_value(LeadField("--outcome", Kind.TEXT, "Outcome", longest=100), outcome or "", reading)
    when = read_when(follow_up, reading, studio.now()) if follow_up and follow_up.strip() else None
    return Told(subject, content, _details(details), ended, when)


def _details(typed: list[str]) -> dict[str, str]:
    """Read `NAME=VALUE` texts; raises UsageError for one without a name or without `=`."""
    from leadnurture.crm.names import clean
    from leadnurture.errors import UsageError

    parts = [text.partition("=") for text in typed]
    for text, (name, mark, _) in zip(typed, parts, strict=True):
        if not mark or not clean(name):
            raise UsageError(f"--detail: '{text}' should be NAME=VALUE", hint="such as duration=20m")
    return {clean(name): clean(value) for name, _, value in parts}


def _noted(
    change: "Change",
    found: "Lead",
    interaction: "InteractionType",
    said: "Told",
    mail: tuple[str | None, str | None],
) -> "tuple[Interaction | None, str]":
    """Note what happened, and what was `said` of which `mail` (sequence, step); return the entry, and it in words."""
    from leadnurture.crm import timeline
    from leadnurture.crm.change import FactKind

    if interaction.value in _OF_MAILS:
        return _marked(change, found, interaction, said, mail)
    name = interaction.replace("_", " ")
    told: dict[str, Any] = {"metadata": dict(said.details), "outcome": said.outcome, "follow_up": said.follow_up}
    if interaction == "email_received":
        return timeline.reply(change, found, said.text, subject=said.subject, **told), f"noted: {name}"
    entry = timeline.contact(change, found, interaction, said.subject or name.capitalize(), content=said.text, **told)
    change.record(FactKind.CHANGED, found.id)
    done = "; the follow-up that was due is done" if timeline.FOLLOW_UP_DONE in entry.interaction_metadata else ""
    return entry, f"noted: {name}{done}"


def _marked(
    change: "Change",
    found: "Lead",
    interaction: "InteractionType",
    said: "Told",
    mail: tuple[str | None, str | None],
) -> "tuple[Interaction | None, str]":
    from leadnurture.crm.engagement import MARKS, latest_mail

    message = latest_mail(change.session, found, *mail)
    entry = MARKS[interaction](change, message, said)
    done = interaction.removeprefix("email_")
    told = f"{message.sequence_id}/{message.step_key} ({message.subject})"
    return entry, f"noted: they {done} {told}" if entry else f"nothing new: {told} was {done} before"


def _interaction(studio: "Studio", kind: str) -> "InteractionType":
    from leadnurture.crm.fields import Kind, LeadField
    from leadnurture.crm.values import BadValueError, read_value
    from leadnurture.store.vocabulary import InteractionType

    def read(words: type[StrEnum]) -> Any:
        field = LeadField("TYPE", Kind.WORD, "Type", optional=False, words=words)
        return read_value(field, "email_received" if kind in {"reply", "replied"} else kind, studio.reading())

    try:
        found: InteractionType = read(InteractionType)
    except BadValueError:  # it is told with those that can be logged, not with all that there are
        kinds = {one.name: one.value for one in InteractionType if _is_loggable(one.value)}
        loggable: Any = StrEnum("loggable", kinds)  # type: ignore[misc]  # its members are known when it runs
        found = read(loggable)
    _require_loggable(found)
    return found


def _is_loggable(kind: str) -> bool:
    return kind not in _OTHER_WAYS and not kind.startswith(_OURS)


def _require_loggable(kind: "InteractionType") -> None:
    """Refuse what is more than a line on the timeline; raises InvalidInputError that names the way to do it."""
    from leadnurture.errors import InvalidInputError

    told = f"{kind.value} is not a contact or a note, and cannot be put on a timeline by hand"
    if kind.value in _OTHER_WAYS:
        raise InvalidInputError(told, hint=_OTHER_WAYS[kind.value])
    if kind.value.startswith(_OURS):
        raise InvalidInputError(
            told, hint="leadnurture notes it by itself; for a remark: leadnurture lead log … note_added"
        )


def _require_mail(kind: "InteractionType", given: str | None) -> None:
    """Refuse to say which mail where none is meant; raises UsageError."""
    from leadnurture.errors import UsageError

    if given and kind.value not in _OF_MAILS:
        raise UsageError(
            f"--sequence and --step say which mail, and {kind.value} is about none",
            hint=f"they go with {' and '.join(_OF_MAILS)}",
        )
