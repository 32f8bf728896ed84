"""Measures of potentials whose figures are known from their formula."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fasciscope.dsp.filters import BackwardPass
from fasciscope.dsp.potentials import Measures, measure

RATES = [1000.0, 2000.0, 4000.0]


def gaussian_wave(
    rate_hz: float, hz: float, width_s: float, late_s: float = 0.0
) -> NDArray[np.float64]:
    """A cosine of height 100 under a Gaussian, its peak `late_s` after 0.5 s of one second."""
    time_s = np.arange(int(rate_hz)) / rate_hz - 0.5 - late_s
    wave: NDArray[np.float64] = (
        100 * np.cos(2 * np.pi * hz * time_s) * np.exp(-((time_s / width_s) ** 2))
    )
    return wave


NO_FILTER = BackwardPass(np.array([[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]]))


def measured(
    feature: NDArray[np.float64],
    rate_hz: float,
    raw: NDArray[np.float64] | None = None,
    row: int | None = None,
    line_hz: float = 50.0,
) -> Measures:
    rows = np.array([round(0.5 * rate_hz) if row is None else row])
    return measure(
        feature[:, None],
        (feature if raw is None else raw)[:, None],
        7000,
        rows,
        np.array([0]),
        np.array([0.1]),
        rate_hz,
        line_hz,
        NO_FILTER,
    )


@pytest.mark.parametrize("rate_hz", RATES)
def test_the_peak_is_found_within_12_ms_of_where_it_was_seen(rate_hz: float) -> None:
    feature = gaussian_wave(rate_hz, 80.0, 0.004)
    for off_s in (-0.011, 0.0, 0.011):
        found = measured(feature, rate_hz, row=round((0.5 + off_s) * rate_hz))
        assert found.peak_sample[0] == 7000 + 0.5 * rate_hz


@pytest.mark.parametrize("rate_hz", RATES)
def test_the_height_is_peak_to_peak(rate_hz: float) -> None:
    feature = gaussian_wave(rate_hz, 80.0, 0.006)
    assert measured(feature, rate_hz).peak_to_peak[0] == pytest.approx(np.ptp(feature), rel=1e-3)


@pytest.mark.parametrize("rate_hz", [500.0, *RATES])
def test_the_height_does_not_hang_on_where_the_samples_lie(rate_hz: float) -> None:
    """At 500 Hz the samples beside a summit may both be 4 % lower."""
    heights, widths_ms = [], []
    for late in np.linspace(0.0, 1.0, 7):
        found = measured(gaussian_wave(rate_hz, 80.0, 0.006, late / rate_hz), rate_hz)
        heights.append(found.peak_to_peak[0])
        widths_ms.append(found.half_width_ms[0])
    assert np.ptp(heights) < 0.01 * max(heights)
    assert np.ptp(widths_ms) <= 0.55  # half a millisecond is what is resolved


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize(("hz", "phases"), [(20.0, 1), (80.0, 3), (140.0, 5)])
def test_the_phases_are_counted(rate_hz: float, hz: float, phases: int) -> None:
    found = measured(gaussian_wave(rate_hz, hz, 0.0065), rate_hz)
    assert found.phases[0] == phases


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("hz", [60.0, 100.0, 150.0])
def test_the_median_frequency_is_the_waves(rate_hz: float, hz: float) -> None:
    found = measured(gaussian_wave(rate_hz, hz, 0.012), rate_hz)
    assert found.median_hz[0] == pytest.approx(hz, abs=2.0)


def test_a_longer_wave_lasts_longer_and_a_spike_is_sharp() -> None:
    rate_hz = 4000.0
    short, long = (measured(gaussian_wave(rate_hz, 80.0, w), rate_hz) for w in (0.003, 0.008))
    assert short.duration_ms[0] < long.duration_ms[0]
    assert short.half_width_ms[0] < long.half_width_ms[0]
    assert long.sharpness[0] < 0.01
    assert measured(gaussian_wave(rate_hz, 600.0, 0.001), rate_hz).sharpness[0] > 0.9


@pytest.mark.parametrize("rate_hz", [500.0, 1000.0, 4000.0])
def test_a_knocks_swing_is_dark_and_a_unit_is_bright(rate_hz: float) -> None:
    swing, unit = gaussian_wave(rate_hz, 45.0, 0.02), gaussian_wave(rate_hz, 90.0, 0.004)
    assert measured(swing, rate_hz).brightness[0] < 0.05
    assert measured(unit, rate_hz).brightness[0] > 0.3


def test_where_the_signal_ends_soon_above_90_hz_nothing_is_dark() -> None:
    assert measured(gaussian_wave(250.0, 45.0, 0.02), 250.0).brightness[0] == 1.0


def test_the_span_holds_the_peak() -> None:
    found = measured(gaussian_wave(1000.0, 80.0, 0.006), 1000.0)
    assert found.start_sample[0] < found.peak_sample[0] < found.end_sample[0]
    assert found.rise_ms[0] == found.peak_sample[0] - found.start_sample[0]


@pytest.mark.parametrize("hz", [50.0, 60.0])
def test_a_step_is_seen_and_mains_is_none(hz: float) -> None:
    rate_hz = 1000.0
    feature = gaussian_wave(rate_hz, 80.0, 0.006)
    time_s = np.arange(len(feature)) / rate_hz
    hum = feature + 40 * np.sin(2 * np.pi * hz * time_s + 1.0) + 300.0
    step = hum + np.where(time_s >= 0.5, 150.0, 0.0)
    size = np.ptp(feature)
    assert measured(feature, rate_hz, hum, line_hz=hz).low_ratio[0] < 0.06
    found = measured(feature, rate_hz, step, line_hz=hz)
    assert found.low_ratio[0] == pytest.approx(150 / size, abs=0.1)


def test_a_drift_is_no_step() -> None:
    feature = gaussian_wave(1000.0, 80.0, 0.006)
    drift = feature + 2000.0 * np.arange(len(feature)) / 1000.0
    assert measured(feature, 1000.0, drift).low_ratio[0] < 0.05


def test_at_an_end_nothing_breaks() -> None:
    feature = gaussian_wave(1000.0, 80.0, 0.006)[495:]
    found = measured(feature, 1000.0, row=2)
    assert np.isfinite(found.peak_to_peak).all()
    assert found.waveform.shape == (1, 61)
