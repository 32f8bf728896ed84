"""What the times of fasciculations tell: Poisson or not, dispersion, doublets, halves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fasciscope.classifier.timing import exponential_p, followed, halves_of, timing_of


def test_the_p_value_of_poisson_intervals_is_uniform() -> None:
    rng = np.random.default_rng(1)
    found = [exponential_p(rng.exponential(3.0, 25)) for _ in range(600)]
    assert stats.kstest(np.array(found), "uniform").pvalue > 0.01


@pytest.mark.parametrize("shape", [0.3, 8.0])
def test_clustered_and_regular_intervals_are_not_poisson(shape: float) -> None:
    rng = np.random.default_rng(2)
    p = exponential_p(rng.gamma(shape, 1.0, 100))
    assert p is not None
    assert p < 0.01


@given(st.floats(0.01, 100.0))
def test_the_poisson_test_knows_no_rate(scale: float) -> None:
    intervals = np.random.default_rng(3).exponential(1.0, 40)
    assert exponential_p(scale * intervals) == pytest.approx(exponential_p(intervals))


def test_the_dispersion_test_is_fishers() -> None:
    counts = [3, 0, 2, 5, 1, 4, 2, 2, 0, 6]
    times = np.concatenate([60.0 * k + np.linspace(1.0, 50.0, n) for k, n in enumerate(counts)])
    timing = timing_of(times, 605.0)
    assert timing.window_s == 60.0
    assert timing.dispersion == pytest.approx(np.var(counts, ddof=1) / np.mean(counts))
    statistic = float(((np.array(counts) - 2.5) ** 2).sum() / 2.5)
    assert timing.dispersion_p == pytest.approx(stats.chi2.sf(statistic, 9))


@pytest.mark.parametrize(
    ("usable_s", "n", "window_s"),
    [(600.0, 60, 60.0), (599.0, 60, 30.0), (150.0, 60, 10.0), (99.0, 60, None), (600.0, 9, None)],
)
def test_windows_are_the_longest_of_which_ten_fit_and_hold_one(
    usable_s: float, n: int, window_s: float | None
) -> None:
    times = np.sort(np.random.default_rng(5).uniform(0, usable_s, n))
    assert timing_of(times, usable_s).window_s == window_s


@pytest.mark.parametrize("n", [0, 1, 3])
def test_too_few_tell_nothing(n: int) -> None:
    timing = timing_of(np.arange(float(n)), 1000.0)
    assert timing.n_intervals == max(n - 1, 0)
    nothing = (timing.median_s, timing.cv, timing.poisson_p, timing.dispersion)
    assert nothing == (None,) * 4
    assert timing.doublet_share is None


def test_pairs_within_a_tenth_of_a_second_are_doublets() -> None:
    times = np.array([1.0, 1.08, 5.0, 9.0, 9.2, 14.0, 14.02, 20.0])
    assert followed(times).tolist() == [True, False, False, False, False, True, False, False]
    assert timing_of(times, 30.0).doublet_share == 0.25
    assert timing_of(times, 30.0, 2).doublet_share == 0.4  # two more that ride on others
    assert followed(np.zeros(0)).tolist() == []


def test_halves_are_judged_by_their_usable_time() -> None:
    times = np.concatenate([np.linspace(1, 99, 10), np.linspace(101, 399, 30)])
    even = halves_of(times, 100.0, 400.0)
    assert even.counts == (10, 30)
    assert even.usable_s == (100.0, 300.0)
    assert even.p == pytest.approx(1.0)
    odd = halves_of(times, 300.0, 400.0)
    assert odd.p == pytest.approx(stats.binomtest(odd.counts[0], 40, 0.75).pvalue)


@pytest.mark.parametrize("middle_s", [0.0, 400.0])
def test_a_half_without_time_is_not_judged(middle_s: float) -> None:
    assert halves_of(np.array([100.0]), middle_s, 400.0).p is None
    assert halves_of(np.zeros(0), 200.0, 400.0).p is None
