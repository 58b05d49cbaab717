"""`rule import` and `rule export`: the scoring rules as a YAML file for git."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, Yes, open_studio
from leadnurture.cli.rescoring import Enroll, told
from leadnurture.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadnurture.crm.rule_book import RuleChanges
    from leadnurture.crm.rule_drafts import RuleDraft
    from leadnurture.studio import Studio

IMPORTED = "it fits since scoring rules were imported, without --enroll"


class BrokenRulesError(InvalidInputError):
    """A file of rules has errors; it is taken wholly or not at all."""


def import_rules(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A YAML file, or - for standard input.")],
    enroll: Enroll = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let the rules be those of a file, and no others: it shows what that changes, and asks.

    Example: leadnurture rule import rules.yaml
    """
    from leadnurture.engine.rescoring import perform, rehearse

    with open_studio(context) as studio:
        drafts = _drafts(studio, file)
        work = _Bringing(drafts)
        would = rehearse(studio.engine, work, IMPORTED, enrolling=enroll)
        if not yes and work.changes:
            _tell(work.changes)
            for line in told(would, enroll=enroll, done=False):
                terminal.say(line)
            if not terminal.confirm("Let these be the rules?", yes=False):
                terminal.say("nothing was changed")
                raise typer.Exit(1)
        done = perform(studio.engine, work, IMPORTED, enrolling=enroll) if work.changes else would
    if as_json:
        terminal.print_json(_as_json(work.changes) | done.as_json())
        return
    if not work.changes:
        terminal.say(f"The rules are those of {file} already.")
        return
    if yes:
        _tell(work.changes)
    terminal.say("The rules are changed.")
    for line in told(done, enroll=enroll, done=True):
        terminal.say(line)
    terminal.say("\nNext: leadnurture rule list")


def export_rules(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Where to write them; - is stdout.")] = "-",
    as_json: AsJson = False,
) -> None:
    """Write the rules as YAML, for git; `rule import` reads it back.

    Example: leadnurture rule export rules.yaml
    """
    from leadnurture.crm.rule_book import all_rules
    from leadnurture.crm.rule_drafts import draft_of
    from leadnurture.sequences.rule_file import written_rules

    with open_studio(context) as studio, studio.read() as session:
        rules = [draft_of(rule) for rule in all_rules(session)]
    text = written_rules(rules)
    if as_json:
        terminal.print_json({"rules": len(rules), "yaml": text})
    elif file == "-":
        sys.stdout.write(text)
    else:
        Path(file).write_text(text, encoding="utf-8")
        terminal.say(f"{len(rules)} rules written to {file}")


class _Bringing:
    """Brings the rules to those of a file, in whatever transaction it is called with; keeps what that changed."""

    def __init__(self, drafts: "Sequence[RuleDraft]") -> None:
        self._drafts = drafts
        self.changes: RuleChanges | None = None

    def __call__(self, change: Any) -> None:
        from leadnurture.crm.rule_book import bring_to

        self.changes = bring_to(change.session, self._drafts, change.now)


def _drafts(studio: "Studio", file: str) -> "Sequence[RuleDraft]":
    from leadnurture.cli.problems import as_text
    from leadnurture.sequences.rule_file import read_rules

    read = read_rules(_text(file), file, studio.reading())
    if not read.problems:
        return read.drafts
    count = f"{len(read.problems)} error{'s' * (len(read.problems) > 1)}"
    raise BrokenRulesError(
        f"{count} in {file}; nothing was changed\n\n{as_text(read.problems)}",
        hint="mend it and try again; leadnurture rule export shows the form",
        detail={"problems": [problem.as_json() for problem in read.problems]},
    )


def _text(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(f"{file} is not UTF-8 text", hint="save it as UTF-8") from None
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {file}", hint="leadnurture rule export FILE writes one") from None
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be read: {error.strerror}") from None


def _tell(changes: "RuleChanges") -> None:
    for draft in changes.added:
        terminal.say(f"  + {draft.name}: {draft.field} {draft.operator.value} {draft.value}, {draft.score:+d}")
    for name, differences in changes.changed:
        shown = ", ".join(f"{key} {old} → {new}" for key, (old, new) in differences.items())
        terminal.say(f"  ~ {name}: {shown}")
    for name in changes.removed:
        terminal.say(f"  - {name}")
    terminal.say(f"    {changes.unchanged} stay as they are")


def _as_json(changes: "RuleChanges | None") -> dict[str, Any]:
    assert changes is not None
    return {
        "added": [draft.name for draft in changes.added],
        "changed": [
            {"rule_name": name, "changes": {key: list(pair) for key, pair in differences.items()}}
            for name, differences in changes.changed
        ],
        "removed": list(changes.removed),
        "unchanged": changes.unchanged,
    }
