"""What stands at a rail is found, and nothing that only looks like it."""

import numpy as np
import pytest
from numpy.typing import NDArray
from signals import noise

from fasciscope.core import Flag
from fasciscope.dsp.rails import Rails

RATE_HZ = 1000.0
N = 1000
Array = NDArray[np.float64]


def found(uv: Array, told: NDArray[np.uint8] | None = None) -> tuple[list[int], list[int]]:
    """First and last sample of what stays at a rail and of what touches it, over frames of 1 s."""
    rails = Rails(1, RATE_HZ)
    stays, touches = np.zeros(len(uv), dtype=bool), np.zeros(len(uv), dtype=bool)
    for first in range(0, len(uv), N):
        here = slice(first, first + N)
        railed = rails.find(uv[here], None if told is None else told[here])
        if railed is not None:
            stays[here], touches[here] = railed.stays[:, 0], railed.touches[:, 0]
    return ends(stays), ends(touches)


def ends(at: NDArray[np.bool_]) -> list[int]:
    return np.flatnonzero(at)[[0, -1]].tolist() if at.any() else []


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("first", [2000, 2500, 2997])
@pytest.mark.parametrize("level", [-187_500.0, 187_500.0])
def test_an_electrode_that_comes_off_is_found_to_the_sample(
    size: float, first: int, level: float
) -> None:
    uv = noise(8000, seed=1) + 30.0
    uv[first:5200] = level
    assert found(size * uv) == ([first, 5199], [])


def test_a_drift_into_the_rail_is_one_stay_however_noise_breaks_its_edges() -> None:
    time_s = np.arange(8000)[:, None] / RATE_HZ
    uv = np.clip(noise(8000, seed=2) + 3000.0 * np.sin(2 * np.pi * time_s / 20.0), -2900.0, 2900.0)
    (first, last), _ = found(uv)
    assert (first, last) == pytest.approx((4180, 5820), abs=120)


def test_a_large_potential_with_a_flat_top_only_touches_the_rail() -> None:
    uv = noise(2000, seed=3)
    uv[500:520, 0] += np.clip(900.0 * np.hanning(20), 0.0, 600.0)
    uv = np.minimum(uv, 590.0)
    stays, touches = found(uv)
    assert stays == []
    assert 505 <= touches[0] < touches[1] <= 515


def waves() -> dict[str, Array]:
    time_s = np.arange(4000)[:, None] / RATE_HZ
    swing = 100.0 * np.sin(2 * np.pi * time_s)
    coarse = np.round(noise(4000, rms=0.4, seed=4))
    spike = coarse.copy()
    spike[500:510] += np.round(30.0 * np.hanning(10))[:, None]
    return {
        "noise": noise(4000, seed=5),
        "a swing in whole counts": np.round(swing),
        "a fast swing in whole counts": np.round(100.0 * np.sin(40 * np.pi * time_s)),
        "a coarse converter at rest": coarse,
        "a potential on it": spike,
        "silence": np.full((4000, 1), 3.0),
        "a signal that stops where it is": np.where(time_s < 2.0, noise(4000, seed=6), 1.0),
    }


@pytest.mark.parametrize("name", waves())
def test_nothing_is_found_in(name: str) -> None:
    assert found(waves()[name]) == ([], [])


def test_the_boards_own_word_counts() -> None:
    told = np.zeros((2000, 1), dtype=np.uint8)
    told[300:400] = told[1500] = int(Flag.CLIPPED)
    assert found(noise(2000, seed=7), told) == ([300, 399], [1500, 1500])


def test_what_a_reader_filled_in_is_no_rail() -> None:
    uv, flags = noise(2000, seed=8) + 5000.0, np.zeros((2000, 1), dtype=np.uint8)
    uv[700:740], flags[700:740] = 0.0, int(Flag.MISSING)
    assert found(uv, flags) == ([], [])
