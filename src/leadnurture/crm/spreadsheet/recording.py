"""Recording one row's values: a new lead, or what is new about a known one."""

from collections.abc import Mapping, Sequence
from typing import Any

from leadnurture.crm import consents, leads, standing
from leadnurture.crm.assignments import merged_custom
from leadnurture.crm.change import Change
from leadnurture.crm.spreadsheet.exporting import cell_of
from leadnurture.crm.spreadsheet.meanings import CARRIED
from leadnurture.store.tables.lead import Lead

# A spreadsheet is a memory of how things stood; what has moved on since is not pushed back.
_STANDING = frozenset({"lead_status", "lead_source", "source_details", "inquiry_at", "automation_paused", *CARRIED})


def record_new(change: Change, several: Sequence[Mapping[str, Any]]) -> list[Lead]:
    """Create the leads of rows whose addresses are new; one that opted out or bounced before stays so."""
    plain = [{name: value for name, value in values.items() if name not in CARRIED} for values in several]
    created = leads.create_new(change, plain, origin="spreadsheet")
    for lead, values in zip(created, several, strict=True):
        _opt_out(change, lead, values)
        _bounce(change, lead, values)
    return created


def record_known(change: Change, lead: Lead, values: Mapping[str, Any]) -> bool:
    """Add what a row says about a lead that is there already; return whether anything is new.

    Tags are added, never removed, custom fields laid over; status, source, inquiry date and pause stay as they are,
    and so do consents that the couple has spoken of elsewhere. A row of a lead that was merged into this one is old:
    nothing counts of it but an opt-out.
    """
    if values["primary_email"] != lead.primary_email:
        return _opt_out(change, lead, values)
    changed = bool(leads.update(change, lead, _overwriting(change, lead, values), origin="spreadsheet"))
    tagged = [tag for tag in values.get("tags", ()) if standing.add_tag(change, lead, tag)]
    left = _opt_out(change, lead, values)
    if tagged or left:
        lead.updated_at = change.now
    return bool(changed or tagged or left)


def _overwriting(change: Change, lead: Lead, values: Mapping[str, Any]) -> dict[str, Any]:
    news = any(values[name] != getattr(lead, name) for name in consents.NAMES & values.keys())
    kept = _STANDING | consents.said_elsewhere(change.session, lead) if news else _STANDING
    given = {name: value for name, value in values.items() if name not in kept and name != "tags"}
    if "estimated_budget" in given:
        given.pop("budget_range", None)  # it follows from the budget, and would undo it at the next import
    if "custom_fields" in given:
        present = lead.custom_fields
        new = {key: text for key, text in given["custom_fields"].items() if cell_of(present.get(key)) != text}
        given["custom_fields"] = merged_custom(present, new)
    return given


def _bounce(change: Change, lead: Lead, values: Mapping[str, Any]) -> None:
    if bounced_at := values.get("bounced_at"):
        standing.bounce(change, lead, "The spreadsheet says that this address bounced")
        lead.bounced_at = bounced_at


def _opt_out(change: Change, lead: Lead, values: Mapping[str, Any]) -> bool:
    """Honour an opt-out that the spreadsheet knows of, at its own date if there is one; return whether it is new."""
    if "opt_out_date" not in values or lead.opt_out_date is not None:
        return False
    standing.opt_out(change, lead, "The spreadsheet says that they opted out")
    lead.opt_out_date = values["opt_out_date"] or change.now
    return True
