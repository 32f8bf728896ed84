"""Waxing: what a shared modulation, chance, a ramp and a stumbling rise leave in the envelope."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fasciscope.dsp.waxing import LEAST_S, Waxing, _slow_over_fast, measure_waxing

HOPS_S = (0.008, 0.00953, 0.01)


def envelope(
    hop_s: float, seed: int, hz: float = 1.4, depth: float = 0.0, length_s: float = 30.0
) -> NDArray[np.float64]:
    """50-ms RMS of white interference over 80 Hz wide, its strength modulated by a sine."""
    rng = np.random.default_rng(seed)
    n = round(length_s / hop_s)
    time_s = np.arange(n) * hop_s
    power = rng.standard_gamma(0.5 * 4 * 80 * hop_s, n) / (2 * 80 * hop_s)
    power = np.convolve(power, np.full(5, 0.2), mode="same")
    return 10 * np.sqrt(power) * (1 + depth * np.sqrt(2) * np.sin(2 * np.pi * hz * time_s))


@pytest.mark.parametrize("hop_s", HOPS_S)
@pytest.mark.parametrize("hz", [1.0, 1.4, 1.8])
def test_a_shared_modulation_comes_back_after_a_period_and_ebbs_in_between(
    hop_s: float, hz: float
) -> None:
    waxing = measure_waxing(envelope(hop_s, 1, hz, 0.2), hop_s)
    assert waxing.beat > 0.5
    assert waxing.counterbeat < -0.5
    assert waxing.slow_over_fast > 4.0


@pytest.mark.parametrize("hop_s", HOPS_S)
def test_interference_alone_has_no_memory_and_is_as_unsteady_slow_as_fast(hop_s: float) -> None:
    found = [measure_waxing(envelope(hop_s, seed), hop_s) for seed in range(8)]
    assert np.mean([w.beat for w in found]) < 0.3
    assert np.mean([w.counterbeat for w in found]) > -0.55
    assert np.mean([w.slow_over_fast for w in found]) == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize("depth", [0.1, 0.2, 0.3])
def test_a_deeper_modulation_counts_for_more(depth: float) -> None:
    less, more = (measure_waxing(envelope(0.01, 2, 1.4, d), 0.01) for d in (depth - 0.1, depth))
    assert more.beat > less.beat
    assert more.counterbeat < less.counterbeat
    assert more.slow_over_fast > less.slow_over_fast


@pytest.mark.parametrize("rise_s", [1.0, 4.0, 8.0])
def test_a_slow_ramp_is_no_waxing(rise_s: float) -> None:
    steady = envelope(0.01, 3)
    led = steady * np.interp(np.arange(len(steady)) * 0.01, [0, rise_s, 24, 30], [0, 1, 1.2, 0])
    flat, ramp = measure_waxing(steady, 0.01), measure_waxing(led, 0.01)
    assert ramp.beat == pytest.approx(flat.beat, abs=0.12)
    assert ramp.counterbeat == pytest.approx(flat.counterbeat, abs=0.12)
    assert ramp.slow_over_fast == pytest.approx(flat.slow_over_fast, rel=0.5)
    assert ramp.rise_dip < 0.1


def test_what_is_weak_counts_as_much_as_what_is_loud() -> None:
    waxing, steady = envelope(0.01, 5, 1.4, 0.1), envelope(0.01, 6)
    weak, same = (
        measure_waxing(np.concatenate([strength * waxing, steady]), 0.01).slow_over_fast
        for strength in (0.6, 1.0)
    )
    assert weak == pytest.approx(same, rel=0.1)


@pytest.mark.parametrize("growth_per_s", [-2.0, 2.0])
def test_growth_leaks_into_no_band(growth_per_s: float) -> None:
    steady = envelope(0.01, 7, length_s=3.0)
    grown = steady * np.exp(growth_per_s * np.arange(len(steady)) * 0.01)
    hop_s = 0.01
    flat, steep = (_slow_over_fast(np.log(e), hop_s) for e in (steady, grown))
    assert steep == pytest.approx(flat, rel=0.02)


def test_a_rise_that_falls_back_dips_and_a_smooth_one_does_not() -> None:
    time_s = np.arange(0, 20, 0.01)
    smooth = 1 + 19 * np.clip(time_s / 5, 0, 1)
    stumbling = smooth * (1 - 0.4 * (np.abs((time_s % 1.5) - 1.2) < 0.2))
    assert measure_waxing(smooth, 0.01).rise_dip == 0.0
    assert measure_waxing(stumbling, 0.01).rise_dip > 0.1
    assert measure_waxing(smooth[:: len(time_s) // 40], 0.01).rise_dip == 0.0  # over in no time


@pytest.mark.parametrize("factor", [0.1, 3.0, 1000.0])
def test_loudness_counts_for_nothing(factor: float) -> None:
    one = measure_waxing(envelope(0.01, 4, 1.4, 0.15), 0.01)
    other = measure_waxing(factor * envelope(0.01, 4, 1.4, 0.15), 0.01)
    assert (other.beat, other.counterbeat) == pytest.approx((one.beat, one.counterbeat))
    assert (other.slow_over_fast, other.rise_dip) == pytest.approx(
        (one.slow_over_fast, one.rise_dip), abs=1e-9
    )


@pytest.mark.parametrize("n", [1, 2, 25, 60, 199])
def test_of_a_short_one_nothing_is_said(n: int) -> None:
    assert n * 0.01 < LEAST_S
    waxing = measure_waxing(np.full(n, 10.0), 0.01)
    assert waxing == Waxing()


@pytest.mark.parametrize("n", [200, 211, 30_000])
def test_a_level_without_any_change_has_no_beat(n: int) -> None:
    assert measure_waxing(np.full(n, 10.0), 0.01) == Waxing()
