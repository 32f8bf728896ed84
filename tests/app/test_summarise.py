"""The session's figures: rates with their intervals, minutes, shapes."""

import pytest
from scipy import stats

from fasciscope.app.summarise import poisson_interval


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40, 1000])
@pytest.mark.parametrize("minutes", [0.5, 1.0, 30.0])
def test_the_interval_is_garwoods(count: int, minutes: float) -> None:
    rate = poisson_interval(count, minutes)
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    high = stats.chi2.ppf(0.975, 2 * (count + 1)) / 2
    assert rate.value == count / minutes
    assert rate.low == pytest.approx(low / minutes, rel=1e-9)
    assert rate.high == pytest.approx(high / minutes, rel=1e-9)


def test_three_in_no_time_are_no_rate() -> None:
    rate = poisson_interval(3, 0.0)
    assert (rate.low, rate.high) == (0.0, float("inf"))


def test_none_in_a_minute_allows_3_7() -> None:
    assert poisson_interval(0, 1.0).high == pytest.approx(3.689, abs=1e-3)
