"""Short commands for what happens with a couple: they replied, booked, went elsewhere, want no more letters."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, LeadArgument, open_studio

if TYPE_CHECKING:
    from leadnurture.crm.change import Change
    from leadnurture.store.tables import Lead
    from leadnurture.store.vocabulary import InteractionType
    from leadnurture.studio import Studio

# By stored word, because the vocabulary is not loaded until a command needs it.
_OTHER_WAYS = {
    "opted_out": "leadnurture lead opt-out LEAD",
    "booking_confirmed": "leadnurture lead convert LEAD --value AMOUNT",
    "status_changed": "leadnurture lead set LEAD lead_status=STATUS",
    "automation_paused": "leadnurture lead pause LEAD",
    "automation_resumed": "leadnurture lead resume LEAD",
    "lead_created": "leadnurture lead add --email ADDRESS",
    "lead_updated": "leadnurture lead set LEAD FIELD=VALUE",
    "tag_added": "leadnurture lead set LEAD tags=TAG,TAG",
    "tag_removed": "leadnurture lead set LEAD tags=TAG,TAG",
}
_OURS = ("sequence_", "step_", "automation_", "score_", "lead_", "tag_", "task_", "email_bounced", "notification_")

Text = Annotated[str | None, typer.Option("--text", help="What was said.")]


def log(
    context: typer.Context,
    lead: LeadArgument,
    kind: Annotated[
        str, typer.Argument(metavar="TYPE", help="email_received (they replied), phone_call, note_added …")
    ],
    text: Text = None,
    outcome: Annotated[str | None, typer.Option(help="How it ended, in a word or two.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put something that happened on a couple's timeline; a reply ends the sequences that stop on one.

    Example: leadnurture lead log emma email_received --text "Could we talk on Friday?"
    """
    from leadnurture.crm import timeline
    from leadnurture.crm.change import FactKind

    with open_studio(context) as studio:
        interaction = _interaction(studio, kind)

        def happened(change: "Change", found: "Lead") -> None:
            if interaction == "email_received":
                timeline.reply(change, found, text)
                return
            subject = interaction.replace("_", " ").capitalize()
            timeline.note(change, found, interaction, subject, content=text, outcome=outcome, who="owner")
            change.record(FactKind.CHANGED, found.id)

        _do(studio, lead, happened, f"noted: {interaction.replace('_', ' ')}", as_json=as_json)


def convert(
    context: typer.Context,
    lead: LeadArgument,
    value: Annotated[str, typer.Option("--value", help="What they booked for, such as £2,400.")],
    kind: Annotated[
        str, typer.Option("--type", help="booking_confirmed, contract_signed, deposit_paid …")
    ] = "booking_confirmed",
    notes: Annotated[str | None, typer.Option(help="Anything to remember.")] = None,
    as_json: AsJson = False,
) -> None:
    """The couple booked: record the value; sequences that stop on a booking end.

    Example: leadnurture lead convert emma --value £2,400
    """
    from leadnurture.crm import standing
    from leadnurture.crm.fields import Kind, LeadField
    from leadnurture.crm.values import read_value
    from leadnurture.money import parse_money
    from leadnurture.store.vocabulary import ConversionType

    with open_studio(context) as studio:
        booked = parse_money(value, studio.config.studio.currency)
        word = read_value(
            LeadField("--type", Kind.WORD, "Type", optional=False, words=ConversionType), kind, studio.reading()
        )
        _do(
            studio,
            lead,
            lambda change, found: standing.convert(change, found, booked, kind=word, notes=notes),
            "booked",
            as_json=as_json,
        )


def lose(
    context: typer.Context,
    lead: LeadArgument,
    reason: Annotated[str, typer.Option("--reason", help="Such as budget, date taken, no answer.")],
    details: Annotated[str | None, typer.Option(help="More about it.")] = None,
    as_json: AsJson = False,
) -> None:
    """The inquiry went elsewhere: close it with the reason.

    Example: leadnurture lead lose emma --reason "date taken"
    """
    from leadnurture.crm import standing

    with open_studio(context) as studio:
        _do(
            studio,
            lead,
            lambda change, found: standing.lose(change, found, reason, details),
            "closed as lost",
            as_json=as_json,
        )


def opt_out(context: typer.Context, lead: LeadArgument, as_json: AsJson = False) -> None:
    """The couple wants no more messages: everything ends at once, queued messages are withdrawn.

    Example: leadnurture lead opt-out emma
    """
    from leadnurture.crm import standing

    with open_studio(context) as studio:
        _do(
            studio,
            lead,
            lambda change, found: standing.opt_out(change, found, "noted by hand"),
            "opted out",
            as_json=as_json,
        )


def pause(context: typer.Context, lead: LeadArgument, as_json: AsJson = False) -> None:
    """Freeze all sequences of a couple until `lead resume`.

    Example: leadnurture lead pause emma
    """
    from leadnurture.crm import standing

    with open_studio(context) as studio:
        _do(studio, lead, standing.pause, "paused; leadnurture lead resume goes on", as_json=as_json)


def resume(context: typer.Context, lead: LeadArgument, as_json: AsJson = False) -> None:
    """Let a paused couple's sequences go on.

    Example: leadnurture lead resume emma
    """
    from leadnurture.crm import standing

    with open_studio(context) as studio:
        _do(studio, lead, standing.resume, "resumed", as_json=as_json)


def _do(studio: "Studio", reference: str, act: "Callable[[Change, Lead], object]", told: str, *, as_json: bool) -> None:
    """Do one thing to one lead in one transaction, and tell what followed from it."""
    from leadnurture.crm.leads import couple_of, find
    from leadnurture.reports.lead_json import lead_json

    with studio.change() as change:
        found = find(change.session, reference)
        act(change, found)
    removed = [sequence for _, sequence in change.removed]
    enrolled = [sequence for _, sequence in change.enrolled]
    if as_json:
        changes = {"sequences_enrolled": enrolled, "sequences_removed": removed}
        terminal.print_json({"lead": lead_json(found, studio.config), "automation_changes": changes})
        return
    terminal.say(f"Lead {found.id} ({couple_of(found)}): {told}")
    for sequence in removed:
        terminal.say(f"  left {sequence}")
    for sequence in enrolled:
        terminal.say(f"  enrolled in {sequence}")


def _interaction(studio: "Studio", kind: str) -> "InteractionType":
    from leadnurture.crm.fields import Kind, LeadField
    from leadnurture.crm.values import read_value
    from leadnurture.store.vocabulary import InteractionType

    field = LeadField("TYPE", Kind.WORD, "Type", optional=False, words=InteractionType)
    found: InteractionType = read_value(
        field, "email_received" if kind in {"reply", "replied"} else kind, studio.reading()
    )
    _require_loggable(found)
    return found


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
