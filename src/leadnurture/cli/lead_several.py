"""Doing one thing to one couple or to several: who is meant, what it would change, the question, and the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.lead_clash import say_clash, say_clashes

if TYPE_CHECKING:
    from leadnurture.crm.change import Change
    from leadnurture.crm.values import Reading
    from leadnurture.store.tables.lead import Lead
    from leadnurture.studio import Studio

ASKS_FROM = 3  # leads
SHOWN = 10
SOME_SAID_NO = 1

Where = Annotated[
    str | None,
    typer.Option(
        metavar="FILTERS",
        help='Instead of couples: the filters of lead list, such as "status=new source=instagram", or "view=NAME".',
    ),
]
Changes = Mapping[str, tuple[Any, Any]]  # field → (old, new)


@dataclass(frozen=True)
class Deed:
    """What is done to each lead, and what that would change; `told` is how one speaks of it, of one or many."""

    would: "Callable[[Lead], Changes]"
    act: "Callable[[Change, Lead], object]"
    told: str


@dataclass(frozen=True)
class Done:
    """What became of the leads: each with what changed and its score before, and the transaction that did it."""

    change: "Change"
    leads: "Sequence[tuple[Lead, Changes, int]]"


def do(
    studio: "Studio", named: Sequence[str], where: str | None, deed: Deed, *, yes: bool, as_json: bool
) -> Done | None:
    """Do it to all in one transaction, after a preview and a question where it is three or more.

    None: somebody said no. Raises the errors of `selected_leads` and of the deed: then it is done to nobody.
    """
    from leadnurture.reports.lead_selection import selected_leads

    def chosen(session: Any) -> "list[Lead]":
        return selected_leads(session, studio.config, studio.reading(), named, where)

    with studio.read() as session:
        found = chosen(session)
        ids = [lead.id for lead in found]
        if len(found) >= ASKS_FROM and not _agreed(studio, found, deed, yes=yes, as_json=as_json):
            return None
    with studio.change() as change:
        change.new_sources = False  # a slip of the pen makes no source
        leads = [lead for lead in _still_there(change, ids) if lead is not None]
        done = [(lead, deed.would(lead), lead.lead_score) for lead in leads]
        for lead in leads:
            deed.act(change, lead)
    return Done(change, done)


def _still_there(change: "Change", ids: "Sequence[int | None]") -> "list[Lead | None]":
    from leadnurture.store.tables.lead import Lead

    return [change.session.get(Lead, key) for key in ids]


def _agreed(studio: "Studio", found: "Sequence[Lead]", deed: Deed, *, yes: bool, as_json: bool) -> bool:
    if not yes and not as_json:
        for lead in found[:SHOWN]:
            terminal.say(f"  {preview(lead, deed.would(lead), studio.reading())}")
        if len(found) > SHOWN:
            terminal.say(f"  … and {len(found) - SHOWN:,} more")
    return terminal.confirm(f"{_begun(deed.told)}: {len(found):,} couples?", yes=yes)


def preview(lead: "Lead", changes: Changes, reading: "Reading") -> str:
    """Return who it is, and each field's old and new value, in one line."""
    from leadnurture.crm.field_words import changes_in_words
    from leadnurture.crm.leads import couple_of

    told = "; ".join(changes_in_words(changes, reading))
    return f"{lead.id}  {couple_of(lead)}  {told or 'nothing changes'}"


def do_and_tell(
    studio: "Studio", named: Sequence[str], where: str | None, deed: Deed, *, yes: bool, as_json: bool
) -> None:
    """Do it, and tell what came of it: of one couple that was named in full, of several in a list."""
    from leadnurture.cli.lead_standing import tell

    done = do(studio, named, where, deed, yes=yes, as_json=as_json)
    if done is not None and len(named) == 1:
        lead, changed, _ = done.leads[0]
        tell(studio, done.change, lead, deed.told, as_json=as_json)
        if not as_json:
            say_clash(studio, lead, changed)
    else:
        answer(done, deed, as_json=as_json)


def answer(done: Done | None, deed: Deed, *, as_json: bool) -> None:
    """Tell what was done to several leads; ends with 1 if somebody said no."""
    from leadnurture.crm.values import Reading

    if done is None:
        terminal.say("nothing was changed")
        raise typer.Exit(SOME_SAID_NO)
    if as_json:
        terminal.print_json({"leads": [_as_json(done, *one) for one in done.leads], "changed": _changed(done)})
        return
    for lead, changes, _ in done.leads[:SHOWN]:
        terminal.say(f"  {preview(lead, changes, Reading.of(done.change.config))}")
    if len(done.leads) > SHOWN:
        terminal.say(f"  … and {len(done.leads) - SHOWN:,} more")
    moved = f"; {len(done.change.enrolled)} enrollments begun, {len(done.change.removed)} ended"
    has_moved = done.change.enrolled or done.change.removed
    told = f"{_begun(deed.told)}: {_changed(done):,} of {len(done.leads):,} couples changed"
    terminal.say(told + (moved if has_moved else ""))
    say_clashes((lead, changes) for lead, changes, _ in done.leads)


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _changed(done: Done) -> int:
    return sum(1 for _, changes, _ in done.leads if changes)


def _as_json(done: Done, lead: "Lead", changes: Changes, old_score: int) -> dict[str, Any]:
    from leadnurture.crm.leads import as_plain, couple_of

    return {
        "lead_id": lead.id,
        "couple": couple_of(lead),
        "changes": {name: {"old": as_plain(old), "new": as_plain(new)} for name, (old, new) in changes.items()},
        "old_score": old_score,
        "new_score": lead.lead_score,
        "sequences_enrolled": [name for lead_id, name in done.change.enrolled if lead_id == lead.id],
        "sequences_removed": [name for lead_id, name in done.change.removed if lead_id == lead.id],
    }
