"""The rate's interval: exact where counts are Poisson, wider where they are not."""

import numpy as np
import pytest
from scipy import stats

from fasciscope.classifier.rate import EXACT, rate_interval, widening
from fasciscope.classifier.timing import timing_of


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40, 1000])
@pytest.mark.parametrize("minutes", [0.5, 1.0, 30.0])
def test_the_interval_is_garwoods(count: int, minutes: float) -> None:
    rate = rate_interval(count, minutes)
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    high = stats.chi2.ppf(0.975, 2 * (count + 1)) / 2
    assert rate.value == count / minutes
    assert rate.low == pytest.approx(low / minutes, rel=1e-9)
    assert rate.high == pytest.approx(high / minutes, rel=1e-9)


def test_three_in_no_time_are_no_rate() -> None:
    rate = rate_interval(3, 0.0)
    assert (rate.low, rate.high) == (0.0, float("inf"))


def test_none_in_a_minute_allows_3_7() -> None:
    assert rate_interval(0, 1.0).high == pytest.approx(3.689, abs=1e-3)


def test_a_dispersion_of_four_doubles_the_width() -> None:
    plain, wide = rate_interval(900, 10.0), rate_interval(900, 10.0, 4.0)
    assert wide.value == plain.value
    assert (wide.high - wide.low) / (plain.high - plain.low) == pytest.approx(2.0, rel=0.02)


def clustered(rng: np.random.Generator, minutes: int, per_min: float, shape: float) -> np.ndarray:
    """Times (s) of counts that vary from minute to minute as a gamma distribution of `shape`."""
    counts = rng.poisson(rng.gamma(shape, per_min / shape, minutes))
    starts = np.repeat(60.0 * np.arange(minutes), counts)
    return np.sort(starts + rng.uniform(0.0, 60.0, len(starts)))


def test_the_widened_interval_holds_a_rate_that_drifts_where_the_exact_one_does_not() -> None:
    rng = np.random.default_rng(3)
    exact = wide = 0
    for _ in range(300):
        times = clustered(rng, 30, 12.0, 2.0)
        factor, _ = widening(timing_of(times, 1800.0))
        for_rate = rate_interval(len(times), 30.0), rate_interval(len(times), 30.0, factor)
        exact += for_rate[0].low <= 12.0 <= for_rate[0].high
        wide += for_rate[1].low <= 12.0 <= for_rate[1].high
    assert exact < 0.75 * 300
    assert wide > 0.90 * 300


def test_the_method_is_told_with_the_interval() -> None:
    rng = np.random.default_rng(4)
    even = np.sort(rng.uniform(0, 1800.0, 300))
    assert widening(timing_of(even, 1800.0)) == (1.0, EXACT)
    factor, words = widening(timing_of(clustered(rng, 30, 12.0, 1.0), 1800.0))
    assert factor > 2.0
    assert f"{factor:.1f} over 60-s windows" in words
    assert widening(timing_of(np.array([1.0, 5.0]), 1800.0)) == (1.0, EXACT)
