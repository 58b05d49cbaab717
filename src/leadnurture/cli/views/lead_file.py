"""Everything about one couple on one calm screen."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import column, heading, indented, table
from leadnurture.cli.views.lead_facts import facts, head
from leadnurture.cli.views.lead_walks import where_they_are
from leadnurture.cli.views.moments import moment, stamp
from leadnurture.cli.views.plain import line, prose, word
from leadnurture.reports.lead_file import LeadFile, TimelineEntry
from leadnurture.store.vocabulary import OutboxState, Priority

NEWEST = 12  # entries of the timeline that a screen has room for


def lead_file_view(report: LeadFile, *, full: bool = False) -> RenderableType:
    """Show a lead's file; the newest of the timeline and the beginnings of long texts, or all of it if `full`."""
    return Group(
        head(report.lead, report.as_of),
        Text(""),
        facts(report.lead, report.as_of, full=full),
        _score(report),
        where_they_are(report.enrollments, report.as_of),
        *_tasks(report),
        *_messages(report),
        *_timeline(report, full=full),
    )


def _score(report: LeadFile) -> RenderableType:
    score = report.score
    parts = [f"{points.rule_name} {points.adjustment:+g}" for points in score.rules]
    parts += [f"{lasting.reason or 'by hand'} {lasting.adjustment:+d}" for lasting in score.adjustments]
    by_now = f" (by today {score.score})" if score.score != report.lead["lead_score"] else ""
    title = heading(f"Score {report.lead['lead_score']}{by_now}")
    return Group(title, indented(line(" · ".join(parts) or "no rule gives points")))


def _tasks(report: LeadFile) -> Iterator[RenderableType]:
    if not report.tasks:
        return
    yield heading("To do")
    for task in report.tasks:
        late = task.due_at is not None and task.due_at < report.as_of.now
        due = f"   due {moment(task.due_at, report.as_of.now)}" if task.due_at else ""
        urgent = f"{task.priority.value}: " if task.priority in {Priority.HIGH, Priority.URGENT} else ""
        told = line(f"{urgent}{task.title}").append(due, style=colours.WAITS_FOR_YOU if late else colours.QUIET)
        yield indented(told)


def _messages(report: LeadFile) -> Iterator[RenderableType]:
    """Show the messages that are not simply sent; those are on the timeline."""
    sent = sum(message.state is OutboxState.SENT for message in report.messages)
    others = [message for message in report.messages if message.state is not OutboxState.SENT]
    if others:
        yield heading(f"Messages ({sent} sent)")
    for message in others:
        told = Text(f"{message.id:>4}  ").append(word(message.state), style=colours.MESSAGE.get(message.state, ""))
        reason = f" – {message.reason}" if message.reason else ""
        yield indented(told.append("  ").append_text(line(f"{message.subject}{reason}")))


def _timeline(report: LeadFile, *, full: bool) -> Iterator[RenderableType]:
    entries = report.timeline if full else report.timeline[-NEWEST:]
    hidden = len(report.timeline) - len(entries)
    yield heading("Timeline").append(
        f"  the newest {NEWEST} of {len(report.timeline)}; --full shows all" if hidden else ""
    )
    rows = table(column("", width=12), column("", width=17), column(""))
    rows.show_header = False
    for entry in entries:
        kind = line(word(entry.interaction_type), colours.QUIET)
        rows.add_row(stamp(entry.at, report.as_of.now), kind, line(_told(entry)))
        if full and entry.content:
            rows.columns[2].no_wrap = False
            rows.add_row("", "", prose(entry.content))
    yield indented(rows)
    if not entries:
        yield indented(Text("nothing yet", style=colours.QUIET))


def _told(entry: TimelineEntry) -> str:
    parts = (entry.subject, entry.content, entry.outcome if entry.outcome != "sent" else None)
    return ": ".join(part for part in parts if part)
