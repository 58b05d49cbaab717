"""When one step comes for one lead, and until when: from its words, the lead's zone and their wedding. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadnurture.config import Config
from leadnurture.crm.zones import zone_of
from leadnurture.engine import schedule
from leadnurture.engine.schedule import Due, IsHoliday
from leadnurture.hours import Hours
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.late import Late
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.window import Window
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment


@dataclass(frozen=True)
class Timing:
    """What a step's moment hangs on. `offset` are days after the wedding (negative before) in the place of a delay.

    `hours` are those for texts, None for other steps; `entered` is when the lead entered the sequence.
    """

    delay: Duration
    offset: int | None
    window: Window
    hours: Hours | None
    late: Late
    zone: ZoneInfo
    wedding: date | None
    entered: datetime
    is_holiday: IsHoliday

    def in_zone(self, zone: ZoneInfo) -> "Timing":
        """Return the same in another zone."""
        return replace(self, zone=zone)

    def due(self, anchor: datetime) -> Due:
        """Return when the step is next, the one before it having been done at `anchor`.

        A step that cannot come any more, or whose day is not known yet, is next at once: it is decided then.
        """
        meant = self.meant(anchor)
        if meant is None or self.left_out(anchor, anchor) is not None:
            return schedule.due_of(anchor, self.zone)
        return meant if meant.at >= anchor else self.opening(anchor)

    def meant(self, anchor: datetime) -> Due | None:
        """Return the moment that lateness counts from; None if it hangs on a wedding whose date is not known."""
        if self.offset is None:
            due = schedule.due_at(anchor, self.delay, self.window, self.zone, self.is_holiday)
        elif self.day is not None:
            due = schedule.on_day(self.day, self.window, self.zone, self.is_holiday)
        else:
            return None
        return self.opening(due.at)

    def opening(self, instant: datetime) -> Due:
        """Return the first moment from `instant` on at which the step may happen by its window and the hours."""
        return schedule.opening(instant, self.open_window, self.zone, self.is_holiday)

    @property
    def open_window(self) -> Window:
        """When the step may happen on a day; a window that never meets the hours is told by `missing`."""
        return (self.window.within(self.hours) if self.hours else None) or self.window

    @property
    def day(self) -> date | None:
        """The calendar day that it is meant for, if it hangs on a wedding whose date is known."""
        if self.offset is None or self.wedding is None:
            return None
        return self.wedding + timedelta(days=self.offset)

    def lies_ahead(self, now: datetime) -> bool:
        """Tell whether it hangs on a wedding, and its day has not come yet or is not known."""
        return self.offset is not None and (self.day is None or self.day > now.astimezone(self.zone).date())

    @property
    def missing(self) -> str | None:
        """What must be known or mended before the step can happen; None if nothing is in its way."""
        if self.offset is not None and self.wedding is None:
            return "their wedding date is not known"
        if self.hours and self.window.within(self.hours) is None:
            return f"its window is never open when texts may go out ({self.hours})"
        return None

    @property
    def passed(self) -> str | None:
        """Say that its day had gone by before they entered; None if it had not."""
        if self.offset is None or self.day is None or self.day >= self.entered.astimezone(self.zone).date():
            return None
        return f"{wedding_words(self.offset)} was {day_words(self.day)}, before they entered"

    def expires(self, anchor: datetime) -> datetime | None:
        """Return from which instant on the step is too late to happen by its `late` rule; None for never."""
        if self.late == "send" or (meant := self.meant(anchor)) is None:
            return None
        if isinstance(self.late, Duration):
            return schedule.after(meant.at, self.late, self.zone) + datetime.resolution
        return schedule.closing(meant.at, self.open_window, self.zone)

    def left_out(self, anchor: datetime, now: datetime) -> str | None:
        """Return why the step must not happen any more at `now`; None if it may."""
        if self.passed is not None:
            return self.passed
        today = now.astimezone(self.zone).date()
        if self.offset is not None and self.offset < 0 and self.wedding is not None and today >= self.wedding:
            return f"it is for the time before the wedding, which is {day_words(self.wedding)}"
        expires = self.expires(anchor)
        return None if expires is None or now < expires else self._too_late(anchor)

    def _too_late(self, anchor: datetime) -> str:
        meant = self.meant(anchor)
        assert meant is not None
        due = meant.at.astimezone(self.zone)
        since = "its window has closed since" if self.late == "skip" else f"that is more than {self.late} ago"
        return f"it is too late: it was due {due:%a} {due.day} {due:%B %H:%M}, and {since}"


def timing_of(
    lead: Lead, enrollment: Enrollment, sequence: Sequence, step: Step, config: Config, is_holiday: IsHoliday
) -> Timing:
    """Return what the moment of a lead's step hangs on, as things stand."""
    return Timing(
        delay=step.delay,
        offset=step.wedding_offset,
        window=sequence.window_of(step),
        hours=config.limits.sms_hours if step.keeps_sms_hours else None,
        late=sequence.late_of(step),
        zone=zone_of(lead, config),
        wedding=lead.wedding_date,
        entered=enrollment.enrollment_date,
        is_holiday=is_holiday,
    )


def wedding_words(offset: int) -> str:
    """Return how far a day is from the wedding, such as `30 days before the wedding`."""
    count = abs(offset)
    return f"{count} day{'s' * (count != 1)} {'before' if offset < 0 else 'after'} the wedding"


def day_words(day: date) -> str:
    """Return a date such as `Sat 12 June 2027`."""
    return f"{day:%a} {day.day} {day:%B %Y}"
