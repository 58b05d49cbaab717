import json
from datetime import UTC, datetime

from couples import EMMA, add

from leadnurture.crm.fields import STORED_FIELDS
from leadnurture.reports.lead_json import lead_json
from leadnurture.store.tables.lead import Lead
from leadnurture.studio import Studio


def _json_of(studio: Studio, lead_id: int) -> dict[str, object]:
    with studio.read() as session:
        return lead_json(session.get_one(Lead, lead_id), studio.config)


def test_every_stored_field_is_there_under_the_seeds_name(studio: Studio) -> None:
    told = _json_of(studio, add(studio, "emma@example.org", **EMMA))
    assert set(told) == {field.name for field in STORED_FIELDS} | {"id", "couple_names"}
    assert told["couple_names"] == "Emma & Jack"
    assert "unsubscribe_token" not in told


def test_values_have_their_documented_forms(studio: Studio) -> None:
    in_summer = datetime(2027, 7, 1, 12, tzinfo=UTC)
    told = _json_of(studio, add(studio, "emma@example.org", **EMMA, next_follow_up_at=in_summer))
    assert told["estimated_budget"] == {"amount": 240_000, "currency": "GBP"}
    assert told["wedding_date"] == "2027-06-12"
    assert told["inquiry_at"] == "2027-01-04T10:00:00+00:00"
    assert told["next_follow_up_at"] == "2027-07-01T13:00:00+01:00"  # the studio is in London, where it is summer
    assert type(told["lead_status"]) is str
    assert told["lead_status"] == "new"
    assert told["conversion_value"] is None
    assert json.loads(json.dumps(told)) == told
