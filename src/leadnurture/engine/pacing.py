"""How much may go out, and how soon after one another. Pure."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leadnurture.config import LimitsSection
from leadnurture.outbox_channel import OutboxChannel


@dataclass(frozen=True)
class Hold:
    """Not now, but from `until` on, and why."""

    until: datetime
    reason: str


@dataclass
class Pacer:
    """Counts what went out and what is about to; instants in UTC.

    `recent` are the instants of the last 24 hours' mails, because the caps are a mail server's; `last` is each lead's
    newest mail or text.
    """

    limits: LimitsSection
    recent: list[datetime] = field(default_factory=list)
    last: dict[int, datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, limits: LimitsSection, recent: Iterable[datetime], last: Mapping[int, datetime]) -> "Pacer":
        """Start from the outbox's past."""
        return cls(limits, sorted(recent), dict(last))

    def hold(self, lead_id: int, now: datetime, channel: OutboxChannel = OutboxChannel.EMAIL) -> Hold | None:
        """Return why a message about the lead has to wait at `now`, or None if it may go."""
        if not channel.reaches_couple:
            return None
        gap = self.limits.lead_gap
        if (last := self.last.get(lead_id)) is not None and last + gap > now:
            return Hold(last + gap, f"the last message to them went out less than {_told(gap)} ago")
        return self._full(now) if channel is OutboxChannel.EMAIL else None

    def _full(self, now: datetime) -> Hold | None:
        caps = (
            (timedelta(days=1), self.limits.per_day, "24 hours"),
            (timedelta(hours=1), self.limits.per_hour, "hour"),
            (timedelta(minutes=1), self.limits.per_minute, "minute"),
        )
        holds = [self._capped(span, cap, name, now) for span, cap, name in caps if cap is not None]
        return max((hold for hold in holds if hold), key=lambda hold: hold.until, default=None)

    def _capped(self, span: timedelta, cap: int, name: str, now: datetime) -> Hold | None:
        start = bisect_right(self.recent, now - span)
        within = self.recent[start:]
        if len(within) < cap:
            return None
        return Hold(within[len(within) - cap] + span, f"{cap} messages have gone out in the last {name}")

    def count(self, lead_id: int, now: datetime, channel: OutboxChannel = OutboxChannel.EMAIL) -> None:
        """Note that a message about the lead is on its way."""
        if channel is OutboxChannel.EMAIL:
            insort(self.recent, now)
        if channel.reaches_couple:
            self.last[lead_id] = now


def _told(gap: timedelta) -> str:
    hours, rest = divmod(int(gap.total_seconds()), 3600)
    return f"{hours} h" if hours and not rest else f"{int(gap.total_seconds() // 60)} min"
