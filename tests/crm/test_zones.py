"""A lead's time zone is an IANA name; what is none is refused with the nearest one."""

from zoneinfo import ZoneInfo

import pytest

from leadnurture.crm.assignments import read_assignments
from leadnurture.crm.fields import LEAD_FIELDS
from leadnurture.crm.operators import read_expected
from leadnurture.crm.values import BadValueError, Reading, read_value
from leadnurture.store.vocabulary import Operator

READING = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")
ZONE = LEAD_FIELDS["time_zone"]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("America/New_York", "America/New_York"),
        (" america/new york ", "America/New_York"),
        ("ASIA/KOLKATA", "Asia/Kolkata"),
        ("UTC", "UTC"),
        ("", None),
    ],
)
def test_a_zone_is_known_by_its_name_whatever_its_case(text: str, zone: str | None) -> None:
    assert read_assignments([f"time_zone={text}"], READING) == {"time_zone": zone}
    assert read_assignments([f"timezone={text}"], READING) == {"time_zone": zone}


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("New York", "did you mean 'America/New_York'?"),
        ("Europe/Lodnon", "did you mean 'Europe/London'?"),
        ("Sidney", "did you mean 'Australia/Sydney'?"),
        ("GMT+1", "use a name such as America/New_York"),  # Etc/GMT+1 would be an hour to the west
        ("BST", "use a name such as America/New_York"),
        ("localtime", "use a name such as America/New_York"),
        ("../../etc/passwd", "use a name such as America/New_York"),
    ],
)
def test_what_is_no_zone_is_refused_with_the_nearest_one(text: str, near: str) -> None:
    with pytest.raises(BadValueError) as caught:
        read_value(ZONE, text, READING)
    assert caught.value.message == f"time_zone: '{text}' is no time zone; {near}"


def test_a_condition_compares_zones_by_their_names() -> None:
    assert read_expected(ZONE, Operator.EQUALS, "america/new york", READING) == "America/New_York"
    with pytest.raises(BadValueError, match="equals, in_list would"):
        read_expected(ZONE, Operator.CONTAINS, "America", READING)
