"""Volleys are told from what comes at random."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.dsp.volley import members, volley_around


def test_three_close_together_in_an_empty_surrounding_are_no_chance() -> None:
    others, chance = volley_around(np.array([-0.2, 0.0, 0.3]), 10.0, 10.0)
    assert others == 2
    assert chance < 0.001


def test_the_same_three_are_nothing_special_where_potentials_are_dense() -> None:
    dense = np.concatenate([np.arange(-9.8, -0.5, 0.5), [-0.2, 0.0, 0.3], np.arange(0.8, 9.8, 0.5)])
    assert volley_around(dense, 10.0, 10.0)[1] > 0.5


def test_a_second_volley_does_not_look_like_a_high_rate() -> None:
    once = np.array([-0.2, 0.0, 0.3, 5.0])
    volley = np.array([-0.2, 0.0, 0.3, 4.9, 5.0, 5.1, 5.2, 5.3])
    assert volley_around(volley, 10.0, 10.0) == volley_around(once, 10.0, 10.0)


def test_a_potential_alone_is_no_volley() -> None:
    assert volley_around(np.array([-3.0, 0.0, 2.0]), 10.0, 10.0) == (0, 1.0)


def test_little_signal_tells_nothing_of_chance() -> None:
    assert volley_around(np.array([-0.2, 0.0, 0.3]), 2.0, 3.0) == (2, 1.0)


def test_an_echo_of_a_larger_potential_is_no_member() -> None:
    seconds, size = np.array([0.0, 0.03, 0.2]), np.array([1.0, 0.4, 0.5])
    assert members(seconds, size).tolist() == [True, False, True]


@pytest.mark.parametrize(("rate_hz", "most"), [(0.1, 0.05), (0.5, 0.06), (1.5, 0.1)])
def test_random_potentials_are_seldom_called_a_volley(rate_hz: float, most: float) -> None:
    rng = np.random.default_rng(3)
    called = 0
    for _ in range(2000):
        at = np.sort(np.append(rng.uniform(-10, 10, rng.poisson(20 * rate_hz)), 0.0))
        others, chance = volley_around(at, 10.0, 10.0)
        called += others >= 2 and chance <= 0.06
    assert called / 2000 <= most


@given(st.lists(st.floats(-10, 10), max_size=30), st.floats(0, 10), st.floats(0, 10))
def test_the_chance_is_a_probability(others: list[float], before_s: float, after_s: float) -> None:
    count, chance = volley_around(np.sort(np.array([0.0, *others])), before_s, after_s)
    assert count >= 0
    assert 0.0 <= chance <= 1.0
