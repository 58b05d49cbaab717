"""`leadnurture doctor`: is the studio well, and if not, what to do."""

from typing import Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, studio_folder

NOT_WELL, BAD_CONFIGURATION = 1, 14


def doctor(
    context: typer.Context,
    address: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="Where --send-test goes; to you if not given.")
    ] = None,
    send_test: Annotated[
        bool,
        typer.Option("--send-test", help="Send a test the way that letters go, and look for it in the Sent folder."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look the studio over: database, files, configuration, mail server, mailbox, clock; what is wrong comes last.

    Examples:  leadnurture doctor        leadnurture doctor --send-test

    Exit code 0 if all is well, 1 if something is not, 14 if the configuration cannot be read.
    """
    from leadnurture.channels.name_server import NameServer
    from leadnurture.cli.views.doctor import doctor_view
    from leadnurture.clock import SystemClock
    from leadnurture.doctor.check import Standing
    from leadnurture.doctor.examination import CONFIGURATION, examine
    from leadnurture.errors import UsageError

    if address is not None and not send_test:
        raise UsageError(f"'{address}' is for --send-test", hint=f"leadnurture doctor --send-test {address}")
    findings = examine(studio_folder(context), SystemClock(), NameServer(), probe=send_test, address=address)
    failed = [finding.check for finding in findings if finding.standing is Standing.FAILED]
    told = {"well": not failed, "checks": [finding.as_json() for finding in findings]}
    terminal.answer(told, lambda: doctor_view(findings), as_json=as_json)
    if failed:
        raise typer.Exit(BAD_CONFIGURATION if CONFIGURATION in failed else NOT_WELL)
