"""Two discharges of one unit a few milliseconds apart are told from one, and from another unit's."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fasciscope.dsp.doublets import interval_s

STEP_S = 0.001
TIME_S = np.arange(-30, 31) * STEP_S


def wave(at_s: float = 0.0, hz: float = 70.0, width_s: float = 0.006) -> NDArray[np.float64]:
    """A triphasic wave of height 1."""
    t = TIME_S - at_s
    return np.exp(-((t / width_s) ** 2)) * np.cos(2 * np.pi * hz * t)


def unit(waves: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = waves - waves.mean(axis=-1, keepdims=True)
    whole: NDArray[np.float64] = centred / np.linalg.norm(centred, axis=-1, keepdims=True)
    return whole


KNOWN = unit(np.stack([wave(), wave(hz=110.0, width_s=0.004)]))


def told(clean: NDArray[np.float64], seed: int, known: NDArray[np.float64] = KNOWN) -> float:
    """The interval that is told of a wave with white noise upon it."""
    noise = 0.06
    seen = clean + noise * np.random.default_rng(seed).standard_normal(len(clean))
    share = len(clean) * noise**2 / float(np.square(seen - seen.mean()).sum())
    return interval_s(unit(seen), share, known, STEP_S)


@pytest.mark.parametrize("apart_ms", [4, 5, 6, 7, 8])
@pytest.mark.parametrize("lag_ms", [-2, 0, 2])
def test_a_doublet_is_told_with_its_interval(apart_ms: int, lag_ms: int) -> None:
    twice = wave(lag_ms / 1000) + 0.8 * wave((lag_ms + apart_ms) / 1000)
    assert [told(twice, seed) for seed in range(5)] == pytest.approx(5 * [apart_ms / 1000])


@pytest.mark.parametrize("lag_ms", [-2, 0, 2])
def test_one_discharge_is_no_doublet_and_neither_is_noise(lag_ms: int) -> None:
    for seed in range(200):
        assert told(wave(lag_ms / 1000), seed) == 0.0
        assert told(np.zeros(len(TIME_S)), seed) == 0.0


def test_an_echo_a_third_as_large_is_no_doublet() -> None:
    assert [told(wave() + 0.3 * wave(0.006), seed) for seed in range(20)] == 20 * [0.0]


def test_a_wide_unit_is_no_doublet_of_a_narrow_one_once_it_is_known() -> None:
    wide = wave(hz=40.0, width_s=0.012)
    both = np.concatenate([KNOWN, unit(wide)[None]])
    assert [told(wide, seed, both) for seed in range(20)] == 20 * [0.0]


def test_where_no_shape_is_known_nothing_is_told() -> None:
    assert interval_s(unit(wave()), 0.01, np.empty((0, len(TIME_S))), STEP_S) == 0.0
