"""Who a couple are and what they want: the head of a lead's file, and its facts in two columns."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import heading, indented
from leadnurture.cli.views.moments import day, days, moment
from leadnurture.cli.views.plain import couple, cut, line, prose, word
from leadnurture.crm.fields import LEAD_FIELDS, Kind
from leadnurture.money import format_money
from leadnurture.reports.as_of import AsOf
from leadnurture.store.vocabulary import ContactMethod, Priority

_PERSON = (
    "primary_email", "secondary_email", "primary_phone", "secondary_phone", "preferred_contact_method",
    "wedding_location", "time_zone", "services_needed", "lead_source", "tags", "assigned_to_user_id", "team_id",
)  # fmt: skip
_BUSINESS = (
    "estimated_budget", "estimated_guest_count", "priority_level", "quality_rating", "inquiry_at", "first_contact_at",
    "last_contact_at", "last_reply_at", "converted_at", "conversion_value", "lost_reason", "email_opens",
    "email_clicks", "website_visits", "consent_marketing",
)  # fmt: skip
_LONG = ("specific_requirements", "additional_notes", "lost_details")
_USUAL = {"preferred_contact_method": ContactMethod.EMAIL, "priority_level": Priority.MEDIUM}  # goes without saying
_LONGEST = 150


def head(lead: Mapping[str, Any], as_of: AsOf) -> RenderableType:
    """Show who they are and where they stand, in two lines."""
    names = line(couple(lead), "bold").append(f"   lead {lead['id']}", style=colours.QUIET)
    status, temperature = lead["lead_status"], lead["lead_temperature"]
    parts = [
        Text(_wedding(lead, as_of)),
        *([cut(lead["wedding_venue"], 60)] if lead["wedding_venue"] else []),
        Text(word(status), style=colours.LEAD.get(status, "")),
        Text(f"{temperature} {lead['lead_score']}", style=colours.TEMPERATURE[temperature]),
    ]
    return Group(names, Text(" · ").join(parts), *_warnings(lead, as_of))


def _wedding(lead: Mapping[str, Any], as_of: AsOf) -> str:
    date = lead["wedding_date"]
    return f"{date:%a} {day(date)} ({days(date, as_of.now.date())})" if date else "no wedding date yet"


def _warnings(lead: Mapping[str, Any], as_of: AsOf) -> Iterator[Text]:
    """Say what keeps messages from them, or wants an answer from the owner."""
    for field, told in (("opt_out_date", "They opted out"), ("bounced_at", "Their address bounced")):
        if lead[field]:
            yield Text(f"{told} on {moment(lead[field], as_of.now)}", style=colours.WRONG)
    if lead["date_available"] is False:
        told = "More weddings than you take are on that day" if lead["lead_status"] == "won" else "Their date is taken"
        yield Text(f"{told}   → leadnurture date check {lead['wedding_date']}", style=colours.WRONG)
    if lead["automation_paused"]:
        yield Text("Automation is paused for them", style=colours.WAITS_FOR_YOU)
    if follow_up := lead["next_follow_up_at"]:
        late = colours.WAITS_FOR_YOU if follow_up < as_of.now else ""
        yield Text(f"Follow up {moment(follow_up, as_of.now)}", style=late)


def facts(lead: Mapping[str, Any], as_of: AsOf, *, full: bool) -> RenderableType:
    """Show what is known, the couple on the left and the business on the right; long texts below, cut unless `full`."""
    left = [*_known(lead, _PERSON, as_of), *_own(lead)]
    right = list(_known(lead, _BUSINESS, as_of))
    grid = Table.grid(padding=(0, 2, 0, 0))
    for part in ("label", "value", "label", "value"):
        grid.add_column(style=colours.QUIET if part == "label" else "", no_wrap=part == "label", overflow="fold")
    nothing = ("", Text(""))
    for row in range(max(len(left), len(right))):
        grid.add_row(*(left[row] if row < len(left) else nothing), *(right[row] if row < len(right) else nothing))
    return Group(grid, *_long_texts(lead, full=full))


def _known(lead: Mapping[str, Any], names: tuple[str, ...], as_of: AsOf) -> Iterator[tuple[str, Text]]:
    for name in names:
        if lead[name] not in (None, "", [], {}, 0, False) and lead[name] != _USUAL.get(name):
            yield LEAD_FIELDS[name].label, cut(_value(name, lead[name], as_of), _LONGEST)


def _value(name: str, value: Any, as_of: AsOf) -> str:
    if LEAD_FIELDS[name].kind is Kind.MONEY:
        return format_money(value, as_of.currency)
    if isinstance(value, datetime):
        return f"{day(value)} {value:%H:%M}"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "yes" if value is True else word(value) if LEAD_FIELDS[name].words else str(value)


def _own(lead: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """The photographer's own fields, and what is known of the source."""
    for name, value in {**lead["source_details"], **lead["custom_fields"]}.items():
        if value not in (None, "", [], {}):
            yield cut(word(name), 20).plain, cut(value, _LONGEST)


def _long_texts(lead: Mapping[str, Any], *, full: bool) -> Iterator[RenderableType]:
    for name in _LONG:
        if lead[name]:
            yield heading(LEAD_FIELDS[name].label)
            yield indented(prose(lead[name]) if full else cut(lead[name], 2 * _LONGEST))
