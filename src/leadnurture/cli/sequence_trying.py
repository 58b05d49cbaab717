"""`sequence simulate` and `sequence test`: trying before it counts."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    from datetime import datetime

    from leadnurture.sequences.folder import Draft
    from leadnurture.simulation.transcript import Transcript
    from leadnurture.studio import Studio

DIFFERS = SOME_FAILED = 1
LONGEST_DAYS = 3660
LEAD_HELP = "Id, e-mail address, or part of a name."


def simulate_sequence(
    context: typer.Context,
    sequence: Annotated[str | None, typer.Argument(metavar="[SEQ]", help="The sequence's id: its file's name.")] = None,
    lead: Annotated[str | None, typer.Option("--lead", metavar="LEAD", help=LEAD_HELP)] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Instead of one couple: all, by what is applied.")] = False,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="When it begins; now if not said.")
    ] = None,
    days: Annotated[int, typer.Option(min=0, max=LONGEST_DAYS, help="How many days to look ahead.")] = 90,
    event: Annotated[list[str] | None, typer.Option(help='Such as "+3d replied"; may be repeated.')] = None,
    expect: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare; the exit code is 1 if it differs.")
    ] = None,
    write: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a file for --expect.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play what would happen, on a clock that jumps: nothing is sent, nothing is recorded.

    Example: leadnurture sequence simulate inquiry-welcome --lead emma --days 60 --event "+8d replied"

    The sequence is taken as its file is now, applied or not, and the couple is enrolled in it by hand. These events can
    be played in: replied, opened welcome, clicked welcome, booked 2400, lost, opted_out, bounced, status=proposal_sent,
    tag=vip, paused, resumed.
    With --from and --write a transcript becomes a test of the sequence: --expect compares.
    """
    _require_sense(sequence, lead, event, everybody=everybody)
    _require_golden_sense(start, expect, write)
    expected = _expected(expect) if expect is not None else None
    with open_studio(context) as studio:
        begins = _begins(studio, start)
        if everybody:
            transcript = _everybody(studio, begins, days)
        else:
            transcript = _one_lead(studio, sequence or "", lead or "", begins, days, event or [])
    _tell(transcript.notes, as_json=as_json)
    if expected is not None:
        _compare(transcript, expected, str(expect), as_json=as_json)
        return
    _show(transcript, totals=everybody, as_json=as_json)
    if write is not None:
        _write(transcript, write)


def try_sequence(
    context: typer.Context,
    sequence: Annotated[str, typer.Argument(metavar="SEQ", help="The sequence's id: its file's name.")],
    lead: Annotated[str, typer.Option("--lead", metavar="LEAD", help=LEAD_HELP)],
    steps: Annotated[str | None, typer.Option(help="Only these, by id or number: welcome,story or 1,2.")] = None,
    send_to: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Really send the letters, to you.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try a sequence's steps with one couple: what each would write or do now. Nothing is recorded.

    Example: leadnurture sequence test inquiry-welcome --lead emma --steps first-answer --send-to me@example.com

    Nothing is sent without --send-to; what is sent with it has "[test]" before its subject. The exit code is 1 if a
    step would fail, such as for a letter with a hole.
    """
    from leadnurture.cli.views.trial import trial_view
    from leadnurture.crm import leads
    from leadnurture.crm.values import read_email
    from leadnurture.simulation.trying import try_steps

    address = read_email(send_to) if send_to is not None else None
    wanted = [word for word in (steps or "").split(",") if word.strip()]
    with open_studio(context) as studio:
        draft = _right_draft(studio, sequence)
        with studio.read() as session:
            found = leads.find(session, lead)
        trial = try_steps(studio, draft, found.id or 0, wanted, address)
    _tell(trial.notes, as_json=as_json)
    terminal.answer(trial.as_json(), lambda: trial_view(trial), as_json=as_json)
    raise typer.Exit(SOME_FAILED if trial.failed else 0)


def _require_sense(sequence: str | None, lead: str | None, event: list[str] | None, *, everybody: bool) -> None:
    from leadnurture.errors import UsageError

    if everybody and (sequence or lead or event):
        raise UsageError("--all plays the whole studio as it is: it takes no sequence, --lead or --event")
    if not everybody and not (sequence and lead):
        hint = "leadnurture sequence simulate inquiry-welcome --lead emma"
        raise UsageError("say which sequence and which --lead to simulate, or --all", hint=hint)


def _require_golden_sense(start: str | None, expect: Path | None, write: Path | None) -> None:
    from leadnurture.errors import UsageError

    if expect is not None and write is not None:
        raise UsageError("--expect compares and --write writes anew: say one of them")
    if start is None and (expect is not None or write is not None):
        hint = "such as --from 2027-01-04; without it every simulation begins at another moment"
        raise UsageError("a transcript to compare with needs --from", hint=hint)


def _begins(studio: "Studio", start: str | None) -> "datetime":
    from leadnurture.crm.values import read_instant

    return studio.now() if start is None else read_instant(start, studio.reading())


def _right_draft(studio: "Studio", sequence: str) -> "Draft":
    """Return a sequence's file as it is now; raises NotFoundError, or BrokenSequencesError if it has errors."""
    from leadnurture.cli.problems import BrokenSequencesError
    from leadnurture.sequences.check import check, errors_in

    draft = studio.folder.draft(studio.folder.named(sequence), studio.reading())
    if problems := errors_in(check(draft, studio.folder, studio.config)):
        raise BrokenSequencesError(problems, "it cannot be tried before they are mended")
    return draft


def _one_lead(
    studio: "Studio", sequence: str, lead: str, begins: "datetime", days: int, events: list[str]
) -> "Transcript":
    from leadnurture.crm import leads
    from leadnurture.simulation.happenings import read_happening
    from leadnurture.simulation.simulate import simulate_lead

    happenings = [read_happening(text, studio.reading()) for text in events]
    draft = _right_draft(studio, sequence)
    with studio.read() as session:
        found = leads.find(session, lead)
    return simulate_lead(studio, draft, found.id or 0, begins, days, happenings)


def _everybody(studio: "Studio", begins: "datetime", days: int) -> "Transcript":
    from leadnurture.simulation.simulate import simulate_all

    with _progress(begins, days) as on_moment:
        return simulate_all(studio, begins, days, on_moment)


@contextmanager
def _progress(begins: "datetime", days: int) -> "Iterator[Callable[[datetime], None]]":
    """Show on a terminal how many days have gone by."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from leadnurture.cli.views.progress import bar

    with bar(days, "days") as step:
        gone = 0

        def on_moment(moment: "datetime") -> None:
            nonlocal gone
            while gone < (moment - begins).days:
                step()
                gone += 1

        yield on_moment


def _tell(notes: tuple[str, ...], *, as_json: bool) -> None:
    for note in () if as_json else notes:  # JSON has them in its data
        terminal.say(f"note: {note}")


def _show(transcript: "Transcript", *, totals: bool, as_json: bool) -> None:
    """Print JSON; on a terminal lines that fit it; else the very text that --write writes."""
    from leadnurture.cli.views.transcript import totals_view, transcript_view
    from leadnurture.simulation.golden import as_text

    if as_json:
        terminal.print_json(transcript.as_json())
        return
    if sys.stdout.isatty():
        terminal.show(transcript_view(transcript))
    else:
        sys.stdout.write(as_text(transcript.entries))
    if totals:
        terminal.show(totals_view(transcript))


def _write(transcript: "Transcript", file: Path) -> None:
    from leadnurture.simulation.golden import as_text

    file.write_text(as_text(transcript.entries), encoding="utf-8", newline="\n")
    terminal.say(f"\nwritten to {file}; compare with the same command and --expect {file}")


def _expected(file: Path) -> str:
    """Return what a golden file says; raises NotFoundError or InvalidInputError."""
    from leadnurture.errors import InvalidInputError, NotFoundError

    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {file}", hint=f"write it with --write {file}") from None
    except UnicodeDecodeError:
        raise InvalidInputError(f"{file} is no transcript: it is not UTF-8 text") from None


def _compare(transcript: "Transcript", expected: str, file: str, *, as_json: bool) -> None:
    from leadnurture.simulation.golden import difference

    lines = difference(expected, transcript.entries, file)
    if as_json:
        terminal.print_json(transcript.as_json() | {"matches": not lines, "difference": lines})
    elif lines:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        terminal.say(f"this is not what {file} says; if it should be, write it anew with --write {file}")
    raise typer.Exit(DIFFERS if lines else 0)
