"""How scores are spread: every score is in one range, and average and median are those of all."""

from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.reports.score_distribution import distribution_of


@given(st.dictionaries(st.integers(0, 100), st.integers(1, 50), min_size=1))
def test_every_lead_is_in_one_range_and_the_middles_are_those_of_all(counts: dict[int, int]) -> None:
    report = distribution_of(counts)
    scores = [score for score, leads in counts.items() for _ in range(leads)]
    assert sum(one.leads for one in report.ranges) == report.total == len(scores)
    assert report.average == pytest.approx(mean(scores), abs=0.051)
    assert report.median == median(scores)
    assert sum(one.percent for one in report.ranges) == pytest.approx(100, abs=0.3)


@pytest.mark.parametrize(("score", "place"), [(0, 0), (20, 0), (21, 1), (40, 1), (41, 2), (80, 3), (81, 4), (100, 4)])
def test_ranges_include_their_ends(score: int, place: int) -> None:
    assert [one.leads for one in distribution_of({score: 3}).ranges].index(3) == place


def test_without_leads_there_is_no_average() -> None:
    report = distribution_of({})
    assert (report.total, report.average, report.median, len(report.ranges)) == (0, None, None, 5)
