"""The options that say what a task is, and reading them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from leadnurture.store.vocabulary import Priority
    from leadnurture.studio import Studio

About = Annotated[str | None, typer.Option("--lead", metavar="LEAD", help="Id, e-mail address, or part of a name.")]
Due = Annotated[str | None, typer.Option("--due", metavar="WHEN", help='"+2d", "tomorrow 14:00", a date.')]
Urgency = Annotated[str | None, typer.Option("--priority", metavar="PRIORITY", help="low, medium, high, urgent.")]
Assign = Annotated[str | None, typer.Option("--assign", metavar="WHO", help="Whose task it is.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="May be repeated.")]
Note = Annotated[str | None, typer.Option("--note", help="More about it.")]


def given(
    studio: "Studio",
    title: str | None,
    due: str | None,
    priority: str | None,
    assign: str | None,
    tag: list[str] | None,
    note: str | None,
) -> dict[str, Any]:
    """Return the typed values of those options that were given, by the task's fields; an empty one is none."""
    from leadnurture.crm.names import clean
    from leadnurture.crm.tasks import read_title

    read: tuple[tuple[str, Any, Callable[[Any], Any]], ...] = (
        ("title", title, read_title),
        ("due_at", due, lambda text: _due(studio, text) if text.strip() else None),
        ("priority", priority, lambda text: urgency(studio, text)),
        ("assigned_to", assign, lambda text: clean(text)[:100] or None),
        ("tags", tag, lambda tags: list(dict.fromkeys(name for word in tags if (name := clean(word)[:100])))),
        ("description", note, lambda text: text.strip() or None),
    )
    return {name: reader(value) for name, value, reader in read if value is not None}


def _due(studio: "Studio", text: str) -> "datetime":
    """Read when a task is due; a day that has passed is a slip of the finger."""
    from leadnurture.crm.values import BadValueError
    from leadnurture.engine.when import read_when

    zone, now = studio.config.studio.zone, studio.now()
    at = read_when(text, studio.reading(), now)
    if at.astimezone(zone).date() < now.astimezone(zone).date():
        raise BadValueError(f"--due: {at.astimezone(zone):%Y-%m-%d} has passed", hint='such as "+2d" or "tomorrow"')
    return at


def end_of(studio: "Studio", text: str | None) -> "datetime | None":
    """Return the moment that a text means, the end of the day if it names a day alone; raises BadValueError."""
    from leadnurture.engine.schedule import day_after
    from leadnurture.engine.when import read_when

    if text is None:
        return None
    at = read_when(text, studio.reading(), studio.now())
    return at if ":" in text else day_after(at, studio.config.studio.zone)


def urgency(studio: "Studio", text: str) -> "Priority":
    """Return a priority as typed; raises BadValueError."""
    from leadnurture.crm.fields import Kind, LeadField
    from leadnurture.crm.values import read_value
    from leadnurture.store.vocabulary import Priority

    asked = LeadField("--priority", Kind.WORD, "Priority", optional=False, words=Priority)
    found: Priority = read_value(asked, text, studio.reading())
    return found
