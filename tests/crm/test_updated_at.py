"""When a lead was changed: by what people do, and by a sequence that moves or tags it; not by being written to."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads, standing, timeline
from leadnurture.crm.change import Change
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import InteractionType, LeadStatus
from leadnurture.studio import Studio

CHANGES: dict[str, Callable[[Change, Lead], object]] = {
    "a field": lambda change, lead: leads.update(change, lead, {"wedding_venue": "Hollow Ash Barn"}),
    "a status": lambda change, lead: standing.set_status(change, lead, LeadStatus.CONTACTED),
    "a status by a sequence": lambda change, lead: standing.set_status(
        change, lead, LeadStatus.CONTACTED, who="leadnurture"
    ),
    "a tag": lambda change, lead: standing.add_tag(change, lead, "vip"),
    "a booking": lambda change, lead: standing.convert(change, lead, 240_000),
    "a loss": lambda change, lead: standing.lose(change, lead, "budget"),
    "a reply": lambda change, lead: timeline.reply(change, lead, "Hello"),
    "a call": lambda change, lead: timeline.note(change, lead, InteractionType.PHONE_CALL, "Call", who="owner"),
    "a bounce": lambda change, lead: standing.bounce(change, lead, "550 5.1.1 nobody here"),
    "an opt-out": lambda change, lead: standing.opt_out(change, lead, "by phone"),
    "a pause": standing.pause,
}


def changed_after(studio: Studio, clock: VirtualClock, act: Callable[[Change, Lead], object]) -> timedelta:
    with studio.change() as change:
        lead = leads.create(change, {"primary_email": "emma@example.org"}, origin="typed in")
    clock.advance(timedelta(hours=1))
    with studio.change() as change:
        found = change.session.get_one(Lead, lead.id)
        act(change, found)
    return found.updated_at - found.created_at


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_dated(studio: Studio, clock: VirtualClock, name: str) -> None:
    assert changed_after(studio, clock, CHANGES[name]) == timedelta(hours=1)


@pytest.mark.parametrize("kind", [InteractionType.EMAIL_SENT, InteractionType.STEP_SKIPPED])
def test_what_is_written_to_them_changes_nothing_about_them(
    studio: Studio, clock: VirtualClock, kind: InteractionType
) -> None:
    assert changed_after(studio, clock, lambda change, lead: timeline.note(change, lead, kind, "Hello")) == timedelta()
