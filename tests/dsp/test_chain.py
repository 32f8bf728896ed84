"""The chain as a whole: false alarms, the noise through a contraction, holes, first samples."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal
from signals import activities, blocks_of, info_of, noise, strong, with_waves

from fasciscope.core import Activity, Burst, FrameQuality, SampleBlock

RATE_HZ = 1000.0
COLOURS = {
    "white": ([1.0], [1.0]),
    "low (AR 1)": ([1.0], [1.0, -0.9]),
    "peaked at 70 Hz": ([1.0], [1.0, -1.63, 0.82]),
    "blue": ([1.0, -0.9], [1.0]),
}


def through(uv: NDArray[np.float64], **kinds: object) -> list[Activity]:
    info = info_of(uv.shape[1], RATE_HZ)
    return activities(info, blocks_of(info, uv, **kinds))  # type: ignore[arg-type]


@pytest.mark.parametrize("colour", COLOURS)
def test_ten_minutes_of_gaussian_noise_give_at_most_one_false_alarm(colour: str) -> None:
    uv = signal.lfilter(*COLOURS[colour], noise(150_000, 4, seed=11), axis=0)  # 4 x 150 s
    found = through(uv + 200.0)
    assert len(strong(found)) <= 1
    assert not any(isinstance(a, Burst) for a in found)


def test_clear_potentials_are_found_where_they_are() -> None:
    at_s = np.array([12.0, 13.1, 14.7, 15.2, 17.9, 21.0])
    found = strong(through(with_waves(noise(25_000, seed=2), at_s, RATE_HZ, size=60.0)))
    peaks = np.array([p.peak_sample for p in found]) / RATE_HZ
    assert len(peaks) == len(at_s)
    assert np.abs(peaks - at_s).max() < 0.008  # the filter's own delay included
    assert all(15 < p.snr < 30 for p in found)


@pytest.mark.parametrize("rate_hz", [200.0, 250.0, 333.0])
def test_slow_boards_give_potentials_where_they_are(rate_hz: float) -> None:
    """At 200 Hz the filters' delay was taken at their corner, and measures missed by 50 ms."""
    at_s = np.array([12.0, 13.1, 14.7, 15.2, 17.9, 21.0])
    rest = signal.lfilter([1.0], [1.0, -0.9], noise(round(25 * rate_hz), seed=2), axis=0)
    info = info_of(1, rate_hz)
    uv = with_waves(rest, at_s, rate_hz, size=200.0, centre_hz=45.0)
    found = strong(activities(info, blocks_of(info, uv)))
    peaks = np.array([p.peak_sample for p in found]) / rate_hz
    assert all(np.abs(peaks - t).min() < 0.015 for t in at_s)


def test_the_first_seconds_are_searched_too() -> None:
    uv = with_waves(noise(15_000, seed=2), [0.5, 1.7], RATE_HZ, size=60.0)
    assert len(strong(through(uv))) == 2


def test_a_contraction_of_a_minute_does_not_become_noise() -> None:
    uv = noise(110_000, seed=3)
    uv[25_000:85_000] += noise(60_000, rms=45.0, seed=4)
    found = through(uv)
    levels = {q.first_sample: q.noise[0] for q in found if isinstance(q, FrameQuality)}
    assert levels[84_000] < 1.15 * levels[24_000]
    (burst,) = [a for a in found if isinstance(a, Burst)]
    assert burst.start_sample == pytest.approx(25_000, abs=100)
    assert burst.end_sample == pytest.approx(85_000, abs=100)
    assert burst.rms_ratio == pytest.approx(15.0, rel=0.15)


def test_noise_that_falls_is_followed_fast() -> None:
    uv = noise(60_000, seed=5)
    uv[:30_000] *= 2.0
    levels = [q.noise[0] for q in through(uv) if isinstance(q, FrameQuality)]
    assert levels[45] < 0.6 * levels[28]


def test_a_hole_of_one_channel_leaves_the_others() -> None:
    """Filters and noise are a channel's own, bit for bit (test_conditioner); the line's drift is shared."""
    uv = with_waves(noise(25_000, 2, seed=6), [12.0, 14.1, 19.3], RATE_HZ, size=60.0, channel=1)
    whole = [p for p in strong(through(uv)) if p.channel == 1]
    torn = [p for p in strong(through(uv, holes=[(11_000, 16_000, 0)])) if p.channel == 1]
    assert [p.peak_sample for p in torn] == [p.peak_sample for p in whole]
    assert len(whole) == 3
    for one, other in zip(whole, torn, strict=True):
        assert other.statistic == pytest.approx(one.statistic, rel=3e-3)
        # without a line, what little is taken for one hangs on the drift
        assert np.corrcoef(other.waveform, one.waveform)[0, 1] > 0.995


def test_nothing_is_found_within_the_guard_of_a_hole() -> None:
    uv = with_waves(noise(20_000, seed=7) + 800.0, [12.0, 14.0, 14.3], RATE_HZ, size=90.0)
    found = strong(through(uv, holes=[(14_010, 14_025, 0)]))
    assert [round(p.peak_sample / RATE_HZ, 1) for p in found] == [12.0, 14.3]


def test_a_lost_second_is_a_gap_by_name() -> None:
    found = through(noise(15_000, 2, seed=8), holes=[(12_000, 12_100, 1)])
    reasons = {q.first_sample: q.reasons for q in found if isinstance(q, FrameQuality)}
    assert reasons[12_000] == ((), ("gap",))
    assert reasons[13_000] == ((), ())


def test_a_potential_stands_on_its_largest_channel_and_names_the_others() -> None:
    uv = with_waves(noise(15_000, 3, rms=2.0, seed=9), [12.0], RATE_HZ, size=60.0)
    uv = with_waves(uv, [12.0], RATE_HZ, size=40.0, channel=2)
    (potential,) = [p for p in strong(through(uv)) if abs(p.peak_sample - 12_000) < 200]
    assert (potential.channel, potential.channels) == (0, (0, 2))
    assert potential.coincident == 2


@pytest.mark.parametrize("rate_hz", [200.0, 1000.0, 2048.0])
def test_stretches_of_any_shortness_are_taken(rate_hz: float) -> None:
    info = info_of(2, rate_hz)
    learnt = round(12 * rate_hz)  # the noise is known and frames are searched at once
    uv = noise(learnt + round(12 * rate_hz), 2, seed=10)
    starts = learnt + np.cumsum(np.arange(1, round(0.12 * rate_hz)))
    blocks = [SampleBlock(info, 0, uv[:learnt])] + [
        SampleBlock(info, int(start + 50 * k), uv[start : start + k])
        for k, start in enumerate(starts, 1)
        if start + k <= len(uv)
    ]
    judged = [q.n_samples for q in activities(info, blocks) if isinstance(q, FrameQuality)]
    assert sum(judged) == sum(block.n_samples for block in blocks)


def test_an_empty_stream_gives_nothing() -> None:
    assert activities(info_of(1), []) == []
