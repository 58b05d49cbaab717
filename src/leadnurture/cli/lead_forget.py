"""`lead forget`: a couple is erased everywhere, or all that were lost long ago."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadnurture.engine.forgetting.backups import Treatment
    from leadnurture.engine.forgetting.forget import Forgotten
    from leadnurture.studio import Studio

SHOWN = 20


def forget(
    context: typer.Context,
    lead: Annotated[str | None, typer.Argument(metavar="LEAD", help="Id, e-mail address, or part of a name.")] = None,
    lost: Annotated[bool, typer.Option("--lost", help="All who were lost long ago, instead of one couple.")] = False,
    older_than: Annotated[
        str | None, typer.Option(metavar="MONTHS", help="With --lost: such as 24m or 2y; else as configured.")
    ] = None,
    backups: Annotated[
        str, typer.Option(help="Backups that hold them: rewrite (without them), delete, or only list.")
    ] = "rewrite",
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help="The couple's name, instead of typing it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Erase a couple everywhere: rows, timeline, letters, log. What is counted stays, and names nobody.

    Example: leadnurture lead forget emma --confirm "Emma & Jack Smith"

    Example: leadnurture lead forget --lost --older-than 24m

    What they opted out of stays known by a digest of their addresses. Backups are rewritten without them, unless
    --backups says otherwise; one that lay elsewhere and is restored forgets them again.
    """
    from leadnurture.errors import UsageError

    if (lead is None) != lost or (older_than and not lost):
        raise UsageError("say whom: LEAD, or --lost --older-than MONTHS", hint="leadnurture lead forget --help")
    with open_studio(context) as studio:
        treatment = _treatment(studio, backups)
        if lead is not None:
            _forget_one(studio, lead, treatment, confirm, as_json=as_json)
        else:
            _forget_lost(studio, older_than, treatment, confirm, as_json=as_json)


def _forget_one(
    studio: "Studio", reference: str, treatment: "Treatment", confirm: str | None, *, as_json: bool
) -> None:
    from leadnurture.crm.leads import couple_of, find
    from leadnurture.engine.forgetting.backups import Treatment, holding
    from leadnurture.engine.forgetting.forget import require_settled
    from leadnurture.engine.forgetting.rows import traces_of

    with studio.read() as session:
        found = find(session, reference)
        require_settled(session, found)
        kept_in = holding(studio.root, traces_of(session, found).own) if treatment is Treatment.LIST else []
    name = couple_of(found)
    question = f"Lead {found.id} ({name}, {found.primary_email}) is erased everywhere; nothing brings them back."
    if kept_in:
        question += (
            f"\nBut {len(kept_in)} of your backups go on holding them: without --backups list they are rewritten."
        )
    terminal.require_typed(name, question, given=confirm, option="--confirm")
    (done,) = _done(studio, [found.id or 0], treatment)
    if as_json:
        terminal.print_json(done.as_json())
        return
    letters = f", with {done.letters} letters in outbox/" if done.letters else ""
    terminal.say(f"Lead {done.lead_id} is forgotten{letters}. What was counted stays, without them.")
    _tell_rest([done])


def _forget_lost(
    studio: "Studio", older_than: str | None, treatment: "Treatment", confirm: str | None, *, as_json: bool
) -> None:
    from leadnurture.crm.leads import couple_of
    from leadnurture.engine import retention

    months = _months(studio, older_than)
    with studio.read() as session:
        found = list(retention.lost_for(session, months, studio.now()))
    listed = [f"  {one.id}  {couple_of(one)}  asked {one.inquiry_at:%Y-%m-%d}" for one in found[:SHOWN]]
    more = [f"  … and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    done: list[Forgotten] = []
    if found:
        question = "\n".join([f"Lost, and quiet for {months} months:", *listed, *more])
        terminal.require_typed(f"forget {len(found)} couples", question, given=confirm, option="--confirm")
        done = _done(studio, [one.id or 0 for one in found], treatment, lost_for=months)
    with studio.database.write() as session:
        is_rule = retention.agree(session, studio.config, months, studio.now())
    if as_json:
        forgotten = [one.as_json() for one in done]
        terminal.print_json({"months": months, "forgotten": forgotten, "from_now_on_by_itself": is_rule})
        return
    terminal.say(f"{len(done)} couples are forgotten." if done else f"Nobody has been lost for {months} months.")
    _tell_rest(done)
    if is_rule:
        terminal.say("From now on `leadnurture run` does so by itself, as privacy.forget_lost_after says.")


def _done(
    studio: "Studio", lead_ids: list[int], treatment: "Treatment", *, lost_for: int | None = None
) -> "list[Forgotten]":
    """Forget couples while nobody ticks; with `lost_for` only those who are still lost for so many months."""
    from leadnurture.engine import retention
    from leadnurture.engine.forgetting.forget import forget_all
    from leadnurture.engine.lock import locked

    with locked(studio.state, studio.local_now(), "leadnurture lead forget"):
        if lost_for is not None:
            with studio.read() as session:
                still = {one.id for one in retention.lost_for(session, lost_for, studio.now())}
            lead_ids = [lead_id for lead_id in lead_ids if lead_id in still]
        return forget_all(studio.engine, lead_ids, studio.now(), treatment)


def _tell_rest(done: "Sequence[Forgotten]") -> None:
    """Say where they still are: backups, files that are not ours to change, and what was written about others."""
    kinds = {
        "rewritten without them": {path for one in done for path in one.backups.rewritten},
        "deleted": {path for one in done for path in one.backups.deleted},
        "still hold them (the daily ones age out; delete others once you do not need them)": {
            path for one in done for path in one.backups.holding
        },
    }
    for told, paths in kinds.items():
        if paths:
            terminal.say("\n".join([f"Backups, {told}:", *(f"  {path}" for path in sorted(paths))]))
    left = {f"  {path}" for one in done for path in one.files} | {
        f"  {place}" for one in done for place in one.mentions
    }
    if left:
        terminal.say("\n".join(["They are still named in what is yours to change:", *sorted(left)]))
    if not all(one.compacted for one in done):
        terminal.say("The database file could not be written anew, because another command reads it; what was deleted")
        terminal.say("is overwritten with zeros all the same.")


def _treatment(studio: "Studio", text: str) -> "Treatment":
    from leadnurture.crm.fields import Kind, LeadField
    from leadnurture.crm.values import read_value
    from leadnurture.engine.forgetting.backups import Treatment

    field = LeadField("--backups", Kind.WORD, "Backups", optional=False, words=Treatment)
    found: Treatment = read_value(field, text or "?", studio.reading())
    return found


def _months(studio: "Studio", older_than: str | None) -> int:
    from leadnurture.config import read_months
    from leadnurture.errors import InvalidInputError, UsageError

    configured = studio.config.privacy.forget_lost_after
    if older_than is None and configured is None:
        hint = 'or set forget_lost_after = "24m" under [privacy] in leadnurture.toml'
        raise UsageError("after how long? --older-than 24m", hint=hint)
    try:
        return read_months(older_than) if older_than is not None else configured or 0
    except ValueError as error:
        raise InvalidInputError(f"--older-than '{older_than}': {error}") from None
