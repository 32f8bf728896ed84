"""Intervals and agreement against SciPy, and against published worked examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, poisson

from fasciscope.core import UsageError
from fasciscope.datasets.score_rates import bland_altman, f1, icc_2_1, per_minute, proportion


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilson_is_scipys(hits: int, rest: int) -> None:
    got = proportion(hits, hits + rest)
    other = binomtest(hits, hits + rest).proportion_ci(method="wilson")
    assert (got.low, got.high) == pytest.approx((other.low, other.high), abs=1e-9)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_f1_is_the_harmonic_mean_inside_its_interval(hits: int, false: int, missed: int) -> None:
    got = f1(hits, false, missed)
    if hits + false + missed == 0:
        assert np.isnan(got.value)
        return
    assert got.value == pytest.approx(2 * hits / (2 * hits + false + missed))
    assert 0 <= got.low <= got.value + 1e-12
    assert got.value - 1e-12 <= got.high <= 1
    swapped = f1(hits, missed, false)
    assert got == swapped


def test_the_f1_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    shares = (0.7, 0.2, 0.1)
    true = 1.4 / (1.4 + 0.3)
    inside = [
        got.low <= true <= got.high
        for got in (f1(*map(int, row)) for row in rng.multinomial(60, shares, 2000))
    ]
    assert 0.93 <= np.mean(inside) <= 0.97


@given(st.integers(0, 400), st.floats(0.1, 500))
def test_the_poisson_interval_is_exact(count: int, minutes: float) -> None:
    got = per_minute(count, minutes)
    assert poisson.cdf(count, got.high * minutes) == pytest.approx(0.025, abs=1e-6)
    if count:
        assert poisson.sf(count - 1, got.low * minutes) == pytest.approx(0.025, abs=1e-6)
    else:
        assert got.low == 0


def test_no_time_gives_no_rate() -> None:
    assert np.isnan(per_minute(0, 0.0).value)


def test_icc_reproduces_shrout_and_fleiss() -> None:
    ratings = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    )
    assert icc_2_1(ratings) == pytest.approx(0.29, abs=0.005)


def test_bland_altman_gives_ratios() -> None:
    b = np.array([1.0, 10.0, 40.0])
    got = bland_altman(2 * (b + 0.5) - 0.5, b)
    assert (got.ratio, got.low, got.high) == pytest.approx((2.0, 2.0, 2.0))
    back = bland_altman(b, 2 * (b + 0.5) - 0.5)
    assert back.ratio == pytest.approx(0.5)


def test_too_few_ratings_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 2"):
        icc_2_1(np.array([[1.0, 2.0]]))
    with pytest.raises(UsageError, match="equal numbers"):
        bland_altman(np.array([1.0, 2.0]), np.array([1.0]))
