"""What each part of the day says: when, who or what, and more about it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.moments import span, stamp
from leadnurture.cli.views.plain import count, line, word
from leadnurture.crm.leads import couple_of
from leadnurture.crm.recommending import NextAction
from leadnurture.reports.today import Today

Row = tuple[Text, Text, Text]


def _twice(day: Today) -> tuple[int, list[Row]]:
    rows = [
        (
            Text(_day(one.day, day), style=colours.WRONG),
            line(" · ".join(wedding.couple for wedding in one.weddings)),
            line(f"blocked: {', '.join(filter(None, one.blocked))}" if one.blocked else "more weddings than you take"),
        )
        for one in day.double_booked.items
    ]
    return day.double_booked.total, rows


def _doubtful(day: Today) -> tuple[int, list[Row]]:
    rows = [
        (Text(word(one.state), style=colours.WAITS_FOR_YOU), line(one.to), line(f"message {one.id}: {one.subject}"))
        for one in day.in_doubt.items
    ]
    return day.in_doubt.total, rows


def _held(day: Today) -> tuple[int, list[Row]]:
    rows = [
        (Text(count(one.count, "step"), style=colours.WAITS_FOR_YOU), line(one.sequence), line(one.reason))
        for one in day.held.items
    ]
    return day.held.total, rows


def _unanswered(day: Today) -> tuple[int, list[Row]]:
    rows = []
    for one in day.unanswered.items:
        told = Text(f"{one.temperature} {one.score}", style=colours.TEMPERATURE[one.temperature])
        told.append(", date taken" if one.date_taken else "", style=colours.WRONG)
        told.append(", wrote back" if one.replied else "")
        told.append(f", {word(one.advice.action)}" if one.advice.action is not NextAction.ANSWER else "")
        rows.append((Text(_waited(day.as_of.now - one.since)), line(one.couple), told))
    return day.unanswered.total, rows


def _tasks(day: Today) -> tuple[int, list[Row]]:
    rows = [
        (_at(one.due_at, day, late=one.is_overdue), line(one.couple or "–"), line(f"task {one.id}: {one.title}"))
        for one in day.tasks.items
    ]
    return day.tasks.total, rows


def _follow_ups(day: Today) -> tuple[int, list[Row]]:
    rows = [
        (
            _at(one.at, day, late=one.is_overdue),
            line(one.couple),
            line(f"{word(one.advice.action)}: {one.advice.reason}"),
        )
        for one in day.follow_ups.items
    ]
    return day.follow_ups.total, rows


def _appointments(day: Today) -> tuple[int, list[Row]]:
    rows = []
    for entry in day.appointments.items:
        made, now = entry.appointment, day.as_of.now
        at = made.starts_at.astimezone(ZoneInfo(made.time_zone))
        about = made.title + (f", {made.location}" if made.location else "")
        rows.append((_at(at, day, late=made.ends_at < now), line(couple_of(entry.lead)), line(about)))
    return day.appointments.total, rows


def _weddings(day: Today) -> tuple[int, list[Row]]:
    rows = [(Text(_day(one.day, day)), line(one.couple), line(one.venue or "")) for one in day.weddings.items]
    return day.weddings.total, rows


def _sending(day: Today) -> tuple[int, list[Row]]:
    """Return what goes by itself; above it the cap, where it will be felt."""
    rows = _cap(day)
    for one in day.sending.batches.items:
        told = f" ({one.due_now} due now)" if one.due_now else f" (until {one.last_at:%H:%M})" if one.count > 1 else ""
        first = "now" if one.due_now else f"{one.first_at:%H:%M}"
        rows.append((Text(first), Text(count(one.count, "message")), line(f"{one.sequence}: {one.step}{told}")))
    return day.sending.batches.total + len(_cap(day)), rows


def _cap(day: Today) -> list[Row]:
    left = day.sending.letters_left
    if left is None or left >= day.sending.messages:
        return []
    rest = line("limits.per_day lets no more go in 24 hours")
    return [(Text("today"), Text(f"at most {count(left, 'letter')}", style=colours.WAITS_FOR_YOU), rest)]


def _waited(length: timedelta) -> str:
    if length < timedelta(days=1):
        hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
        return f"for {hours} h" if hours else f"for {minutes} min" if minutes else "just now"
    return f"for {span(length.days)}"


def _at(at: datetime | None, day: Today, *, late: bool) -> Text:
    shown = (
        "" if at is None else f"{at:%H:%M}" if at.date() == day.as_of.now.date() else stamp(at, day.as_of.now).strip()
    )
    return Text(shown, style=colours.WAITS_FOR_YOU if late else "")


def _day(when: date, day: Today) -> str:
    if when == day.as_of.now.date():
        return "today"
    is_this_year = when.year == day.as_of.now.year
    return f"{when:%a} {when.day} {when:%b}" if is_this_year else f"{when.day} {when:%b %Y}"


# The most urgent first.
ROWS: tuple[tuple[str, Callable[[Today], tuple[int, list[Row]]]], ...] = (
    ("Double-booked", _twice),
    ("In doubt", _doubtful),
    ("Held", _held),
    ("To answer", _unanswered),
    ("Tasks", _tasks),
    ("Follow up", _follow_ups),
    ("Meetings", _appointments),
    ("Weddings", _weddings),
    ("run sends", _sending),
)
