"""The `leadnurture` command: all nouns, and the edge at which every error becomes a message and an exit code."""

import errno
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from leadnurture import __version__
from leadnurture.cli import terminal
from leadnurture.cli.apply import apply
from leadnurture.cli.appointment import appointment
from leadnurture.cli.backup import backup
from leadnurture.cli.cron import cron
from leadnurture.cli.date import date
from leadnurture.cli.demo import demo
from leadnurture.cli.doctor import doctor
from leadnurture.cli.enrollment import enrollment
from leadnurture.cli.init import init
from leadnurture.cli.lead import lead
from leadnurture.cli.outbox import outbox
from leadnurture.cli.plan import plan
from leadnurture.cli.report import report
from leadnurture.cli.restore import restore
from leadnurture.cli.rule import rule
from leadnurture.cli.run import run
from leadnurture.cli.score import score
from leadnurture.cli.sequence import sequence
from leadnurture.cli.source import source
from leadnurture.cli.status import status
from leadnurture.cli.suppression import suppression
from leadnurture.cli.task import task
from leadnurture.cli.today import today
from leadnurture.errors import ConfigurationError, InvalidInputError, LeadnurtureError, UsageError, way_out_of

app = typer.Typer(
    name="leadnurture",
    help="Keep the couples who ask about a date, and follow up with each of them: never twice, never lost.\n\n"
    "Begin with:  leadnurture init my-studio",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(*, wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"leadnurture {__version__}\n")
        raise typer.Exit


@app.callback()
def everywhere(
    context: typer.Context,
    studio: Annotated[Path | None, typer.Option("--studio", metavar="DIR", help="The studio's folder.")] = None,
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "--version", is_eager=True, callback=lambda wanted: _print_version(wanted=wanted), help="Show the version."
        ),
    ] = False,
) -> None:
    """Options of every command."""
    context.obj = studio


for command in (init, demo, today, status, run, plan, apply, backup, restore, doctor):
    app.command()(command)
for noun in (
    lead,
    sequence,
    enrollment,
    rule,
    score,
    source,
    task,
    appointment,
    date,
    outbox,
    suppression,
    cron,
    report,
):
    app.add_typer(noun)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    terminal.prepare()
    as_json = "--json" in sys.argv
    try:
        code = _answered(as_json=as_json)
    finally:
        terminal.finish()
    sys.exit(code)


def _answered(*, as_json: bool) -> int:
    """Do what was asked, every error told; return the exit code."""
    try:
        _require_text(sys.argv[1:])
        code = app(standalone_mode=False)
        sys.stdout.flush()  # here, where a full disk is an error like any other
    except LeadnurtureError as error:
        terminal.complain(error, as_json=as_json)
        code = error.exit_code
    except TyperException as error:
        code = _misused(error, as_json=as_json)
    except (typer.Abort, KeyboardInterrupt) as stop:
        if isinstance(stop.__cause__, EOFError):
            raise stop.__cause__ from None  # no answer to a question was refused: something was read that had ended
        terminal.say("\nstopped; nothing is half done")
        code = 130
    except OSError as error:
        code = _system_trouble(error, as_json=as_json)
    return code or 0


def _require_text(words: list[str]) -> None:
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            shown = word.encode(errors="backslashreplace").decode()
            raise InvalidInputError(f"'{shown}' is not UTF-8 text", hint="check the terminal's encoding") from None


def _misused(error: TyperException, *, as_json: bool) -> int:
    message = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help itself
        terminal.say(message)
        return error.exit_code
    usage = getattr(error, "ctx", None)
    hint = f"{usage.command_path} --help" if usage is not None else None
    terminal.complain(UsageError(message, hint=hint), as_json=as_json)
    return error.exit_code


def _system_trouble(error: OSError, *, as_json: bool) -> int:
    if error.errno == errno.EPIPE:
        return 0  # `| head` has seen enough
    trouble = ConfigurationError(f"{error.filename or 'the system'}: {error.strerror or error}", hint=way_out_of(error))
    terminal.complain(trouble, as_json=as_json)
    return trouble.exit_code
