"""Ten weeks: inquiries come in, sequences walk, couples answer, messages are written into the outbox folder."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from leadnurture.clock import VirtualClock
from leadnurture.crm.spreadsheet.columns import Column, match_columns
from leadnurture.crm.spreadsheet.importing import import_sheet
from leadnurture.crm.spreadsheet.rows import read_row
from leadnurture.crm.spreadsheet.sheet import Sheet, SheetRow, read_sheet
from leadnurture.crm.values import Reading
from leadnurture.demo.calendar import LONDON, Happening, happen, happenings
from leadnurture.engine.applying import apply
from leadnurture.engine.tick import tick
from leadnurture.founding import Answers, found_studio
from leadnurture.sequences.versions import compare
from leadnurture.studio import Studio

START = datetime(2027, 1, 4, 8, 0, tzinfo=LONDON)
END = START + timedelta(weeks=10)
STUDIO = Answers(
    name="Hart & Holly Photography",
    owner="Holly Hart",
    email="holly@hartandholly.example",
    timezone="Europe/London",
    country="GB",
    currency="GBP",
    locale="en_GB",
)
INQUIRIES = "inquiries.csv"
Moments = dict[datetime, tuple[SheetRow, ...]]


@dataclass(frozen=True)
class DemoResult:
    """What the ten weeks came to: where they lie, and how often each thing was done."""

    root: Path
    counts: Counter[str]
    couples: int
    shown: str  # the address of a couple whose timeline tells a whole story


def play(root: Path, on_day: Callable[[datetime], None]) -> DemoResult:
    """Play the ten weeks in a new studio in `root`; `on_day` is told each moment that something happens."""
    found_studio(root, STUDIO, START.astimezone(UTC), default=False)
    content = files("leadnurture.demo").joinpath(INQUIRIES).read_bytes()
    (root / INQUIRIES).write_bytes(content)
    clock = VirtualClock(START)
    with Studio.open(root, clock) as studio:
        _apply(studio)
        return _Weeks(studio, clock, read_sheet(content, INQUIRIES), on_day).played()


def _apply(studio: Studio) -> None:
    drafts = list(studio.folder.drafts(studio.reading()))
    with studio.change() as change:
        apply(change, studio.engine, compare(change.session, drafts))


class _Weeks:
    """The weeks' moments, each in its order: what comes in, what couples do, what falls due."""

    def __init__(self, studio: Studio, clock: VirtualClock, sheet: Sheet, on_day: Callable[[datetime], None]) -> None:
        self.studio, self.clock, self.sheet, self.on_day = studio, clock, sheet, on_day
        self.reading = studio.reading()
        self.columns = match_columns(sheet.headers, {})
        self.inquiries = _by_moment(sheet, self.columns, self.reading)
        self.calendar = happenings()

    def played(self) -> DemoResult:
        counts: Counter[str] = Counter()
        due: datetime | None = START
        while (moment := self._next(due)) is not None:
            self.clock.set(moment)
            self.on_day(moment)
            self._come_in(moment)
            self._happen(moment)
            report = tick(self.studio.engine)
            counts += report.counts
            due = report.next_at
        booked = next(happening.who for happening in happenings() if happening.what == "booked")
        return DemoResult(self.studio.root, counts, len(self.sheet.rows), booked)

    def _next(self, due: datetime | None) -> datetime | None:
        moments = [due, min(self.inquiries, default=None), self.calendar[0].at if self.calendar else None]
        soonest = min((moment for moment in moments if moment is not None), default=None)
        return soonest if soonest is not None and soonest <= END else None

    def _come_in(self, moment: datetime) -> None:
        for at in [at for at in self.inquiries if at <= moment]:
            rows = Sheet(self.sheet.headers, self.inquiries.pop(at), self.sheet.delimiter, self.sheet.encoding)
            with self.studio.change() as change:
                import_sheet(change, rows, self.columns, self.reading, strict=True)

    def _happen(self, moment: datetime) -> None:
        while self.calendar and self.calendar[0].at <= moment:
            happening: Happening = self.calendar.pop(0)
            with self.studio.change() as change:
                happen(change, happening)


def _by_moment(sheet: Sheet, columns: tuple[Column, ...], reading: Reading) -> Moments:
    """Return the spreadsheet's rows by the moment of their inquiry."""
    moments: Moments = {}
    for row in sheet.rows:
        values, _ = read_row(row, columns, reading)
        moments[values["inquiry_at"]] = (*moments.get(values["inquiry_at"], ()), row)
    return moments
