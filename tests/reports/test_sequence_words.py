from typing import Any

import pytest

from leadnurture.config import Config
from leadnurture.crm.values import Reading
from leadnurture.reports.sequence_words import condition_words, duration_words, window_words
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.duration import read_duration
from leadnurture.sequences.window import Window

READING = Reading.of(Config.model_validate({"studio": {"name": "x"}, "owner": {"name": "x", "email": "x@example.org"}}))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("10m", "10 minutes"),
        ("1h", "1 hour"),
        ("3d", "3 days"),
        ("7d", "1 week"),
        ("1d 12h 5m", "1 day 12 hours 5 minutes"),
        (0, "no time"),
    ],
)
def test_a_duration_in_words(written: str | int, told: str) -> None:
    assert duration_words(read_duration(written)) == told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({}, "at any time"),
        ({"at": "09:00"}, "09:00–20:00"),
        ({"at": "21:00"}, "from 21:00"),
        ({"until": "18:00"}, "00:00–18:00"),
        (
            {"at": "09:00", "days": ["mon", "tue", "wed", "thu", "fri"], "holidays": "skip"},
            "Mon–Fri 09:00–20:00, not on public holidays",
        ),
        ({"days": ["sat", "mon"]}, "Mon, Sat"),
        ({"days": ["sat", "sun"]}, "Sat, Sun"),
        ({"holidays": "skip"}, "not on public holidays"),
    ],
)
def test_a_window_in_words(written: dict[str, Any], told: str) -> None:
    assert window_words(Window.model_validate(written)) == told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"status": "new"}, "status is new"),
        (
            {"source": ["website", "instagram"], "priority": "high"},
            "source is website or instagram and priority is high",
        ),
        ({"temperature": ["hot", "warm"]}, "temperature is hot or warm"),
        ({"score": {"min": 50}}, "score is at least 50"),
        ({"score": {"max": 30}}, "score is at most 30"),
        ({"score": {"min": 20, "max": 30}}, "score is 20 to 30"),
        ({"tags": {"all": "a", "none": ["b", "c"]}}, "tags are all of a and tags are none of b, c"),
        ({"wedding": {"known": False}}, "the wedding date is not known"),
        (
            {"wedding": {"within": "60d", "beyond": "2w"}},
            "the wedding is within 60 days and the wedding is more than 2 weeks away",
        ),
        ({"consent": True, "replied": False}, "marketing consent is given and they have not replied"),
        (
            {"opened": ["welcome", "gallery"], "clicked": False},
            "they opened welcome or gallery and they clicked in no mail",
        ),
        (
            {"fields": [{"field": "budget", "operator": "greater_than", "value": "£2,000"}]},
            "budget greater than £2,000",
        ),
        ({"all": [{"status": "new"}, {"replied": True}]}, "status is new and they replied"),
        (
            {"any": [{"status": "new", "score": {"min": 5}}, {"replied": True}]},
            "(status is new and score is at least 5 or they replied)",
        ),
        ({"not": {"status": "won"}}, "not (status is won)"),
        ({"not": {"any": [{"status": "won"}, {"replied": True}]}}, "not (status is won or they replied)"),
        (
            {"not": {"any": [{"status": "won"}], "consent": True}},
            "not (marketing consent is given and (status is won))",
        ),
    ],
)
def test_a_condition_in_words(written: dict[str, Any], told: str) -> None:
    assert condition_words(Condition.model_validate(written, context={"reading": READING})) == told
