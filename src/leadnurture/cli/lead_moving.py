"""Status, tags, assignment and pause: of one couple, of several, or of all that filters let through."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.lead_several import Deed, Where, do_and_tell
from leadnurture.cli.options import AsJson, Yes, open_studio
from leadnurture.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadnurture.crm.change import Change
    from leadnurture.store.tables.lead import Lead
    from leadnurture.store.vocabulary import LeadStatus
    from leadnurture.studio import Studio

_LEADS = "Ids, e-mail addresses, or parts of names"
Couples = Annotated[list[str] | None, typer.Argument(metavar="[LEAD...]", help=f"{_LEADS}.")]


def status(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="[LEAD...] STATUS", help=f"{_LEADS}; then new, contacted …")],
    value: Annotated[str | None, typer.Option(help="With won: what they booked for, such as £2,400.")] = None,
    reason: Annotated[str | None, typer.Option(help="With lost: such as budget, date taken, no answer.")] = None,
    details: Annotated[str | None, typer.Option(help="With lost: more about it.")] = None,
    where: Where = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Move couples to a status; won asks what they booked for, lost asks why.

    Example: leadnurture lead status emma zoe qualified
    """
    from leadnurture.crm import standing

    *named, wanted = words
    with open_studio(context) as studio:
        moved = _status(studio, wanted)
        _require_fitting(moved.value, value=value, reason=reason, details=details)
        booked, why = _answers(studio, moved, named, where, value, reason)
        deed = Deed(
            lambda lead: _differing(lead, lead_status=moved),
            lambda change, lead: standing.move(change, lead, moved, value=booked, reason=why, details=details),
            f"now {moved.value}",
        )
        do_and_tell(studio, named, where, deed, yes=yes, as_json=as_json)


def tag(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="[LEAD...] TAG", help=f"{_LEADS}; the tag comes last.")],
    where: Where = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give couples a tag; sequences that ask for it begin.

    Example: leadnurture lead tag --where "source=referral" vip
    """
    from leadnurture.crm import standing

    _tagged(context, words, where, standing.with_tag, standing.add_tag, "tagged", yes=yes, as_json=as_json)


def untag(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="[LEAD...] TAG", help=f"{_LEADS}; the tag comes last.")],
    where: Where = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take a tag away from couples, whatever its case.

    Example: leadnurture lead untag emma vip
    """
    from leadnurture.crm import standing

    _tagged(context, words, where, standing.without_tag, standing.remove_tag, "untagged", yes=yes, as_json=as_json)


def assign(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="[LEAD...] WHO", help=f'{_LEADS}; "" at the end: to nobody.')],
    where: Where = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Say whose couples they are.

    Example: leadnurture lead assign emma zoe "Holly Hart"
    """
    from leadnurture.crm import leads
    from leadnurture.crm.assignments import read_field

    *named, who = words
    with open_studio(context) as studio:
        values = read_field("assigned_to", who, studio.reading())
        deed = Deed(
            lambda lead: leads.differences(lead, values),
            lambda change, lead: leads.update(change, lead, values),
            f"assigned to {who or 'nobody'}",
        )
        do_and_tell(studio, named, where, deed, yes=yes, as_json=as_json)


def pause(
    context: typer.Context, leads: Couples = None, where: Where = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Freeze all sequences of couples until `lead resume`.

    Example: leadnurture lead pause emma
    """
    from leadnurture.crm import standing

    deed = Deed(
        lambda lead: _differing(lead, automation_paused=True), standing.pause, "paused; leadnurture lead resume goes on"
    )
    with open_studio(context) as studio:
        do_and_tell(studio, leads or [], where, deed, yes=yes, as_json=as_json)


def resume(
    context: typer.Context, leads: Couples = None, where: Where = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Let paused couples' sequences go on.

    Example: leadnurture lead resume emma
    """
    from leadnurture.crm import standing

    deed = Deed(lambda lead: _differing(lead, automation_paused=False), standing.resume, "resumed")
    with open_studio(context) as studio:
        do_and_tell(studio, leads or [], where, deed, yes=yes, as_json=as_json)


def _differing(lead: "Lead", **values: Any) -> dict[str, tuple[Any, Any]]:
    from leadnurture.crm.leads import differences

    return differences(lead, values)


def _tagged(
    context: typer.Context,
    words: list[str],
    where: str | None,
    tags: "Callable[[Lead, str], list[str]]",
    act: "Callable[[Change, Lead, str], object]",
    told: str,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    *named, name = words
    deed = Deed(
        lambda lead: _differing(lead, tags=tags(lead, name)),
        lambda change, lead: act(change, lead, name),
        f"{told} {name}",
    )
    with open_studio(context) as studio:
        do_and_tell(studio, named, where, deed, yes=yes, as_json=as_json)


def _status(studio: "Studio", text: str) -> "LeadStatus":
    from dataclasses import replace

    from leadnurture.crm.fields import LEAD_FIELDS
    from leadnurture.crm.values import read_value

    read: LeadStatus = read_value(replace(LEAD_FIELDS["lead_status"], name="STATUS"), text, studio.reading())
    return read


def _require_fitting(status: str, **given: str | None) -> None:
    """Refuse an answer to a question that the status does not ask."""
    asked = {"won": ("value",), "lost": ("reason", "details")}.get(status, ())
    for name, text in given.items():
        if text is not None and name not in asked:
            with_status = "won" if name == "value" else "lost"
            raise UsageError(f"--{name} goes with the status {with_status}, not with {status}")


def _answers(
    studio: "Studio", status: "LeadStatus", named: list[str], where: str | None, value: str | None, reason: str | None
) -> tuple[int | None, str | None]:
    """Return value and reason as given; on a terminal ask for one that is missing."""
    from leadnurture.crm.standing import MissingAnswerError, require_answer
    from leadnurture.money import parse_money
    from leadnurture.reports.lead_selection import selected_leads

    with studio.read() as session:
        leads = selected_leads(session, studio.config, studio.reading(), named, where)
        for lead in leads:
            try:
                require_answer(lead, status, value=0 if value else None, reason=reason)
            except MissingAnswerError as missing:
                answer = terminal.ask(missing.message.partition("?")[0] + "?")
                if answer is None:
                    raise
                value, reason = (answer, None) if status.value == "won" else (None, answer)
    return None if value is None else parse_money(value, studio.config.studio.currency), reason
