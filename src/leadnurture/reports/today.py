"""What the day holds: everything that waits for the owner, the most urgent first, and what goes by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, select

from leadnurture.config import Config
from leadnurture.crm.appointments import Entry, agenda
from leadnurture.crm.taken import double_booked
from leadnurture.engine.schedule import day_after
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.outbox import Message, outbox_list
from leadnurture.reports.taken_dates import TakenDate, described
from leadnurture.reports.task_list import TaskEntry, TaskFilters, task_list
from leadnurture.reports.today_leads import (
    FollowUp,
    WaitingCouple,
    WeddingAhead,
    follow_ups,
    waiting_couples,
    weddings,
)
from leadnurture.reports.today_part import MOST, Part
from leadnurture.reports.today_sending import Sending, sending
from leadnurture.reports.trouble import HeldGroup, held_groups
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import OutboxState

_WEEK = timedelta(days=6)  # today and the six days behind it


@dataclass(frozen=True)
class Today:
    """The day as of an instant. Tasks, follow-ups and appointments are those of today, and those before that are open.

    `leads` is how many couples there are at all.
    """

    as_of: AsOf
    leads: int
    double_booked: Part[TakenDate]
    in_doubt: Part[Message]
    held: Part[HeldGroup]
    unanswered: Part[WaitingCouple]
    tasks: Part[TaskEntry]
    follow_ups: Part[FollowUp]
    appointments: Part[Entry]
    weddings: Part[WeddingAhead]
    sending: Sending

    @property
    def waits(self) -> int:
        """How many things wait for the owner; what goes by itself and weddings to look forward to do not count."""
        parts: tuple[Part[Any], ...] = (self.double_booked, self.in_doubt, self.unanswered, self.tasks)
        held = sum(group.count for group in self.held.items)
        return held + sum(part.total for part in (*parts, self.follow_ups, self.appointments))

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        names = ("double_booked", "in_doubt", "held", "unanswered", "tasks", "follow_ups", "appointments", "weddings")
        parts = {name: getattr(self, name).as_json() for name in (*names, "sending")}
        return {"as_of": iso(self.as_of.now), "total_leads": self.leads, "waits": self.waits, **parts}


def today(session: Session, config: Config, now: datetime) -> Today:
    """Return what the day of `now` holds, days being those of the studio's zone."""
    as_of = AsOf.of(config, now)
    first, tomorrow = as_of.now.date(), day_after(now, as_of.zone)
    twice = double_booked(session, config.studio.weddings_per_day, first)
    tasks = task_list(session, config, now, TaskFilters(due_by=tomorrow - timedelta(microseconds=1))).tasks
    doubtful = outbox_list(session, config, now, states=(OutboxState.IN_DOUBT, OutboxState.PARKED), limit=MOST)
    return Today(
        as_of=as_of,
        leads=session.exec(select(func.count()).select_from(Lead)).one(),
        double_booked=Part.of(described(session, config.studio.weddings_per_day, twice)),
        in_doubt=Part(doubtful.total, doubtful.messages),
        held=Part.of(held_groups(session)),
        unanswered=waiting_couples(session, config, as_of),
        tasks=Part.of(tasks),
        follow_ups=follow_ups(session, config, as_of, tomorrow),
        appointments=Part.of(tuple(entry for entry in agenda(session) if entry.appointment.starts_at < tomorrow)),
        weddings=weddings(session, first, first + _WEEK),
        sending=sending(session, config, as_of, tomorrow),
    )
