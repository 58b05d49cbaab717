"""`lead consent`: what a couple agrees to, and what they take back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.lead_standing import automation_changes, tell
from leadnurture.cli.options import AsJson, LeadArgument, open_studio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadnurture.crm.consents import Said
    from leadnurture.studio import Studio


def consent(
    context: typer.Context,
    lead: LeadArgument,
    marketing: Annotated[str | None, typer.Option(metavar="yes|no", help="To marketing messages.")] = None,
    processing: Annotated[str | None, typer.Option(metavar="yes|no", help="To their data being kept and used.")] = None,
    text: Annotated[str | None, typer.Option(help="The words that they agreed to.")] = None,
    origin: Annotated[str, typer.Option(help="Where they said it: form, mail, spreadsheet or by_word.")] = "by_word",
    at: Annotated[str | None, typer.Option(metavar="WHEN", help="When; now unless said otherwise.")] = None,
    as_json: AsJson = False,
) -> None:
    """Note what a couple agrees to, or takes back; without --marketing and --processing, show all they have said.

    Example: leadnurture lead consent emma --marketing yes --origin form --text "Tell me about offers" --at 2027-01-04

    Marketing sequences begin only with consent, and end at once when it is taken back.
    """
    from leadnurture.crm import consents
    from leadnurture.crm.leads import find
    from leadnurture.reports.lead_consents import consents_json
    from leadnurture.reports.lead_json import lead_json

    with open_studio(context) as studio:
        said = _said(studio, {"marketing": marketing, "processing": processing}, (text, origin, at))
        if not said:
            _show(studio, lead, as_json=as_json)
            return
        with studio.change() as change:
            found = find(change.session, lead)
            for kind, one in said.items():
                consents.record(change, found, kind, one)
        with studio.read() as session:
            rows = consents_json(session, studio.config, found)
    if as_json:
        terminal.print_json(
            {
                "lead": lead_json(found, studio.config),
                "consents": rows,
                "automation_changes": automation_changes(change),
            }
        )
        return
    told = ", ".join(f"{kind.value} {'yes' if one.given else 'no'}" for kind, one in said.items())
    tell(studio, change, found, f"consent noted: {told}", as_json=False)


def _said(
    studio: "Studio", given: "Mapping[str, str | None]", about: tuple[str | None, str, str | None]
) -> "dict[Any, Said]":
    """Return what was said by kind of consent; `about` is its text, its origin and its time as they were typed."""
    from leadnurture.crm.consents import Said
    from leadnurture.crm.fields import Kind, LeadField
    from leadnurture.crm.values import read_value
    from leadnurture.store.vocabulary import ConsentKind, ConsentOrigin

    reading, (text, where, when) = studio.reading(), about
    origin = read_value(LeadField("--origin", Kind.WORD, "Origin", optional=False, words=ConsentOrigin), where, reading)
    at = read_value(LeadField("--at", Kind.INSTANT, "When"), when, reading) if when else None
    words = read_value(LeadField("--text", Kind.TEXT, "Text", longest=10_000), text, reading) if text else None
    answers = {kind: answer for kind, answer in given.items() if answer is not None}
    _require_answers(answers, text or when)
    return {
        ConsentKind(kind): Said(
            given=read_value(LeadField(f"--{kind}", Kind.TRUTH, kind, optional=False), answer or "?", reading),
            origin=origin,
            text=words,
            at=at,
        )
        for kind, answer in answers.items()
    }


def _require_answers(answers: "Mapping[str, str]", about: str | None) -> None:
    from leadnurture.errors import UsageError

    if about and not answers:
        raise UsageError("--text and --at say more about a consent", hint="add --marketing yes, or --processing no")


def _show(studio: "Studio", reference: str, *, as_json: bool) -> None:
    from leadnurture.crm.leads import couple_of, find
    from leadnurture.reports.lead_consents import consents_json
    from leadnurture.reports.lead_json import lead_json

    with studio.read() as session:
        found = find(session, reference)
        rows = consents_json(session, studio.config, found)
    if as_json:
        terminal.print_json({"lead": lead_json(found, studio.config), "consents": rows})
        return
    stands = {"marketing": found.consent_marketing, "processing": found.consent_data_processing}
    told = ", ".join(f"{kind}: {'yes' if given else 'no'}" for kind, given in stands.items())
    print(f"Lead {found.id} ({couple_of(found)}): {told}")  # noqa: T201
    for row in rows:
        answer = "yes" if row["given"] else "no"
        words = f": {row['text']}" if row["text"] else ""
        print(f"  {row['at'][:10]}  {row['kind']} {answer} ({row['origin']}){words}")  # noqa: T201
