"""`leadnurture demo`: ten weeks of a studio's life in some seconds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson

if TYPE_CHECKING:
    from leadnurture.demo.ten_weeks import DemoResult


def demo(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Where to play it; a temporary folder if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play ten weeks of a studio: 25 couples ask, sequences follow up, some reply, some book.

    Example: leadnurture demo

    Nothing is sent: the messages are written into a folder where you can read them.
    """
    from leadnurture.demo.ten_weeks import play
    from leadnurture.errors import ConflictError

    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise ConflictError(
            f"{folder} is not empty; the demo wants a folder of its own", hint="leadnurture demo another-folder"
        )
    root = (folder or _temporary()).absolute()
    terminal.say("Ten weeks in the life of a wedding photographer, on a clock that jumps …")
    _tell(play(root, lambda _: None), as_json=as_json)


def _temporary() -> Path:
    import tempfile

    return Path(tempfile.mkdtemp(prefix="leadnurture-demo-"))


def _tell(result: "DemoResult", *, as_json: bool) -> None:
    from leadnurture.cli.views.lead_file import lead_file_view
    from leadnurture.cli.views.overview import overview_view
    from leadnurture.clock import VirtualClock
    from leadnurture.crm.leads import find
    from leadnurture.demo.ten_weeks import END
    from leadnurture.reports.lead_file import lead_file
    from leadnurture.reports.overview import overview
    from leadnurture.studio import Studio

    with Studio.open(result.root, VirtualClock(END)) as studio, studio.read() as session:
        figures = overview(session, studio.config, studio.now())
        couple = lead_file(session, studio.config, studio.now(), find(session, result.shown))
    counts = {name: result.counts[name] for name in ("sent", "executed", "skipped", "held", "failed")}
    if as_json:
        told = {"studio": str(result.root), "couples": result.couples, "counts": counts}
        terminal.print_json(told | {"overview": figures.as_json(), "lead": couple.as_json()})
        return
    terminal.show(overview_view(figures))
    terminal.show(lead_file_view(couple))
    written, done = counts["sent"], counts["executed"]
    terminal.say(f"\n{result.couples} couples asked, {written} messages were written, {done} other steps were done.")
    terminal.say(f"The messages:  {result.root}/outbox/")
    terminal.say(f"Look around:   leadnurture --studio {result.root} lead list")
