"""What each check found, what is wrong last and with what to do."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import heading, indented, pairs
from leadnurture.cli.views.plain import count, line
from leadnurture.doctor.check import Finding, Standing

_STYLES = {Standing.OK: "", Standing.SKIPPED: colours.QUIET, Standing.FAILED: colours.WRONG}


def doctor_view(findings: Iterable[Finding]) -> RenderableType:
    """Show all findings, one a line."""
    findings = list(findings)
    failed = [finding for finding in findings if finding.standing is Standing.FAILED]
    return Group(pairs(_rows(findings)), *_verdict(failed))


def _rows(findings: Iterable[Finding]) -> Iterator[tuple[str, Text]]:
    for finding in findings:
        told = line(finding.found, _STYLES[finding.standing])
        yield finding.check, told.append(f"\n→ {finding.todo}") if finding.todo else told


def _verdict(failed: list[Finding]) -> Iterator[RenderableType]:
    yield heading(f"{count(len(failed), 'check')} failed" if failed else "All is well")
    if failed:
        yield indented(line(", ".join(finding.check for finding in failed), colours.WRONG))
