"""Matching against brute force."""

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.datasets.score_match import match_times

TIMES = st.lists(st.integers(0, 60), max_size=6).map(lambda xs: np.sort(np.array(xs) / 10))


def brute(found: np.ndarray, true: np.ndarray, tolerance: float) -> tuple[int, float]:
    """Most pairs, then least distance, over every way to pair."""
    few, many = sorted((found, true), key=len)
    best = (0, 0.0)
    for order in permutations(range(len(many)), len(few)):
        apart = np.abs(few - many[list(order)])
        close = apart[apart <= tolerance + 1e-9]
        if (len(close), -close.sum()) > (best[0], -best[1]):
            best = (len(close), float(close.sum()))
    return best


@given(TIMES, TIMES, st.integers(0, 25))
@settings(max_examples=150, deadline=None)
def test_no_pairing_has_more_pairs_or_closer_ones(
    found: np.ndarray, true: np.ndarray, tenths: int
) -> None:
    tolerance = tenths / 10
    got = match_times(found, true, tolerance)
    apart = [abs(found[i] - true[j]) for i, j in got.pairs]
    n, distance = brute(found, true, tolerance)
    assert len(apart) == n
    assert abs(sum(apart) - distance) < 1e-6
    assert all(d <= tolerance + 1e-9 for d in apart)


@given(TIMES, TIMES, st.integers(0, 25))
@settings(max_examples=100, deadline=None)
def test_every_time_is_used_once_or_left_and_sides_may_change_places(
    found: np.ndarray, true: np.ndarray, tenths: int
) -> None:
    got, other = (match_times(a, b, tenths / 10) for a, b in ((found, true), (true, found)))
    assert sorted([i for i, _ in got.pairs] + list(got.found_alone)) == list(range(len(found)))
    assert sorted([j for _, j in got.pairs] + list(got.true_alone)) == list(range(len(true)))
    assert len(got.pairs) == len(other.pairs)


def test_the_nearest_first_would_lose_a_pair() -> None:
    got = match_times(np.array([1.0, 1.012]), np.array([1.010, 1.022]), 0.015)
    assert got.pairs == ((0, 0), (1, 1))


def test_the_tolerance_itself_is_within() -> None:
    assert match_times(np.array([0.115]), np.array([0.1]), 0.015).pairs == ((0, 0),)


def test_order_of_the_lists_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    found, true = rng.uniform(0, 5, 40), rng.uniform(0, 5, 50)
    shuffled = rng.permutation(40)
    a, b = match_times(found, true, 0.05), match_times(found[shuffled], true, 0.05)
    assert {(found[i], j) for i, j in a.pairs} == {(found[shuffled][i], j) for i, j in b.pairs}


def test_a_day_of_events_is_matched_in_a_moment() -> None:
    rng = np.random.default_rng(1)
    true = np.sort(rng.uniform(0, 86_400, 30_000))
    got = match_times(true + rng.normal(0, 0.004, 30_000), true, 0.015)
    assert len(got.pairs) > 29_900
