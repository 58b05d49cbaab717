"""A sequence's file from its first line to its last: new, duplicate, toggle, delete, schema, import, export.

None of it counts before `apply`.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, Yes, open_studio

if TYPE_CHECKING:
    from leadnurture.sequences.file_life.beginning import Begun
    from leadnurture.sequences.file_life.removing import Removal
    from leadnurture.sequences.file_life.seed_form.importing import Imported
    from leadnurture.sequences.problems import Problem
    from leadnurture.studio import Studio

SequenceArgument = Annotated[str, typer.Argument(metavar="SEQ", help="The sequence's id: its file's name.")]
NewId = Annotated[str, typer.Argument(metavar="ID", help="The new file's name without its ending; never changes.")]
NewName = Annotated[str | None, typer.Option("--name", metavar="NAME", help="The name that is shown.")]
_NEXT = "It counts after: leadnurture apply"


def new_sequence(
    context: typer.Context,
    identity: NewId,
    playbook: Annotated[
        str | None, typer.Option("--from", metavar="PLAYBOOK", help="Start from a playbook, with its letters.")
    ] = None,
    name: NewName = None,
    as_json: AsJson = False,
) -> None:
    """Begin a sequence: an example with comments that teach, switched off, or a copy of a playbook.

    Example: leadnurture sequence new winter-weddings --from inquiry-welcome --name "Winter weddings"

    Nothing is overwritten; templates that are there already stay as they are.
    """
    with open_studio(context) as studio:
        begun = _begun(studio, identity, name, playbook)
        shown = studio.folder.shown(begun.path)
    if as_json:
        told = {"sequence": identity, "file": shown, "templates_made": begun.made, "templates_kept": begun.kept}
        terminal.print_json(told)
        return
    terminal.say(f"Made {shown}")
    _tell_templates(begun.made, begun.kept)
    terminal.say(f"\nWrite it, then: leadnurture sequence check {identity}\n{_NEXT}")


def duplicate_sequence(
    context: typer.Context, sequence: SequenceArgument, identity: NewId, name: NewName = None, as_json: AsJson = False
) -> None:
    """Copy a sequence's file under another id, with its comments; the name gets ` - Copy` unless you give one.

    Example: leadnurture sequence duplicate inquiry-welcome winter-welcome --name "Winter welcome"
    """
    from leadnurture.sequences.file_life.copying import duplicate
    from leadnurture.sequences.file_life.source_file import SourceFile

    with open_studio(context) as studio:
        source = SourceFile.read(studio.folder.named(sequence))
        named = duplicate(source, studio.folder, identity, name)
        shown = studio.folder.shown(studio.folder.named(identity))
    if as_json:
        terminal.print_json({"sequence": identity, "name": named, "file": shown, "copied_from": source.path.stem})
        return
    terminal.say(f"Made {shown}: {named}\n{_NEXT}")


def toggle_sequence(
    context: typer.Context,
    sequence: SequenceArgument,
    wanted: Annotated[
        bool | None, typer.Option("--on/--off", help="On or off, whatever it is now; else the opposite.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Switch a sequence on or off in its file; everything else in the file stays as it is.

    Example: leadnurture sequence toggle re-engagement --off

    Off: nobody new starts, and couples half way through wait.
    """
    from leadnurture.sequences.file_life.source_file import SourceFile
    from leadnurture.sequences.file_life.switching import switch

    with open_studio(context) as studio:
        path = studio.folder.named(sequence)
        switched = switch(SourceFile.read(path), wanted)
        shown = studio.folder.shown(path)
    if as_json:
        told = {"sequence": path.stem, "is_active": switched.active, "changed": switched.changed, "file": shown}
        terminal.print_json(told)
        return
    state = f"{path.stem} is {'on' if switched.active else 'off'} in {shown}"
    terminal.say(f"{state}\n{_NEXT}" if switched.changed else f"{state} already; nothing was changed")


def delete_sequence(
    context: typer.Context, sequence: SequenceArgument, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Remove a sequence's file. Couples half way through leave it at the next apply; what was done stays on record.

    Example: leadnurture sequence delete re-engagement

    Templates that no other sequence uses are named, not removed.
    """
    from leadnurture.sequences.file_life.removing import removal_of

    with open_studio(context) as studio:
        with studio.read() as session:
            removal = removal_of(session, studio.folder, studio.reading(), sequence)
        shown = studio.folder.shown(removal.source.path)
        if not terminal.confirm(f"Remove {shown}? {_leaving(removal.leads)}", yes=yes):
            terminal.say("nothing was removed")
            raise typer.Exit(1)
        removal.source.remove()
    _tell_removal(removal, shown, as_json=as_json)


def show_schema(
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write it there; - is standard output.")
    ] = "-",
    as_json: AsJson = False,
) -> None:
    """Print the JSON Schema of a sequence file, by which editors complete and check.

    Example: leadnurture sequence schema -o sequence.schema.json

    `init` and `apply` keep it in .leadnurture/, where the first line of every playbook points.
    """
    from leadnurture.sequences.file_life.schema import as_text, sequence_schema

    schema = sequence_schema()
    if output != "-":
        Path(output).write_text(as_text(schema), encoding="utf-8")
        terminal.say(f"Wrote {output}")
    elif as_json:
        terminal.print_json(schema)
    else:
        sys.stdout.write(as_text(schema))


def import_sequence_file(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A JSON file; - is standard input.")],
    identity: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The sequence's id; else it comes from the name.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a sequence in camelCase JSON, as other systems' interfaces have it, into a commented YAML file.

    Example: leadnurture sequence import welcome.json --id welcome

    A letter that it names and templates/ has not is begun there, for you to write.
    """
    from leadnurture.sequences.check import check
    from leadnurture.sequences.file_life.seed_form.body import read_body
    from leadnurture.sequences.file_life.seed_form.importing import import_sequence

    body = read_body(_read(file))
    origin = "standard input" if file == "-" else Path(file).name
    with open_studio(context) as studio:
        imported = import_sequence(body, origin, studio.folder, studio.reading(), identity)
        path = studio.folder.named(imported.identity)
        problems = list(check(studio.folder.draft(path, studio.reading()), studio.folder, studio.config))
        shown = studio.folder.shown(path)
    _tell_import(imported, shown, problems, as_json=as_json)


def export_sequence(context: typer.Context, sequence: SequenceArgument, as_json: AsJson = False) -> None:
    """Print a sequence's file as camelCase JSON, as `sequence import` reads it.

    Example: leadnurture sequence export inquiry-welcome > inquiry-welcome.json
    """
    from leadnurture.cli.problems import as_text
    from leadnurture.errors import InvalidInputError
    from leadnurture.sequences.file_life.seed_form.exporting import seed_form

    with open_studio(context) as studio:
        draft = studio.folder.draft(studio.folder.named(sequence), studio.reading())
    if draft.sequence is None:
        raise InvalidInputError(
            f"{draft.parsed.file} has errors\n\n{as_text(draft.parsed.problems)}", hint="mend it first"
        )
    body = seed_form(draft.sequence, draft.parsed.tree.values)
    if as_json:
        terminal.print_json(body)
    else:
        sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=2) + "\n")


def _begun(studio: "Studio", identity: str, name: str | None, playbook: str | None) -> "Begun":
    from leadnurture.founding import playbooks
    from leadnurture.sequences.file_life.beginning import begin_empty, begin_from

    if playbook is None:
        return begin_empty(studio.folder, identity, name)
    return begin_from(studio.folder, identity, name, playbook, playbooks(), studio.reading())


def _tell_templates(made: "tuple[str, ...]", kept: "tuple[str, ...]") -> None:
    for template in made:
        terminal.say(f"Made templates/{template}")
    for template in kept:
        terminal.say(f"templates/{template} is there already; left as it is")


def _tell_removal(removal: "Removal", shown: str, *, as_json: bool) -> None:
    if as_json:
        told = {"sequence": removal.source.path.stem, "file": shown, "leads_leaving": removal.leads}
        terminal.print_json(told | {"unused_templates": removal.templates})
        return
    terminal.say(f"Removed {shown}. {_leaving(removal.leads)}")
    for template in removal.templates:
        terminal.say(f"  templates/{template} is used by no other sequence; it was left there")
    terminal.say(_NEXT)


def _leaving(leads: int) -> str:
    couples = "1 couple" if leads == 1 else f"{leads} couples"
    return f"{couples} half way through will leave it at the next apply." if leads else "Nobody is half way through."


def _read(file: str) -> str:
    """Return a file's text; raises NotFoundError or InvalidInputError."""
    from leadnurture.errors import InvalidInputError, NotFoundError

    try:
        given = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return given.decode("utf-8-sig")
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {file}") from None
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file} is not UTF-8 text (byte {error.start})", hint="save it as UTF-8") from None


def _tell_import(imported: "Imported", shown: str, problems: "list[Problem]", *, as_json: bool) -> None:
    """Tell what was made and what is left to write; what keeps it from being applied makes the exit code 1."""
    from leadnurture.cli.problems import as_text
    from leadnurture.sequences.check import errors_in

    if as_json:
        told: dict[str, Any] = {"sequence": imported.identity, "file": shown, "left_out": imported.left_out}
        told |= {"templates_made": imported.made, "templates_kept": imported.kept}
        terminal.print_json(told | {"problems": [problem.as_json() for problem in problems]})
    else:
        terminal.say(f"Made {shown}")
        _tell_templates(imported.made, imported.kept)
        for left_out in imported.left_out:
            terminal.say(f"left out: {left_out}")
        if imported.made:
            terminal.say("\nThe letters that were made are beginnings: write them before you apply.")
        if problems:
            terminal.say(f"\n{as_text(problems)}")
        terminal.say(f"\nNext: leadnurture sequence check {imported.identity}\n{_NEXT}")
    raise typer.Exit(1 if errors_in(problems) else 0)
