"""What a couple booked, and what led to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.store.tables.conversion import Conversion
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import AttributionModel, ConversionType

_MONEY = ("conversion_value", "attributed_revenue", "commission_amount")


@dataclass(frozen=True)
class Booking:
    """One booking; instants in the studio's zone, money in minor units. Touches and sequences are those before it."""

    as_of: AsOf
    id: int
    lead_id: int
    conversion_type: ConversionType
    conversion_value: int
    conversion_date: datetime
    first_touch_source: str | None
    last_touch_source: str | None
    touch_points_count: int
    attribution_model: AttributionModel
    days_to_conversion: int | None
    total_interactions: int
    nurture_sequences_completed: int
    attributed_revenue: int | None
    commission_amount: int | None
    notes: str | None
    created_at: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        told = {name: value for name, value in vars(self).items() if name != "as_of"}
        return told | {
            "conversion_type": self.conversion_type.value,
            "attribution_model": self.attribution_model.value,
            "conversion_date": iso(self.conversion_date),
            "created_at": iso(self.created_at),
            **{name: self.as_of.money(told[name]) for name in _MONEY},
        }


def booking(conversion: Conversion, as_of: AsOf) -> Booking:
    """Return a stored booking as reports tell it."""
    kept = conversion.model_dump()
    instants = {name: as_of.local(kept[name]) for name in ("conversion_date", "created_at")}
    return Booking(as_of=as_of, **{**kept, **instants})


def bookings(session: Session, config: Config, now: datetime, lead: Lead) -> tuple[Booking, ...]:
    """Return all that a couple booked, in order of time."""
    in_order = (col(Conversion.conversion_date), col(Conversion.id))
    rows = session.exec(select(Conversion).where(Conversion.lead_id == lead.id).order_by(*in_order)).all()
    return tuple(booking(row, AsOf.of(config, now)) for row in rows)
