"""What a couple booked, and what led to it."""

from typing import Any

from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.money import money_json
from leadnurture.reports.as_of import iso
from leadnurture.store.tables import Conversion, Lead


def conversion_json(conversion: Conversion, config: Config) -> dict[str, Any]:
    """Return a booking's documented keys; instants in the studio's zone."""
    zone, currency = config.studio.zone, config.studio.currency
    return {
        "id": conversion.id,
        "lead_id": conversion.lead_id,
        "conversion_type": conversion.conversion_type.value,
        "conversion_value": money_json(conversion.conversion_value, currency),
        "conversion_date": iso(conversion.conversion_date.astimezone(zone)),
        "first_touch_source": conversion.first_touch_source,
        "last_touch_source": conversion.last_touch_source,
        "touch_points_count": conversion.touch_points_count,
        "attribution_model": conversion.attribution_model.value,
        "days_to_conversion": conversion.days_to_conversion,
        "total_interactions": conversion.total_interactions,
        "nurture_sequences_completed": conversion.nurture_sequences_completed,
        "attributed_revenue": money_json(conversion.attributed_revenue, currency),
        "commission_amount": money_json(conversion.commission_amount, currency),
        "notes": conversion.notes,
        "created_at": iso(conversion.created_at.astimezone(zone)),
    }


def conversions_json(session: Session, config: Config, lead: Lead) -> list[dict[str, Any]]:
    """Return the documented keys of all that a couple booked, in order of time."""
    in_order = (col(Conversion.conversion_date), col(Conversion.id))
    rows = session.exec(select(Conversion).where(Conversion.lead_id == lead.id).order_by(*in_order)).all()
    return [conversion_json(row, config) for row in rows]
