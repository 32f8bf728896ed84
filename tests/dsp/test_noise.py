"""The noise estimate: right on noise, deaf to activity, quick to fall."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fasciscope.dsp.noise import PIECE_S, NoiseTracker

FLOOR = np.array([1e-6])
WINDOW = round(20.0 / PIECE_S)


def pieces(seconds: float, rms: float, seed: int = 0) -> NDArray[np.float64]:
    """Energies of 50-ms pieces of Gaussian noise in a band of 180 Hz."""
    n = round(seconds / PIECE_S)
    return rms**2 * np.random.default_rng(seed).chisquare(18, (n, 1)) / 18


@pytest.mark.parametrize("rms", [0.01, 3.0, 500.0])
def test_it_is_within_3_percent_on_gaussian_noise(rms: float) -> None:
    tracker = NoiseTracker(1, WINDOW)
    tracker.push(pieces(20, rms))
    assert tracker.rms(FLOOR)[0] == pytest.approx(rms, rel=0.03)


def test_a_third_of_activity_hardly_raises_it() -> None:
    tracker = NoiseTracker(1, WINDOW)
    energy = pieces(20, 3.0)
    energy[::3] *= 400.0
    tracker.push(energy)
    assert tracker.rms(FLOOR)[0] == pytest.approx(3.0, rel=0.1)


def test_a_step_down_is_followed_within_half_a_window() -> None:
    tracker = NoiseTracker(1, WINDOW)
    tracker.push(pieces(20, 9.0))
    tracker.push(pieces(11, 3.0))
    assert tracker.rms(FLOOR)[0] < 1.1 * 3.0


def test_pieces_in_holes_are_none_and_take_no_place() -> None:
    one, other = NoiseTracker(1, 40), NoiseTracker(1, 40)
    energy = pieces(2, 3.0)
    one.push(energy)
    other.push(energy)
    other.push(np.full((500, 1), np.nan))
    assert one.rms(FLOOR) == other.rms(FLOOR)


def test_it_is_never_below_one_count() -> None:
    tracker = NoiseTracker(2, 40)
    tracker.push(np.zeros((40, 2)))
    assert tracker.rms(np.array([0.5, 2.0])).tolist() == [0.5, 2.0]


def test_with_nothing_known_it_is_the_floor() -> None:
    assert NoiseTracker(1, 40).rms(np.array([0.7])).tolist() == [0.7]
