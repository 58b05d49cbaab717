"""Everything about one couple on one calm screen."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column, heading, indented
from leadnurture.cli.views.lead_facts import facts, head
from leadnurture.cli.views.lead_walks import where_they_are
from leadnurture.cli.views.moments import day, stamp
from leadnurture.cli.views.plain import line, prose, word
from leadnurture.crm.opt_outs import told_channel
from leadnurture.money import format_money
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.lead_file import LeadFile, TimelineEntry
from leadnurture.store.vocabulary import OutboxState, Priority

NEWEST = 12  # entries of the timeline that a screen has room for


def lead_file_view(report: LeadFile, *, full: bool = False) -> RenderableType:
    """Show a lead's file; the newest of the timeline and the beginnings of long texts, or all of it if `full`."""
    return Group(
        head(report.lead, report.as_of),
        *_opt_outs(report),
        _next(report),
        Text(""),
        facts(report.lead, report.as_of, full=full),
        *_touches(report),
        *_bookings(report),
        _score(report),
        where_they_are(report.enrollments, report.as_of),
        *_tasks(report),
        *_messages(report),
        *_timeline(report, full=full),
    )


def _touches(report: LeadFile) -> Iterator[RenderableType]:
    """Show the first and the last touch, where there is more than the inquiry itself."""
    touches = report.touches.touches
    if len(touches) > 1:
        ends = ((told, touches[place]) for told, place in (("first", 0), ("last", -1)))
        told = ", ".join(f"{name} {word(one.source)} {stamp(one.at, report.as_of.now)}" for name, one in ends)
        yield line(f"{len(touches)} touches: {told}")


def _bookings(report: LeadFile) -> Iterator[RenderableType]:
    """Show the bookings, where there is more to tell than the day and the value that stand above."""
    if len(report.conversions) < 2 and not any(one.commission_amount for one in report.conversions):
        return
    for one in report.conversions:
        owed = f"; {_money(one.commission_amount, report)} owed for it" if one.commission_amount else ""
        value, when = _money(one.conversion_value, report), day(one.conversion_date)
        yield line(f"Booked {when}: {value}, {word(one.conversion_type)}{owed}")


def _money(minor: int, report: LeadFile) -> str:
    return format_money(minor, report.as_of.currency)


def _next(report: LeadFile) -> RenderableType:
    advice = report.recommendation
    return line(f"Next: {word(advice.action)} – {advice.reason}")


def _opt_outs(report: LeadFile) -> Iterator[RenderableType]:
    for one in report.opt_outs:
        address = f" to {one.address}" if one.address else ""
        told = f"No {told_channel(one.channel)}{address} since {stamp(one.at, report.as_of.now)}"
        yield Text(told, style=colours.WRONG)


def _score(report: LeadFile) -> RenderableType:
    score = report.score
    parts = [f"{points.rule_name} {points.adjustment:+g}" for points in score.rules]
    parts += [f"{lasting.reason or 'by hand'} {round(lasting.worth, 1):+g}" for lasting in score.adjustments]
    by_now = f" ({score.score} by today's rules)" if score.score != report.lead["lead_score"] else ""
    title = heading(f"Score {report.lead['lead_score']}{by_now}")
    return Group(title, indented(line(" · ".join(parts) or "no rule gives points")))


def _tasks(report: LeadFile) -> Iterator[RenderableType]:
    if not report.tasks:
        return
    yield heading("To do")
    rows = Listing(column(width=12), column())
    for task in report.tasks:
        late = task.due_at is not None and task.due_at < report.as_of.now
        due = stamp(task.due_at, report.as_of.now) if task.due_at else ""
        urgent = f"{task.priority.value}: " if task.priority in {Priority.HIGH, Priority.URGENT} else ""
        rows.add(Text(due, style=colours.WAITS_FOR_YOU if late else ""), line(f"{urgent}{task.title}"))
    yield indented(rows)


def _messages(report: LeadFile) -> Iterator[RenderableType]:
    """Show the messages that are not simply sent; those are on the timeline."""
    sent = sum(message.state is OutboxState.SENT for message in report.messages)
    others = [message for message in report.messages if message.state is not OutboxState.SENT]
    if others:
        yield heading(f"Messages ({sent} sent)")
        rows = Listing(column(width=5, right=True), column(width=8), column())
        for message in others:
            state = Text(word(message.state), style=colours.MESSAGE.get(message.state, ""))
            reason = f" – {message.reason}" if message.reason else ""
            rows.add(str(message.id), state, line(f"{message.subject}{reason}"))
        yield indented(rows)


def _timeline(report: LeadFile, *, full: bool) -> Iterator[RenderableType]:
    entries = report.timeline if full else report.timeline[-NEWEST:]
    hidden = len(report.timeline) - len(entries)
    title = heading("Timeline")
    yield title.append(
        f"  the newest {NEWEST} of {len(report.timeline)}; --full shows all" if hidden else "", "not bold"
    )
    if full:
        yield from (indented(whole_entry(entry, report.as_of)) for entry in entries)
        return
    rows = Listing(column(width=12), column(width=17), column())
    for entry in entries:
        kind = line(word(entry.interaction_type), colours.QUIET)
        rows.add(stamp(entry.at, report.as_of.now), kind, line(_told(entry)))
    yield indented(rows)


def whole_entry(entry: TimelineEntry, as_of: AsOf) -> RenderableType:
    """Show one entry of a timeline with all its words."""
    kind = f"{stamp(entry.at, as_of.now)}  {word(entry.interaction_type)}  "
    told = Text(kind, style=colours.QUIET).append_text(line(entry.subject or ""))
    return Group(told, indented(prose(entry.content), 14)) if entry.content else told


def _told(entry: TimelineEntry) -> str:
    parts = (entry.subject, entry.content, entry.outcome if entry.outcome != "sent" else None)
    return ": ".join(part for part in parts if part)
