"""Sustained activity: what is one burst, and what its envelope tells, at any rate."""

import numpy as np
import pytest
from numpy.typing import NDArray
from signals import activities, blocks_of, info_of, noise, with_waves

from fasciscope.core import Burst
from fasciscope.dsp import ChainSettings
from fasciscope.dsp.burstbook import gain
from fasciscope.dsp.bursts import Region, RegionTracker, measure_envelope

HOP_S = 0.01
SHORTEST = 25


def regions(ratio: NDArray[np.float64], frame: int = 100) -> list[Region]:
    tracker = RegionTracker(1, ChainSettings(), HOP_S)
    found = [
        region
        for start in range(0, len(ratio), frame)
        for region in tracker.push(ratio[start : start + frame, None])
    ]
    return [*found, *tracker.close()]


def course(*spans: tuple[float, float], length_s: float = 20.0) -> NDArray[np.float64]:
    """The envelope: 1 at rest, 10 within the spans (seconds)."""
    time_s = np.arange(round(length_s / HOP_S)) * HOP_S
    loud = np.zeros(len(time_s), dtype=bool)
    for start, end in spans:
        loud |= (time_s >= start - 1e-9) & (time_s < end - 1e-9)
    return np.where(loud, 10.0, 1.0)


def test_a_region_is_where_the_envelope_is_above() -> None:
    (region,) = regions(course((3.0, 5.5)))
    assert (region.start, region.end, region.cut) == (300, 550, False)
    assert region.is_burst(SHORTEST)
    assert region.trace().tolist() == [10.0] * 250


def test_short_breaks_are_joined_and_long_ones_part() -> None:
    joined = regions(course((3.0, 4.0), (4.25, 5.0)))
    parted = regions(course((3.0, 4.0), (4.4, 5.0)))
    assert [(r.start, r.end) for r in joined] == [(300, 500)]
    assert [(r.start, r.end) for r in parted] == [(300, 400), (440, 500)]


@pytest.mark.parametrize("frame", [1, 7, 33, 1000, 2000])
def test_the_frames_length_changes_no_region(frame: int) -> None:
    ratio = course((1.0, 1.4), (3.0, 4.0), (4.25, 5.0), (9.99, 10.01), (15.0, 20.0))
    one, other = regions(ratio), regions(ratio, frame)
    for a, b in zip(one, other, strict=True):
        assert (a.start, a.end, a.above, a.cut) == (b.start, b.end, b.above, b.cut)
        assert np.array_equal(a.trace(), b.trace())


def test_a_region_at_either_end_is_cut() -> None:
    first, middle, last = regions(course((0.0, 1.0), (5.0, 6.0), (19.0, 20.0)))
    assert (first.cut, middle.cut, last.cut) == (True, False, True)


def test_what_is_short_or_sparse_or_one_potential_with_its_tail_is_no_burst() -> None:
    (short,) = regions(course((3.0, 3.2)))
    sparse = regions(course(*[(3 + 0.3 * k, 3.06 + 0.3 * k) for k in range(10)]))
    tail = course((3.0, 3.05))
    tail[305:340] = 3.0
    tail[300:305] = 300.0
    (tailed,) = regions(tail)
    assert not any(r.is_burst(SHORTEST) for r in (short, *sparse, tailed))


def test_a_burst_without_end_is_given_in_pieces() -> None:
    found = regions(np.full(70_000, 10.0), 1000)
    assert len(found) >= 2
    assert sum(len(r.trace()) for r in found) <= 70_000
    assert max(r.end - r.start for r in found) <= 31_100


@pytest.mark.parametrize("hop_s", [0.008, 0.00953, 0.01])
@pytest.mark.parametrize("rise_s", [0.5, 2.0, 6.0])
def test_the_rise_is_measured_in_seconds_whatever_a_hop_lasts(hop_s: float, rise_s: float) -> None:
    time_s = np.arange(0, 20, hop_s)
    envelope = 1 + 19 * np.clip(time_s / rise_s, 0, 1)
    measured = measure_envelope(envelope, hop_s)
    assert measured.rise_s == pytest.approx(0.85 * rise_s, abs=0.25)
    assert measured.fall_s < 0.1


@pytest.mark.parametrize("hop_s", [0.008, 0.00953, 0.01])
@pytest.mark.parametrize("hz", [4.0, 6.5, 10.0])
def test_a_tremor_has_its_rate_whatever_a_hop_lasts(hop_s: float, hz: float) -> None:
    time_s = np.arange(0, 10, hop_s)
    rng = np.random.default_rng(2)
    envelope = 10 * (1 + 0.6 * np.sin(2 * np.pi * hz * time_s)) * rng.normal(1, 0.1, len(time_s))
    measured = measure_envelope(envelope, hop_s)
    assert measured.tremor_hz == pytest.approx(hz, abs=0.5)
    assert measured.tremor_ratio > 0.8


@pytest.mark.parametrize("hop_s", [0.008, 0.01])
@pytest.mark.parametrize("depth", [0.0, 0.1, 0.3])
def test_waxing_is_the_depth_of_the_slow_modulation(hop_s: float, depth: float) -> None:
    time_s = np.arange(0, 20, hop_s)
    envelope = 10 * (1 + depth * np.sqrt(2) * np.sin(2 * np.pi * 1.4 * time_s))
    assert measure_envelope(envelope, hop_s).waxing == pytest.approx(depth, abs=0.02)


def bursts(uv: NDArray[np.float64], rate_hz: float) -> list[Burst]:
    info = info_of(uv.shape[1], rate_hz)
    return [a for a in activities(info, blocks_of(info, uv)) if isinstance(a, Burst)]


@pytest.mark.parametrize("rate_hz", [250.0, 1000.0, 1259.26, 2148.0])
def test_a_contraction_is_where_it_is_at_any_rate(rate_hz: float) -> None:
    n = round(60 * rate_hz)
    time_s = np.arange(n)[:, None] / rate_hz
    force = np.interp(time_s, [15, 19, 40, 40.2], [0, 1, 1, 0])
    uv = noise(n, seed=1) + 20 * force * noise(n, seed=2)
    uv += 40 * noise(n, seed=3) * (np.abs(time_s - 35) < 0.1)
    (found,) = bursts(uv, rate_hz)
    assert found.start_sample / rate_hz == pytest.approx(15.4, abs=0.4)
    assert found.end_sample / rate_hz == pytest.approx(40.2, abs=0.15)
    assert found.peak_sample / rate_hz == pytest.approx(35.0, abs=0.2)
    assert found.rise_s == pytest.approx(3.2, abs=0.6)
    assert not found.cut


def test_a_prodrome_is_counted_in_the_minute_before() -> None:
    uv = noise(100_000, seed=4)
    uv[70_000:80_000] += noise(10_000, rms=60.0, seed=5)
    at_s = [12.0, 20.3, 31.0, 44.4, 52.1, 63.0]
    (found,) = bursts(with_waves(uv, [*at_s, 84.0], 1000.0, size=70.0), 1000.0)
    assert found.prodrome_per_min == len(at_s)
    assert found.aftermath_per_min == 6.0


@pytest.mark.parametrize(
    ("at_s", "octaves"),
    [
        ((), 0.0),
        ((66.0, 71.0, 74.0, 76.0, 78.0), np.log2(5.5 / 0.5)),
        ((22.5, 32.5, 42.5, 52.5, 62.5, 72.5), np.log2(2.5 / 2.5)),
        ((22.5, 32.5, 42.5, 52.5), np.log2(0.5 / 2.5)),
    ],
)
def test_a_prodrome_that_grows_denser_is_told_from_one_who_fasciculates_anyway(
    at_s: tuple[float, ...], octaves: float
) -> None:
    uv = noise(100_000, seed=8)
    uv[80_000:90_000] += noise(10_000, rms=60.0, seed=9)
    (found,) = bursts(with_waves(uv, list(at_s), 1000.0, size=70.0), 1000.0)
    assert found.prodrome_gain == pytest.approx(octaves)


def test_the_rate_before_counts_the_time_that_was_heard() -> None:
    assert gain(4, 2, 40.0) == pytest.approx(np.log2(4.5 / 1.5))
    assert gain(4, 2, 10.0) == pytest.approx(0.0)


def test_a_waxing_burst_has_a_beat_in_the_chain_too() -> None:
    time_s = np.arange(60_000)[:, None] / 1000.0
    inside = (time_s >= 25) & (time_s < 45)
    found = []
    for depth in (0.0, 0.3):
        level = 40 * inside * (1 + depth * np.sqrt(2) * np.sin(2 * np.pi * 1.4 * time_s))
        found += bursts(noise(60_000, seed=10) + level * noise(60_000, seed=11), 1000.0)
    steady, waxing = found
    assert waxing.beat > 0.5 > steady.beat
    assert waxing.counterbeat < steady.counterbeat
    assert waxing.slow_over_fast > 2 * steady.slow_over_fast


def test_in_a_short_burst_no_line_is_told_from_chance() -> None:
    time_s = np.arange(0, 2.9, HOP_S)
    envelope = 10 * (1 + 0.6 * np.sin(2 * np.pi * 6.0 * time_s))
    measured = measure_envelope(envelope, HOP_S)
    assert (measured.tremor_hz, measured.tremor_ratio) == (0.0, 0.0)


def test_sites_that_work_together_are_named() -> None:
    uv = noise(40_000, 3, seed=6)
    uv[15_000:22_000, :2] += noise(7_000, 2, rms=60.0, seed=7)
    found = sorted(bursts(uv, 1000.0), key=lambda b: b.channel)
    assert [(b.channel, b.channels) for b in found] == [(0, (0, 1)), (1, (0, 1))]
    assert all(b.common < 0.3 for b in found)
