"""What every report is told by: the instant it speaks of, the studio's time zone and its currency."""

from dataclasses import dataclass
from datetime import datetime
from typing import overload
from zoneinfo import ZoneInfo

from leadnurture.config import Config
from leadnurture.money import money_json


@dataclass(frozen=True)
class AsOf:
    """The instant that a report speaks of (in the studio's zone), and the zone and currency it is told in."""

    now: datetime
    zone: ZoneInfo
    currency: str

    @classmethod
    def of(cls, config: Config, now: datetime) -> "AsOf":
        """Take zone and currency from the studio's configuration."""
        return cls(now.astimezone(config.studio.zone), config.studio.zone, config.studio.currency)

    @overload
    def local(self, instant: datetime) -> datetime: ...
    @overload
    def local(self, instant: None) -> None: ...
    @overload
    def local(self, instant: datetime | None) -> datetime | None: ...
    def local(self, instant: datetime | None) -> datetime | None:
        """Return an instant in the studio's zone."""
        return None if instant is None else instant.astimezone(self.zone)

    def money(self, minor: int | None) -> dict[str, object] | None:
        """Return minor units as `--json` carries them."""
        return money_json(minor, self.currency)


def iso(instant: datetime | None) -> str | None:
    """Return an instant as `--json` carries it: ISO 8601 with its offset, to the second."""
    return None if instant is None else instant.isoformat(timespec="seconds")
