"""The statistic: chi-squared in noise of any colour, its peaks one for each potential."""

import numpy as np
import pytest
from scipy import signal
from signals import noise

from fasciscope.dsp.matched import CENTRES_HZ, MatchedBank, peaks

RATE_HZ = 500.0
COLOURS = {
    "white": ([1.0], [1.0]),
    "low": ([1.0], [1.0, -0.8]),
    "peaked": ([1.0], [1.0, -1.2, 0.7]),
}


def learned(uv: np.ndarray) -> tuple[MatchedBank, np.ndarray]:
    bank, rms = MatchedBank(RATE_HZ, uv.shape[1]), uv.std(axis=0)
    for start in range(0, len(uv), 500):
        piece = uv[start : start + 500]
        bank.learn(piece, np.ones(piece.shape, dtype=bool), rms)
    return bank, rms


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("level", [2.0, 3.0, 3.5])
def test_in_gaussian_noise_of_any_colour_it_exceeds_as_often_as_chi_squared_says(
    colour: str, level: float
) -> None:
    uv = signal.lfilter(*COLOURS[colour], noise(60_000, 1, rms=4.0, seed=1), axis=0)
    bank, rms = learned(uv)
    share = (bank.run(uv, rms) > level**2).mean()
    one_pair = np.exp(-(level**2) / 2)
    assert 0.8 * one_pair < share < 1.15 * len(CENTRES_HZ) * one_pair


def test_a_gain_changes_nothing() -> None:
    uv = noise(5000, 1, seed=2)
    one, other = learned(uv), learned(1000.0 * uv)
    assert np.allclose(one[0].run(uv, one[1]), other[0].run(1000.0 * uv, other[1]))


def test_before_anything_is_learned_the_noise_is_white() -> None:
    uv = noise(5000, 1, rms=1.0, seed=3)
    bank = MatchedBank(RATE_HZ, 1)
    squared = bank.run(uv, np.ones(1))
    assert squared.shape == uv.shape
    assert np.isfinite(squared).all()


def test_holes_that_were_never_quiet_leave_a_channel_as_it_was() -> None:
    uv = noise(5000, 2, seed=4)
    bank, rms = MatchedBank(RATE_HZ, 2), uv.std(axis=0)
    quiet = np.ones((500, 2), dtype=bool)
    for start in range(0, 5000, 500):
        quiet[:, 1] = start == 0
        bank.learn(uv[start : start + 500], quiet, rms)
    assert np.isfinite(bank.run(uv, rms)).all()


def squared(values: dict[int, float], n: int = 400) -> np.ndarray:
    out = np.ones((n, 1))
    for at, value in values.items():
        out[at] = value
    return out


def test_the_largest_within_the_merge_window_is_the_peak() -> None:
    bins, _ = peaks(squared({100: 40.0, 103: 60.0, 109: 50.0, 200: 45.0}), 5.0, 8, 30)
    assert bins.tolist() == [103, 200]


def test_the_echo_of_a_strong_one_is_none_and_a_like_neighbour_is() -> None:
    bins, _ = peaks(squared({100: 5000.0, 120: 60.0, 150: 60.0, 350: 60.0}), 5.0, 8, 30)
    assert bins.tolist() == [100, 150, 350]
    bins, _ = peaks(squared({100: 500.0, 120: 60.0}), 5.0, 8, 30)
    assert bins.tolist() == [100, 120]


def test_below_the_threshold_there_are_none() -> None:
    bins, channels = peaks(squared({100: 24.9}), 5.0, 8, 30)
    assert len(bins) == len(channels) == 0
