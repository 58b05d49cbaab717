"""Put a meeting with the couple in the calendar, and invite them."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from leadnurture.crm import appointments
from leadnurture.sequences.base import Line, Prose
from leadnurture.sequences.duration import Duration, PositiveDuration, read_duration
from leadnurture.sequences.step import Done, Moment, Outcome, Posted, Step
from leadnurture.sequences.texts import Text, TextKind
from leadnurture.store.tables.appointment import Appointment

_START = re.compile(r"\+?\s*(.+?)(?:\s+(\d{1,2}):(\d{2}))?")
_MOST_SIGNS = 100  # the pattern looks again at every blank: quick for a few
_FORMS = {"type": "string", "examples": ["+3d 18:00", "+1w 10:30", "+2h"]}


@dataclass(frozen=True)
class Start:
    """When a meeting begins: so long after the step, at a time of that day if one is given."""

    delay: Duration
    at: time | None = None

    def __str__(self) -> str:
        return f"+{self.delay}" + (f" {self.at:%H:%M}" if self.at else "")


def read_start(given: object) -> Start:
    """Read `+3d 18:00`, `+3d` or `+2h`; it lies ahead whenever the step happens."""
    if isinstance(given, Start):
        return given
    found = _START.fullmatch(given.strip()) if isinstance(given, str) and len(given) <= _MOST_SIGNS else None
    try:
        start = Start(read_duration(found[1]), _clock(found[2], found[3])) if found else None
    except (PydanticCustomError, ValueError):
        start = None
    if start is None or not start.delay:
        message = "'{given}' is no beginning; write +3d 18:00, or +3d for the same time of day, or +2h"
        raise PydanticCustomError("start", message, {"given": str(given)})
    if start.at and (start.delay.elapsed or not start.delay.days):
        raise PydanticCustomError("start", "a time of day needs whole days before it, such as +3d 18:00", {})
    return start


def _clock(hour: str | None, minute: str | None) -> time | None:
    return None if hour is None or minute is None else time(int(hour), int(minute))


def _of_one_day(duration: Duration) -> Duration:
    if duration.days:
        raise PydanticCustomError("duration", "a meeting takes minutes or hours, such as 45m or 1h 30m", {})
    return duration


class ScheduleAppointment(Step):
    """A meeting, and an invitation to it with `invite: true`: a mail whose calendar part shows buttons."""

    action_name: ClassVar[str] = "schedule_appointment"

    title: Line
    description: Prose | None = None
    start: Annotated[Start, BeforeValidator(read_start), WithJsonSchema(_FORMS)]
    duration: Annotated[PositiveDuration, AfterValidator(_of_one_day)] = read_duration("1h")
    location: Line | None = None
    invite: bool = False

    @property
    def reaches_couple(self) -> bool:
        """An invitation is a message like any other."""
        return self.invite

    @property
    def sends_mail(self) -> bool:
        """An invitation goes by mail."""
        return self.invite

    def texts(self) -> tuple[Text, ...]:
        """The title, the place, and the description, which is the letter of an invitation."""
        kind = TextKind.LETTER if self.invite else TextKind.PLAIN
        description = (Text("description", kind, self.description),) if self.description else ()
        location = (Text("location", TextKind.LINE, self.location),) if self.location else ()
        return (Text("title", TextKind.LINE, self.title), *location, *description)

    def perform(self, moment: Moment) -> Outcome:
        """Make the appointment, and freeze the invitation in the same transaction."""
        appointment = appointments.schedule_step(
            moment.change,
            moment.lead,
            self._plan(moment),
            enrollment_id=moment.enrollment_id,
            step_key=self.id,
            invite=self.invite,
        )
        if not self.invite:
            return Done(_result(appointment))
        moment.post_invitation(appointment, letter="description" if self.description else None)
        return Posted()

    def _plan(self, moment: Moment) -> appointments.Plan:
        start = moment.after(self.start.delay, self.start.at).replace(second=0, microsecond=0)
        return appointments.Plan(
            title=moment.filled("title"),
            starts_at=start,
            ends_at=start + self.duration.elapsed,
            description=moment.filled("description") if self.description else None,
            location=moment.filled("location") if self.location else None,
        )


def _result(appointment: Appointment) -> dict[str, object]:
    return {"appointment_id": appointment.id, "uid": appointment.uid, "starts_at": appointment.starts_at.isoformat()}
