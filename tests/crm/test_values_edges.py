"""Values at the edges of what can be kept: they are refused with a reason, and never break what comes later."""

from zoneinfo import ZoneInfo

import pytest

from leadnurture.crm.fields import LEAD_FIELDS
from leadnurture.crm.values import BadValueError, Reading, read_instant, read_value

READING = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-10:00",
        "9999-12-31 23:59",
        "1823-06-14 09:30",
        "2101-01-01T00:00:00Z",
    ],
)
def test_an_instant_lies_within_our_times(text: str) -> None:
    with pytest.raises(BadValueError, match="dates lie between 1990 and 2100"):
        read_instant(text, READING)


@pytest.mark.parametrize("text", ["1990-01-01T00:00:00+14:00", "2100-12-31T23:59:59-10:00"])
def test_the_first_and_the_last_instant_are_kept(text: str) -> None:
    read_instant(text, READING).astimezone(ZoneInfo("Pacific/Auckland"))


@pytest.mark.parametrize("digits", ["9" * 30, "9" * 5_000, "-" + "1" * 5_000])
def test_a_number_of_thousands_of_digits_is_told_shortly(digits: str) -> None:
    with pytest.raises(BadValueError, match="is not between 0 and 100,000") as caught:
        read_value(LEAD_FIELDS["estimated_guest_count"], digits, READING)
    assert len(caught.value.message) < 120


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": "\\ud800"}', "half a character"),
        ('{"\\ud800": 1}', "half a character"),
        ('{"a": NaN}', "such as NaN"),
        ('{"a": [-Infinity]}', "such as NaN"),
        ('{"a": 1e999}', "such as NaN"),
        ('{"a": ' + "9" * 5_000 + "}", "no JSON object"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "no JSON object"),
        ('{"a": ' + "[" * 25 + "]" * 25 + "}", "nested more than 20 deep"),
    ],
)
def test_an_object_that_is_no_json_for_others_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadValueError, match=said):
        read_value(LEAD_FIELDS["custom_fields"], text, READING)


def test_an_object_within_reason_is_kept() -> None:
    kept = read_value(LEAD_FIELDS["custom_fields"], '{"a": "💍", "b": [{"c": 1.5}, null, true], "d": {}}', READING)
    assert kept == {"a": "💍", "b": [{"c": 1.5}, None, True], "d": {}}
