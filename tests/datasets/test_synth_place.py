"""Waveforms placed in rest: where they should be, as large as they should be, nothing else touched."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from fasciscope.core import UsageError
from fasciscope.datasets import Waveform, place

RATE_HZ = 2000.0
REST = np.random.default_rng(0).normal(0, 3.0, (40_000, 2))


def biphasic(rate_hz: float) -> Waveform:
    t = np.arange(-0.03, 0.03, 1 / rate_hz)
    return Waveform(
        100 * -t / 0.004 * np.exp(-(t**2) / (2 * 0.004**2)) + 40 * np.exp(-(t**2) / 3e-5), rate_hz
    )


def in_band(x: np.ndarray) -> np.ndarray:
    sos = butter(4, (20.0, 450.0), btype="bandpass", fs=RATE_HZ, output="sos")
    return np.asarray(sosfiltfilt(sos, x, axis=0))


@pytest.mark.parametrize("wave_hz", [1000.0, 2000.0, 2048.0, 5000.0])
def test_a_waveform_peaks_where_and_as_high_as_asked(wave_hz: float) -> None:
    at_s = np.array([2.0, 5.5, 9.25, 15.0])
    put = place(REST, RATE_HZ, [biphasic(wave_hz)], at_s, 12.0, channel=1, jitter=0.0)
    assert [e.peak_sample for e in put.truth.events] == [round(t * RATE_HZ) for t in at_s]
    added = in_band(put.uv - REST)
    noise = in_band(REST)[:, 1].std()
    for event in put.truth.events:
        near = added[event.peak_sample - 60 : event.peak_sample + 60, 1]
        assert np.abs(near).argmax() == 60
        assert np.ptp(near) / noise == pytest.approx(12.0, rel=0.03)
        assert event.snr == pytest.approx(12.0)
    np.testing.assert_array_equal(put.uv[:, 0], REST[:, 0])


def test_jitter_varies_the_size_and_the_truth_says_so() -> None:
    put = place(REST, RATE_HZ, [biphasic(2048.0)], np.arange(0.5, 19.5, 0.1), 8.0, jitter=0.2)
    ratios = np.array([e.snr for e in put.truth.events], dtype=float)
    assert ratios.std() / ratios.mean() == pytest.approx(0.2, abs=0.04)
    assert ratios.mean() == pytest.approx(8.0, rel=0.06)


def test_what_does_not_fit_is_left_out_and_the_same_seed_repeats() -> None:
    waves = [biphasic(2048.0), biphasic(1000.0)]
    put = place(REST, RATE_HZ, waves, np.array([0.001, 10.0, 19.999]), 8.0, seed=4)
    assert [e.peak_sample for e in put.truth.events] == [20_000]
    again = place(REST, RATE_HZ, waves, np.array([0.001, 10.0, 19.999]), 8.0, seed=4)
    np.testing.assert_array_equal(put.uv, again.uv)


@pytest.mark.parametrize(
    ("rest", "waves", "says"),
    [
        (REST, [], "no waveform"),
        (np.zeros(4000), [biphasic(2048.0)], "flat"),
        (REST[:100], [biphasic(2048.0)], "at least one second"),
    ],
)
def test_impossible_wishes_are_refused(rest: np.ndarray, waves: list[Waveform], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        place(rest, RATE_HZ, waves, np.array([1.0]), 8.0)


def test_real_units_can_be_placed(real: Callable[[str], Path]) -> None:
    grid = np.load(real("muap/vl_hdsemg_openhdemg_muaps.npz"))
    waves = [
        Waveform(grid["bipolar_24mm"][unit, row, column].astype(float), float(grid["fs"]))
        for unit, (row, column) in enumerate(grid["best_bipolar_24mm"])
    ]
    put = place(REST, RATE_HZ, waves, np.arange(1.0, 19.0, 0.25), 15.0, jitter=0.0)
    assert {e.unit for e in put.truth.events} == set(range(9))
    added = in_band(put.uv - REST)[:, 0]
    for event in put.truth.events:
        near = added[event.peak_sample - 80 : event.peak_sample + 80]
        assert abs(int(np.abs(near).argmax()) - 80) <= 1
        assert 3 <= (event.end_sample - event.start_sample) / 2 <= 60
