"""`leadnurture cron`: letting the computer run what is due, and looking at or taking back what tells it to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, Yes, studio_folder

if TYPE_CHECKING:
    from leadnurture.cron.entry import Kind
    from leadnurture.cron.scheduling import Standing

cron = typer.Typer(
    name="cron",
    help="Let the computer run what is due every few minutes, without a window that stays open.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
OfKind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="crontab, systemd or launchd; what the system has if not given."),
]


@cron.command("install")
def install_entry(
    context: typer.Context,
    kind: OfKind = None,
    every: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="How often, such as 10m; worker.interval if not given.")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Write an entry that runs `leadnurture run --once` for this studio, again and again.

    Examples:  leadnurture cron install        leadnurture cron install --every 10m --kind crontab

    It is shown before it is written. Installing again brings it up to date; other entries are left as they are.
    Settings that come from the environment are written with it; secrets never are.
    """
    from leadnurture.config import load_config
    from leadnurture.cron.lengths import interval
    from leadnurture.cron.scheduling import place_for, wanted_job
    from leadnurture.locate import CONFIG_NAME

    root = studio_folder(context).resolve()
    chosen = interval(every, "--every") if every is not None else None
    job = wanted_job(root, load_config(root / CONFIG_NAME), chosen)
    scheduler, present = place_for(root, _kind(kind))
    texts = scheduler.rendered(job)
    changed = present is None or dict(present.texts) != dict(texts)
    if changed:
        if not as_json:
            _show(texts)
        _require_consent("Write this?", "nothing was written", yes=yes)
    scheduler.install(job)
    if as_json:
        told = [{"place": place, "text": text} for place, text in texts.items()]
        terminal.print_json({"kind": scheduler.kind.value, "changed": changed, "texts": told})
        return
    terminal.say("Written." if changed else "It was there already, as it should be.")
    terminal.say(f"  {scheduler.advice}\n\nNext: leadnurture status")


@cron.command("show")
def show_entry(context: typer.Context, kind: OfKind = None, as_json: AsJson = False) -> None:
    """Print what is written for this studio, and say whether it is what would be written now.

    Example: leadnurture cron show
    """
    from leadnurture.config import load_config
    from leadnurture.cron.scheduling import standings
    from leadnurture.locate import CONFIG_NAME

    root = studio_folder(context).resolve()
    found = standings(root, load_config(root / CONFIG_NAME), _kind(kind))
    if as_json:
        terminal.print_json({"installed": bool(found), "entries": [one.as_json() for one in found]})
        return
    for standing in found:
        for place, text in standing.entry.texts.items():
            print(f"{place}:\n{text}")  # noqa: T201
        terminal.say(_verdict(standing))
    if not found:
        terminal.say("Nothing is written for this studio.\n\nNext: leadnurture cron install")


@cron.command("remove")
def remove_entry(context: typer.Context, kind: OfKind = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take this studio's entry out, and nothing else.

    Example: leadnurture cron remove
    """
    from leadnurture.cron.scheduling import present, scheduler_of

    root = studio_folder(context).resolve()
    found = present(root, _kind(kind))
    if found and not as_json:
        for entry in found.values():
            _show(entry.texts)
    if found:
        _require_consent("Take this out?", "nothing was changed", yes=yes)
    for one in found:
        scheduler_of(one).remove(root)
    if as_json:
        terminal.print_json({"removed": [one.value for one in found]})
        return
    terminal.say("Taken out; nothing runs by itself now." if found else "Nothing was written for this studio.")
    terminal.say("\nNext: leadnurture run, or: leadnurture cron install")


def _require_consent(question: str, otherwise: str, *, yes: bool) -> None:
    if not terminal.confirm(question, yes=yes):
        terminal.say(otherwise)
        raise typer.Exit(1)


def _kind(given: str | None) -> "Kind | None":
    from leadnurture.cron.entry import Kind
    from leadnurture.errors import UsageError

    if given is None:
        return None
    try:
        return Kind(given)
    except ValueError:
        kinds = ", ".join(Kind)
        raise UsageError(f"there is no kind '{given}'", hint=f"it is one of: {kinds}") from None


def _show(texts: Mapping[str, str]) -> None:
    for place, text in texts.items():
        terminal.say(f"{place}:\n" + "".join(f"  {line}\n" for line in text.splitlines()))


def _verdict(standing: "Standing") -> str:
    if standing.missing_program is not None:
        return f"It calls {standing.missing_program}, which is not there.\n\nNext: leadnurture cron install"
    if standing.trouble is not None:
        return f"It cannot be brought up to date: {standing.trouble}"
    if not standing.is_up_to_date:
        return "It is not what would be written now.\n\nNext: leadnurture cron install"
    return f"It is up to date; {standing.scheduler.advice}."
