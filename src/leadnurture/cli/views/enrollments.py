"""Enrollments as a table, and one of them in a line."""

from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column
from leadnurture.cli.views.moments import moment, stamp
from leadnurture.cli.views.plain import count, line
from leadnurture.reports.enrollment_list import EnrollmentLine, EnrollmentList


def enrollment_list_view(report: EnrollmentList) -> RenderableType:
    """Show the enrollments, one per line: what comes next and when, or how it ended."""
    widest = max((len(str(row.id)) for row in report.enrollments), default=2)
    rows = Listing(
        column("Id", width=max(2, widest), right=True),
        column("Couple", width=14),
        column("Sequence", width=15),
        column("Status", width=9),
        column("When", width=12),
        column("Next, or how it ended"),
    )
    for row in report.enrollments:
        rows.add(*_row(row, report.as_of.now))
    shown = count(len(report.enrollments), "enrollment")
    of_all = f" of {report.total:,}; --limit shows more" if report.total > len(report.enrollments) else ""
    return Group(rows, Text(f"\n{shown}{of_all}", style=colours.QUIET))


def _row(row: EnrollmentLine, now: datetime) -> list[Text]:
    at = row.ended_at or row.next_at
    trouble = row.held_reason or row.frozen_reason
    style = colours.WAITS_FOR_YOU if trouble and not row.ended_at else ""
    because = trouble or row.waiting_reason
    return [
        Text(str(row.id)),
        line(row.couple),
        line(row.sequence),
        Text(row.status.value, style=colours.WALK.get(row.status, "")),
        Text(stamp(at, now) if at else "on its way" if row.next_step else ""),
        line(row.end_reason or (f"{row.next_step}: {because}" if because else row.next_step) or "", style),
    ]


def standing_line(row: EnrollmentLine, now: datetime) -> str:
    """Return how a walk stands, for a message: who, where, and what comes next and when."""
    about = f"Enrollment {row.id}: {row.couple} in {row.sequence}: {row.status.value}"
    if row.next_step is None:
        return line(f"{about}: {row.end_reason}" if row.end_reason else about).plain
    when = moment(row.next_at, now) if row.next_at else "its message is on the way"
    frozen = f"; but {row.frozen_reason}" if row.frozen_reason else ""
    return line(f"{about}; next: {row.next_step}, {when}{frozen}").plain
