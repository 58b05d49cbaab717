"""`lead import`: the photographer's own spreadsheet comes in."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.lead_duplicates import hint_at
from leadnurture.cli.new_sources import CreateSources, with_sources
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from leadnurture.crm.spreadsheet.importing import ImportResult
    from leadnurture.crm.spreadsheet.sheet import Sheet
    from leadnurture.reports.lead_duplicates import Pair

SOME_FAILED = 1
SHOWN = 20


def import_leads(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE.csv", help="A CSV file, or - for standard input.")],
    mapping: Annotated[
        list[str] | None, typer.Option("--map", metavar="HEADER=FIELD", help="What a column means.")
    ] = None,
    dates: Annotated[str | None, typer.Option(help="dmy or mdy: how the file writes dates.")] = None,
    enroll: Annotated[bool, typer.Option("--enroll", help="Let sequences begin with the new couples.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="One bad row, and nothing is imported.")] = False,
    create_sources: CreateSources = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in a spreadsheet of inquiries, as it is: good rows go in, bad ones are listed with the reason.

    Example: leadnurture lead import inquiries.csv --map "Where did you hear about us?=lead_source"

    Nobody is enrolled unless you say --enroll: an old spreadsheet does not wake sleeping couples. Importing the same
    file again changes nothing.
    """
    from leadnurture.crm.spreadsheet.columns import match_columns
    from leadnurture.crm.spreadsheet.importing import import_sheet
    from leadnurture.crm.spreadsheet.sheet import read_sheet
    from leadnurture.reports.lead_duplicates import lead_duplicates

    with open_studio(context) as studio:
        reading = studio.reading(_order(dates))
        sheet = read_sheet(_content(file), file)
        columns = match_columns(sheet.headers, _maps(mapping or []))

        def imported(create: bool) -> "tuple[ImportResult, dict[str, int], int, tuple[Pair, ...], int]":
            writing = studio.writing("leadnurture lead import")
            with _progress(len(sheet.rows)) as step, writing, studio.change(enrolling=enroll) as change:
                change.new_sources = create
                result = import_sheet(change, sheet, columns, reading, strict=strict, on_row=step)
                studio.engine.follow(change)
                entered = _tally(name for _, name in change.enrolled)
                matches = entered if enroll else _matches(change.session, result.created)
                change.session.flush()
                taken = _with_taken_dates(change.session, result.created)
                pairs = lead_duplicates(change.session, set(result.created))
                suppressed = len(set(change.suppressed))
                if dry_run:
                    change.session.rollback()
            return result, matches, taken, pairs, suppressed

        result, matches, taken, pairs, suppressed = with_sources(imported, create=create_sources)
    rejected_file = None if dry_run or not result.rejected else _write_rejected(file, sheet, result)
    if as_json:
        noticed = {"dates_taken": taken, "possible_duplicates": [pair.as_json() for pair in pairs]}
        noticed["suppressed"] = suppressed
        terminal.print_json(_as_json(result, matches, rejected_file, enroll=enroll, dry_run=dry_run) | noticed)
    else:
        _tell(result, matches, rejected_file, enroll=enroll, dry_run=dry_run)
        if taken:
            terminal.say(f"{taken} of the new couples ask for a date that is taken   → leadnurture date list")
        if suppressed:
            terminal.say(f"{suppressed} are on the suppression list: what they opted out of is not sent to them.")
        hint_at(pairs)
    raise typer.Exit(SOME_FAILED if result.rejected else 0)


def _order(dates: str | None) -> str | None:
    from leadnurture.errors import UsageError

    if dates not in {None, "dmy", "mdy"}:
        raise UsageError(f"--dates is dmy or mdy, not '{dates}'")
    return dates


def _content(file: str) -> bytes:
    from leadnurture.errors import InvalidInputError, NotFoundError

    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {file}") from None
    except IsADirectoryError:
        raise InvalidInputError(f"{file} is a folder, not a CSV file") from None
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be read: {error.strerror}") from None


def _maps(mapping: list[str]) -> dict[str, str]:
    from leadnurture.errors import UsageError

    maps: dict[str, str] = {}
    for text in mapping:
        header, mark, target = text.rpartition("=")
        if not mark or not header.strip() or not target.strip():
            raise UsageError(f"--map '{text}' should be HEADER=FIELD", hint='such as --map "Heard of us=lead_source"')
        maps[header.strip()] = target.strip()
    return maps


def _progress(rows: int) -> "AbstractContextManager[Callable[[], None] | None]":
    """Show a bar on a terminal when there is enough to wait for."""
    if rows < 500 or not sys.stderr.isatty():
        return nullcontext(None)
    from leadnurture.cli.views.progress import bar

    return bar(rows, "rows")


def _matches(session: Any, created: tuple[int, ...]) -> dict[str, int]:
    """Return how many of the new couples each sequence passed over only because nobody was to be enrolled."""
    from sqlmodel import select

    from leadnurture.store.tables.sequence import PassedOver

    new = set(created)
    rows = session.exec(select(PassedOver.lead_id, PassedOver.sequence_id)).all()
    return _tally(sequence for lead, sequence in rows if lead in new)


def _with_taken_dates(session: Any, created: tuple[int, ...]) -> int:
    """Return how many of the new couples are open and ask for a date that is taken."""
    from leadnurture.reports.taken_dates import asking_for_taken_dates

    return asking_for_taken_dates(session, created)


def _tally(names: Any) -> dict[str, int]:
    from collections import Counter

    return dict(sorted(Counter(names).items()))


def _write_rejected(file: str, sheet: "Sheet", result: "ImportResult") -> str | None:
    """Write the rejected rows beside the file, to be mended and imported again; None if that cannot be done."""
    from leadnurture.crm.spreadsheet.importing import rejected_csv

    if file == "-":
        return None
    target = Path(f"{file}.rejected.csv" if not file.lower().endswith(".csv") else f"{file[:-4]}.rejected.csv")
    try:
        target.write_bytes(rejected_csv(sheet, result.rejected))
    except OSError as error:
        terminal.say(f"warning: {target} cannot be written: {error.strerror}; the rows are listed below")
        return None
    return str(target)


def _as_json(
    result: "ImportResult", matches: dict[str, int], rejected_file: str | None, *, enroll: bool, dry_run: bool
) -> dict[str, Any]:
    return {
        "created": len(result.created),
        "updated": len(result.updated),
        "unchanged": result.unchanged,
        "rejected": [vars(rejection) for rejection in result.rejected],
        "rejected_file": rejected_file,
        "enrolled" if enroll else "would_match": matches,
        "columns": [{"header": column.header, "field": column.target} for column in result.columns],
        "dry_run": dry_run,
    }


def _tell(
    result: "ImportResult", matches: dict[str, int], rejected_file: str | None, *, enroll: bool, dry_run: bool
) -> None:
    would = "would be " if dry_run else ""
    counts = (len(result.created), "new"), (len(result.updated), f"{would}updated"), (result.unchanged, "unchanged")
    told = ", ".join(f"{count} {word}" for count, word in counts)
    lines = len({rejection.line for rejection in result.rejected})
    print(f"{told}, {lines} rejected" + (" (dry run: nothing was changed)" if dry_run else ""))  # noqa: T201
    if not result.created and not result.updated and not result.rejected:
        terminal.say("Everything in this file was here already; nothing has changed.")
    for rejection in result.rejected[:SHOWN]:
        where = f" {rejection.column}:" if rejection.column else ""
        terminal.say(f"  line {rejection.line}:{where} {rejection.reason}")
    if len(result.rejected) > SHOWN:
        terminal.say(f"  … and {len(result.rejected) - SHOWN} more")
    if rejected_file:
        terminal.say(f"The rejected rows are in {rejected_file}: mend them there and import that file.")
    _tell_sequences(matches, enroll=enroll, dry_run=dry_run, created=len(result.created))


def _tell_sequences(matches: dict[str, int], *, enroll: bool, dry_run: bool, created: int) -> None:
    if enroll:
        word = "would be enrolled" if dry_run else "enrolled"
        for name, count in matches.items():
            terminal.say(f"  {count} {word} in {name}")
        terminal.say("" if dry_run else "\nNext: leadnurture run --once")
    elif matches:
        terminal.say("Nobody was enrolled. With --enroll they would have been considered by:")
        for name, count in matches.items():
            terminal.say(f"  {name}: {count} would match")
    elif created:
        terminal.say("No sequence matches the new couples. Next: leadnurture lead list")
