"""The branches of a frame: holes are holes in every branch, and no channel touches another."""

import numpy as np
import pytest
from signals import frames_of, info_of, noise

from fasciscope.dsp import ChainSettings, Conditioner
from fasciscope.dsp.conditioner import Conditioned
from fasciscope.dsp.grid import grid_for

RATE_HZ = 2000.0


def conditioned(holes: np.ndarray, seed: int = 1) -> list[Conditioned]:
    info = info_of(2, RATE_HZ)
    uv = noise(len(holes), 2, seed=seed) + 300.0
    conditioner = Conditioner(grid_for(RATE_HZ, ChainSettings()), 2, ChainSettings())
    return [conditioner.run(f) for f in frames_of(info, np.where(holes, 0, uv), holes, [777])]


@pytest.mark.parametrize("sample", [2000, 2001, 2002, 2003, 3999])
def test_a_single_lost_sample_makes_its_bin_bad_wherever_it_falls(sample: int) -> None:
    holes = np.zeros((5000, 2), dtype=bool)
    holes[sample, 0] = True
    frames = conditioned(holes)
    assert frames[0].bad is None
    bad = frames[1].bad
    assert bad is not None
    assert np.flatnonzero(bad[:, 0]).tolist() == [(sample - 2000) // 4]
    assert not bad[:, 1].any()


def test_a_hole_of_one_channel_leaves_the_other_bit_for_bit() -> None:
    holes = np.zeros((9000, 2), dtype=bool)
    whole = conditioned(holes)
    holes[3000:3300, 0] = holes[7001:7003, 0] = True
    torn = conditioned(holes)
    for one, other in zip(whole, torn, strict=True):
        assert np.array_equal(one.feature[:, 1], other.feature[:, 1])
        assert np.array_equal(one.bins[:, 1], other.bins[:, 1])


def test_a_hole_is_silent_and_rings_into_nothing() -> None:
    holes = np.zeros((9000, 2), dtype=bool)
    holes[4100:4200, 0] = True
    feature = np.concatenate([c.feature for c in conditioned(holes)])
    assert not feature[4100:4200, 0].any()
    assert np.abs(feature[4200:5000, 0]).max() < 6 * 3.0  # 300 uV of offset make no step


def test_the_upper_corner_stays_below_the_rates_reach() -> None:
    conditioner = Conditioner(grid_for(500.0, ChainSettings()), 1, ChainSettings())
    assert conditioner.delay_n >= 0


@pytest.mark.parametrize("n_channels", [1, 3, 8])
@pytest.mark.parametrize("at_once", [1, 2, 5, 19])
def test_frames_filtered_together_are_those_filtered_one_by_one(
    n_channels: int, at_once: int
) -> None:
    info, used = info_of(n_channels, RATE_HZ), ChainSettings()
    n = round(19.3 * RATE_HZ)
    hum = 40.0 * np.sin(2 * np.pi * 50.07 * np.arange(n)[:, None] / RATE_HZ)
    holes = np.zeros((n, n_channels), dtype=bool)
    holes[14_100:14_250, 0] = True
    frames = list(frames_of(info, noise(n, n_channels, seed=3) + hum, holes, [5000]))
    one, many = (Conditioner(grid_for(RATE_HZ, used), n_channels, used) for _ in range(2))
    singly = [one.run(frame) for frame in frames]
    together = [
        piece
        for start in range(0, len(frames), at_once)
        for piece in many.run_all(frames[start : start + at_once])
    ]
    for a, b in zip(singly, together, strict=True):
        assert a.frame.first_sample == b.frame.first_sample
        for name in ("feature", "bins", "energy", "line_wander"):
            assert np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True), name


@pytest.mark.parametrize("hz", [50.0, 60.0])
def test_hum_does_not_begin_with_a_bang(hz: float) -> None:
    time_s = np.arange(4000)[:, None] / RATE_HZ
    uv = 800.0 + 200.0 * np.cos(2 * np.pi * hz * time_s)
    conditioner = Conditioner(grid_for(RATE_HZ, ChainSettings()), 1, ChainSettings())
    first, *_ = frames_of(info_of(1, RATE_HZ), uv, np.zeros(uv.shape, dtype=bool), [4000])
    assert np.abs(conditioner.run(first).feature).max() < 10.0  # some 150 without
