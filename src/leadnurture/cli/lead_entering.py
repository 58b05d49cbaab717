"""`lead add` and `lead set`: typing a couple in, and correcting what is known."""

from itertools import takewhile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.lead_clash import say_clash
from leadnurture.cli.lead_duplicates import hint_at
from leadnurture.cli.lead_several import Deed, Where, answer, do
from leadnurture.cli.new_sources import CreateSources, with_sources
from leadnurture.cli.options import AsJson, Yes, open_studio
from leadnurture.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadnurture.crm.change import Change
    from leadnurture.store.tables.lead import Lead
    from leadnurture.studio import Studio

_KNOWN_BY = ("primary_email", "secondary_email", "primary_phone", "secondary_phone")


def add(
    context: typer.Context,
    email: Annotated[str, typer.Option("--email", help="The couple's address.")],
    couple: Annotated[str | None, typer.Option(help='Both names, such as "Emma Stone & Jack Smith".')] = None,
    phone: Annotated[str | None, typer.Option(help="A phone number.")] = None,
    source: Annotated[str | None, typer.Option(help="Where they heard of you, such as instagram.")] = None,
    wedding_date: Annotated[str | None, typer.Option(help="Such as 2027-06-14 or '14 June 2027'.")] = None,
    venue: Annotated[str | None, typer.Option(help="The venue.")] = None,
    location: Annotated[str | None, typer.Option(help="The town or region.")] = None,
    budget: Annotated[str | None, typer.Option(help="Such as £2,400.")] = None,
    guests: Annotated[str | None, typer.Option(help="How many guests.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be repeated.")] = None,
    assign: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Any other field.")] = None,
    landing_url: Annotated[
        str | None, typer.Option("--landing-url", metavar="URL", help="The page they came in by; it tells the source.")
    ] = None,
    create_sources: CreateSources = False,
    enroll: Annotated[bool, typer.Option("--enroll/--no-enroll", help="Let sequences begin with them.")] = True,
    as_json: AsJson = False,
) -> None:
    """Enter a couple who asked; sequences that fit begin at once.

    Example: leadnurture lead add --email emma@example.com --couple "Emma Stone & Jack Smith" --wedding-date 2027-06-14
    """
    from leadnurture.crm import leads, standing

    typed = {
        "primary_email": email,
        "couple": couple,
        "primary_phone": phone,
        "lead_source": source,
        "wedding_date": wedding_date,
        "wedding_venue": venue,
        "wedding_location": location,
        "estimated_budget": budget,
        "estimated_guest_count": guests,
        "tags": ",".join(tag) if tag else None,
        "landing_url": landing_url,
    }
    with open_studio(context) as studio:
        given = [f"{name}={value}" for name, value in typed.items() if value is not None]
        values = _values(studio, [*given, *(assign or [])])
        standing.require_answers(values)

        def entered(create: bool) -> "tuple[Change, Lead]":
            with studio.change(enrolling=enroll) as change:
                change.new_sources = create
                return change, leads.create(change, values, origin="typed in")

        change, lead = with_sources(entered, create=create_sources)
        _tell_added(studio, change, lead, as_json=as_json)


def _tell_added(studio: "Studio", change: "Change", lead: "Lead", *, as_json: bool) -> None:
    """Tell who was entered, what their score is made of, what begins with them, and who they may be already."""
    from leadnurture.crm import leads
    from leadnurture.reports.lead_duplicates import lead_duplicates

    enrolled = [sequence for _, sequence in change.enrolled]
    points = _points(studio, lead, change)
    with studio.read() as session:
        pairs = lead_duplicates(session, {lead.id or 0})
    if as_json:
        noticed = {"possible_duplicates": [pair.as_json() for pair in pairs], "suppressed": bool(change.suppressed)}
        terminal.print_json(_added(studio, lead, enrolled, points) | noticed)
        return
    terminal.say(f"Lead {lead.id}: {leads.couple_of(lead)}, score {lead.lead_score} ({lead.lead_temperature.value})")
    for point in points:
        terminal.say(f"  {point['adjustment']:+g}  {point['rule_name']}")
    say_clash(studio, lead)
    why = f": {change.kept_out[lead.id]}" if lead.id in change.kept_out else ""
    terminal.say(f"Enrolled in: {', '.join(enrolled)}" if enrolled else f"No sequence begins with them{why}.")
    if change.suppressed:
        terminal.say("Their address is on the suppression list: what they opted out of is not sent to them.")
    hint_at(pairs)
    terminal.say(f"\nNext: leadnurture lead show {lead.id}" + (", leadnurture run --once" if enrolled else ""))


def set_fields(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="LEAD... FIELD=VALUE...", help="Whom, and what; an empty value clears it.")
    ],
    where: Where = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Change what is known of one couple or of several; scores and sequences follow at once.

    Example: leadnurture lead set emma wedding_venue="Babington House" priority_level=high
    """
    from leadnurture.crm import leads

    named = list(takewhile(lambda word: "=" not in word, words))
    with open_studio(context) as studio:
        values = _values(studio, words[len(named) :])
        if not values:
            raise UsageError("nothing to set", hint="FIELD=VALUE, such as priority_level=high")
        deed = Deed(
            lambda lead: leads.differences(lead, _merged(lead, values)),
            lambda change, lead: leads.update(change, lead, _merged(lead, values)),
            f"set {', '.join(values)}",
        )
        done = do(studio, named, where, deed, yes=yes, as_json=as_json)
        if done is None or len(named) != 1:
            answer(done, deed, as_json=as_json)
            return
        found, changed, old_score = done.leads[0]
        if as_json:
            terminal.print_json(_updated(studio, found, old_score, done.change))
            return
    _tell_changes(found, changed, old_score, done.change)
    say_clash(studio, found, changed)
    _say_who_is_alike(studio, found, changed)


def _say_who_is_alike(studio: "Studio", lead: "Lead", changed: "Mapping[str, tuple[Any, Any]]") -> None:
    """Say who may be the same couple, once something has changed by which one is known."""
    from leadnurture.reports.lead_duplicates import lead_duplicates

    if not changed.keys().isdisjoint(_KNOWN_BY):
        with studio.read() as session:
            hint_at(lead_duplicates(session, {lead.id or 0}))


def _values(studio: "Studio", assignments: list[str]) -> dict[str, Any]:
    from leadnurture.crm.assignments import read_assignments

    return read_assignments([_dated(studio, text) for text in assignments], studio.reading())


def _dated(studio: "Studio", assignment: str) -> str:
    """Write out a moment in words (`follow_up=+3d`), seen from now."""
    from leadnurture.crm.fields import Kind, field_named
    from leadnurture.engine.when import read_when

    name, _, text = assignment.partition("=")
    field = field_named(name.strip())
    if field is None or field.kind is not Kind.INSTANT or not text.strip():
        return assignment
    return f"{name}={read_when(text, studio.reading(), studio.now()).isoformat()}"


def _merged(lead: "Lead", values: "Mapping[str, Any]") -> dict[str, Any]:
    from leadnurture.crm.assignments import merged_custom

    merged = dict(values)
    if "custom_fields" in merged:
        merged["custom_fields"] = merged_custom(lead.custom_fields, merged["custom_fields"])
    return merged


def _added(studio: "Studio", lead: "Lead", enrolled: list[str], points: list[dict[str, Any]]) -> dict[str, Any]:
    from leadnurture.reports.lead_json import lead_json

    return {
        "lead": lead_json(lead, studio.config),
        "lead_score_calculated": lead.lead_score,
        "score_adjustments": points,
        "nurture_sequences_enrolled": enrolled,
    }


def _points(studio: "Studio", lead: "Lead", change: "Change") -> list[dict[str, Any]]:
    """Return the rules that give a lead its score as it is now, each with its points."""
    from leadnurture.crm.change import Change
    from leadnurture.crm.rules import active_rules
    from leadnurture.crm.scores import explain

    with studio.read() as session:
        score = explain(Change(session, change.now, studio.config), lead, active_rules(session, studio.reading()))
    return [vars(point) for point in score.points]


def _updated(studio: "Studio", lead: "Lead", old_score: int, change: "Change") -> dict[str, Any]:
    from leadnurture.reports.lead_json import lead_json

    return {
        "lead": lead_json(lead, studio.config),
        "score_changes": {
            "old_score": old_score,
            "new_score": lead.lead_score,
            "score_adjustments": _points(studio, lead, change),
        },
        "automation_changes": {
            "sequences_enrolled": [sequence for _, sequence in change.enrolled],
            "sequences_removed": [sequence for _, sequence in change.removed],
        },
    }


def _tell_changes(lead: "Lead", changed: "Mapping[str, tuple[Any, Any]]", old_score: int, change: "Change") -> None:
    from leadnurture.crm.field_words import changes_in_words
    from leadnurture.crm.leads import couple_of
    from leadnurture.crm.values import Reading

    if not changed:
        terminal.say(f"Lead {lead.id} ({couple_of(lead)}): nothing changed.")
        return
    terminal.say(f"Lead {lead.id} ({couple_of(lead)}):")
    for told in changes_in_words(changed, Reading.of(change.config)):
        terminal.say(f"  {told}")
    if lead.lead_score != old_score:
        terminal.say(f"  score: {old_score} → {lead.lead_score} ({lead.lead_temperature.value})")
    for _, sequence in change.enrolled:
        terminal.say(f"  enrolled in {sequence}")
    for _, sequence in change.removed:
        terminal.say(f"  left {sequence}")
    if change.suppressed:
        terminal.say("  their address is on the suppression list: what they opted out of is not sent to them")
