"""How wide a potential is, and how loud what lies around it."""

import numpy as np
import pytest

from fasciscope.dsp.level import Around, Level

RATE_HZ = 1000.0
NOISE = np.array([2.0])


def level(energy: np.ndarray) -> Level:
    found = Level(1, RATE_HZ, 20.0)
    found.push(np.arange(len(energy), dtype=np.int64) * 10, energy[:, None])
    return found


def at(found: Level, peak: int) -> Around:
    return found.around(np.array([0]), np.array([peak]))


def test_at_rest_the_background_is_one() -> None:
    energy = 4.0 * np.random.default_rng(1).chisquare(3.6, 400) / 3.6
    assert at(level(energy), 2000).background(NOISE) == pytest.approx(1.0, abs=0.08)


def test_a_low_contraction_raises_it_and_the_potential_itself_does_not() -> None:
    energy = 4.0 * np.random.default_rng(1).chisquare(3.6, 400) / 3.6
    energy[196:205] = 4000.0
    assert at(level(energy), 2000).background(NOISE) == pytest.approx(1.0, abs=0.08)
    assert at(level(9 * energy), 2000).background(NOISE) == pytest.approx(3.0, abs=0.25)


@pytest.mark.parametrize("hops", [1, 2, 9])
def test_the_width_is_that_of_the_energy(hops: int) -> None:
    energy = np.full(400, 4.0)
    energy[200 : 200 + hops] = 4000.0
    assert at(level(energy), 2000).width_ms(NOISE) == 10.0 * hops


NO_BEATS = np.full((1, 1), np.nan)


@pytest.mark.parametrize("hops", [1, 3, 12])
def test_activity_in_pieces_adds_up_and_what_is_far_or_of_another_size_does_not(hops: int) -> None:
    energy = np.full(400, 4.0)
    energy[200] = energy[202 : 202 + hops - 1] = 4000.0
    energy[220], energy[190] = 4000.0, 90_000.0  # 0.2 s away; a knock beside it
    around = at(level(energy), 2000)
    assert around.busy_ms(NOISE, NO_BEATS) == 10.0 * hops
    assert around.busy_ms(NOISE, np.array([[0.06, 0.0, np.nan]])) <= 10.0 * min(hops, 3)


def test_where_nothing_is_known_it_says_so() -> None:
    empty = Level(1, RATE_HZ, 20.0)
    assert at(empty, 500).background(NOISE) == 1.0
    assert at(empty, 500).width_ms(NOISE) == 0.0
    assert at(empty, 500).busy_ms(NOISE, NO_BEATS) == 0.0


def test_it_keeps_no_more_than_it_needs() -> None:
    found = Level(1, RATE_HZ, 2.0)
    for k in range(100):
        found.push(np.arange(k * 100, k * 100 + 100, dtype=np.int64) * 10, np.ones((100, 1)))
    assert found.first == 0
    assert found.end == 99_990
    assert len(found._samples) <= 400
