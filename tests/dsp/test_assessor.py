"""Only what is missing is left out, with a guard; every sample is judged once."""

import numpy as np
import pytest
from numpy.typing import NDArray
from signals import activities, blocks_of, cut, info_of, noise, strong, with_waves

from fasciscope.core import Activity, Burst, Flag, FrameQuality, Potential, SampleBlock

RATE_HZ = 1000.0
RAIL_UV = 187_500.0


def through(uv: NDArray[np.float64], flags: NDArray[np.uint8] | None = None) -> list[Activity]:
    info = info_of(uv.shape[1], RATE_HZ)
    return activities(info, [SampleBlock(info, 0, uv, flags)])


def qualities(found: list[Activity]) -> list[FrameQuality]:
    return [a for a in found if isinstance(a, FrameQuality)]


def bad(found: list[Activity], channel: int = 0) -> list[tuple[int, int]]:
    """Stretches that cannot be judged, joined."""
    spans: list[tuple[int, int]] = []
    for q in qualities(found):
        if q.reasons[channel]:
            first = q.first_sample
            if spans and spans[-1][1] == first:
                first = spans.pop()[0]
            spans.append((first, q.first_sample + q.n_samples))
    return spans


def test_an_electrode_that_comes_off_costs_that_time_and_its_guard() -> None:
    uv = with_waves(noise(25_000, 2, seed=1), [12.3, 14.0, 17.4, 17.9], RATE_HZ, size=60.0)
    uv[14_300:17_120, 0] = -RAIL_UV
    found = through(uv)
    assert bad(found) == [(14_250, 17_170)]
    assert bad(found, 1) == []
    assert [round(p.peak_sample / RATE_HZ, 1) for p in strong(found)] == [
        12.3, 14.0, 17.4, 17.9,
    ]  # fmt: skip
    assert not any(isinstance(a, Burst) for a in found)


def test_every_sample_is_judged_once_and_in_order() -> None:
    uv = noise(20_000, 3, seed=2)
    uv[5_500:5_900, 1], uv[5_700:7_030, 2] = RAIL_UV, -RAIL_UV
    judged = qualities(through(uv))
    ends = [q.first_sample + q.n_samples for q in judged]
    assert [q.first_sample for q in judged] == [0, *ends[:-1]]
    assert ends[-1] == len(uv)


def test_time_at_a_rail_was_recorded_and_time_off_contact_was_not() -> None:
    flags = np.zeros((20_000, 1), dtype=np.uint8)
    flags[5_000:5_100] = int(Flag.CLIPPED)
    flags[8_000:8_300] = int(Flag.OFF_CONTACT)
    found = through(noise(20_000, seed=3), flags)
    named = {q.reasons[0]: q.lost_samples[0] for q in qualities(found) if q.reasons[0]}
    assert named == {("clipping",): 0, ("gap",): 300}
    assert bad(found) == [(5_000, 5_150), (8_000, 8_350)]


def test_a_little_signal_between_two_faults_is_left_out_too() -> None:
    uv = noise(20_000, seed=4)
    uv[5_200:5_300], uv[5_500:5_600], uv[5_950:5_980] = RAIL_UV, RAIL_UV, RAIL_UV
    assert bad(through(uv)) == [(5_150, 5_650), (5_900, 6_030)]


def test_noise_and_mains_are_remembered_through_a_long_loss() -> None:
    time_s = np.arange(60_000)[:, None] / RATE_HZ
    uv = noise(60_000, seed=5) + 80.0 * np.sin(2 * np.pi * 50.02 * time_s)
    uv[20_000:45_000] = RAIL_UV
    found = through(uv)
    levels = [q.noise[0] for q in qualities(found) if not q.reasons[0]]
    assert max(levels) < 1.15 * min(levels)
    assert bad(found) == [(20_000, 45_050)]
    assert not any(isinstance(a, Potential | Burst) for a in found)


@pytest.mark.parametrize("samples", [1, 15])
def test_a_lost_packet_is_no_reason(samples: int) -> None:
    info, uv = info_of(1), noise(15_000, seed=6) + 5000.0
    found = activities(info, blocks_of(info, uv, (), [(12_000, 12_000 + samples, 0)]))
    assert bad(found) == []


def test_however_it_is_cut_a_loss_is_the_same() -> None:
    uv = with_waves(noise(20_000, seed=7), [12.3, 14.0, 17.4], RATE_HZ, size=60.0)
    uv[14_300:17_120] = RAIL_UV
    info = info_of(1)
    whole, *cuts = (
        activities(info, list(cut([SampleBlock(info, 0, uv)], sizes)))
        for sizes in ([], [7, 1999, 3], [14_299, 2, 2_700])
    )
    for found in cuts:
        assert [repr(a) for a in found] == [repr(a) for a in whole]
