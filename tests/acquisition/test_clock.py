"""The rate is found through bursts, stalls and a busy host, and its error bar is honest."""

import numpy as np
import pytest

from fasciscope.acquisition.clock import MOST, SampleClock

RATE_HZ = 250.0


def arrivals(
    seconds: float, ppm: float, seed: int = 0, burst_s: float = 0.016
) -> tuple[np.ndarray, np.ndarray]:
    """(last sample of each read, when it came): a bridge's bursts, and a host that is late at times."""
    rng = np.random.default_rng(seed)
    true_hz = RATE_HZ * (1 + ppm * 1e-6)
    ends = np.arange(burst_s, seconds, burst_s) + 0.3
    numbers = np.floor((ends - 0.3) * true_hz)
    late = rng.exponential(0.0005, len(ends)) + (rng.random(len(ends)) < 0.01) * rng.exponential(
        0.05, len(ends)
    )
    return numbers, np.maximum.accumulate(ends + late)


def clock_of(numbers: np.ndarray, times: np.ndarray) -> SampleClock:
    clock = SampleClock(RATE_HZ)
    for number, time in zip(numbers.tolist(), times.tolist(), strict=True):
        clock.add(int(number), time)
    return clock


@pytest.mark.parametrize("ppm", [-200.0, 0.0, 200.0, 5025.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_drift_is_found_within_5_ppm_in_ten_minutes(ppm: float, seed: int) -> None:
    fit = clock_of(*arrivals(600, ppm, seed)).fit()
    assert fit is not None
    assert fit.ppm == pytest.approx(ppm, abs=5.0)
    assert fit.rate_hz == pytest.approx(RATE_HZ * (1 + ppm * 1e-6), rel=5e-6)


def test_the_error_bar_holds_the_truth_mostly() -> None:
    fits = [clock_of(*arrivals(120, 80.0, seed)).fit() for seed in range(40)]
    off = [abs(fit.ppm - 80.0) / fit.ppm_error for fit in fits if fit is not None]
    assert len(off) == 40
    assert np.mean(np.array(off) < 3.0) >= 0.9


def test_a_stall_of_seconds_does_not_bend_the_rate() -> None:
    numbers, times = arrivals(600, 50.0)
    stalled = (numbers > 60_000) & (numbers < 60_800)
    times[stalled] = times[stalled].max() + 3.0
    fit = clock_of(numbers, np.maximum.accumulate(times)).fit()
    assert fit is not None
    assert fit.ppm == pytest.approx(50.0, abs=5.0)


def test_nothing_is_said_before_ten_seconds() -> None:
    assert clock_of(*arrivals(8, 0.0)).fit() is None
    assert clock_of(*arrivals(12, 0.0)).fit() is not None


def test_a_night_stays_small() -> None:
    clock = SampleClock(RATE_HZ)
    for second in range(8 * 3600):
        clock.add(round(second * RATE_HZ), second * (1 - 100e-6))
    assert len(clock._points) <= MOST
    fit = clock.fit()
    assert fit is not None
    assert fit.ppm == pytest.approx(100.0, abs=1.0)
