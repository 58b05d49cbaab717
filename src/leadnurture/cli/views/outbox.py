"""The outbox as a table, and one message opened."""

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column, pairs
from leadnurture.cli.views.moments import moment, stamp
from leadnurture.cli.views.plain import count, cut, line, prose, word
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.reports.outbox import Message, OutboxList
from leadnurture.reports.outbox_message import OpenMessage
from leadnurture.store.vocabulary import OutboxState

_BY = {OutboxChannel.EMAIL: "mail", OutboxChannel.SMS: "text", OutboxChannel.NOTIFICATION: "notice"}
_HEADERS = frozenset({"from", "to", "cc", "subject", "date", "reply-to", "message-id", "in-reply-to"})


def outbox_list_view(report: OutboxList) -> RenderableType:
    """Show the messages, one per line, with the reason behind the subject where one was noted."""
    widest = max((len(str(message.id)) for message in report.messages), default=2)
    rows = Listing(
        column("Id", width=max(2, widest), right=True),
        column("State", width=8),
        column("By", width=6),
        column("When", width=12),
        column("To", width=26),
        column("Subject"),
    )
    for message in report.messages:
        at = message.sent_at or message.due_at
        state = Text(word(message.state), style=colours.MESSAGE.get(message.state, ""))
        by, when = _BY[message.channel], stamp(at, report.as_of.now)
        rows.add(str(message.id), state, by, when, line(message.to), _subject(message))
    shown = count(len(report.messages), "message")
    of_all = f" of {report.total:,}; --limit shows more" if report.total > len(report.messages) else ""
    return Group(rows, Text(f"\n{shown}{of_all}", style=colours.QUIET))


def _subject(message: Message) -> Text:
    told = line(message.subject)
    return told.append(" ").append_text(line(f"({message.reason})", colours.QUIET)) if message.reason else told


def message_view(report: OpenMessage) -> RenderableType:
    """Show a message's state and what it means, its headers and its words."""
    message, now = report.message, report.as_of.now
    waits = "looked for" if message.state is OutboxState.IN_DOUBT else "due"
    at = f" {moment(message.sent_at, now)}" if message.sent_at else f", {waits} {moment(message.due_at, now)}"
    state = Text(word(message.state), style=colours.MESSAGE.get(message.state, "")).append(at, style="default")
    about = line(f"lead {message.lead_id}, sequence {message.sequence}, step {message.step}")
    headers = [(name, cut(value, 400)) for name, value in report.headers if name.lower() in _HEADERS]
    files = [("Attached", line(", ".join(report.attachments)))] if report.attachments else []
    copies = [("Copy to", line(", ".join(message.copies)))] if message.copies else []
    top = [
        ("Message", Text(str(message.id))),
        ("State", state),
        ("", line(report.meaning)),
        ("For", about),
        ("By", Text(_BY[message.channel])),
    ]
    return Group(
        pairs(top[:3]),
        pairs([*top[3:], *copies]),
        Text(""),
        pairs([*headers, *files]),
        Text(""),
        prose(report.text),
    )
