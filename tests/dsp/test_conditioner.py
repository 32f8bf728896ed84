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
