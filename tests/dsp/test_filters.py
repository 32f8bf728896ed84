"""The band: what passes and what does not."""

import numpy as np
import pytest
from scipy import signal

from fasciscope.dsp import band_sos
from fasciscope.dsp.filters import group_delay_s, low_pass_sos, restarts


@pytest.mark.parametrize("rate_hz", [1000.0, 2000.0, 4000.0])
def test_the_band_is_3_db_down_at_its_corners_and_flat_between(rate_hz: float) -> None:
    upper_hz = min(450.0, 0.45 * rate_hz)
    hz = [2.0, 20.0, 100.0, upper_hz]
    _, gain = signal.sosfreqz(band_sos(rate_hz, 20.0, 450.0), hz, fs=rate_hz)
    decibel = 20 * np.log10(np.abs(gain))
    assert decibel[0] < -75
    assert decibel[1] == pytest.approx(-3.01, abs=0.05)
    assert decibel[2] == pytest.approx(0, abs=0.05)
    assert decibel[3] == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("rate_hz", [1000.0, 10_050.25, 42_661.0])
def test_the_delay_is_that_of_the_phase(rate_hz: float) -> None:
    for sos in (low_pass_sos(rate_hz, 200.0), band_sos(rate_hz, 20.0, 450.0)):
        _, gain = signal.sosfreqz(sos, [79.5, 80.5], fs=rate_hz)
        slope = -(np.angle(gain[1]) - np.angle(gain[0])) / (2 * np.pi)
        assert group_delay_s(rate_hz, sos, 80.0) == pytest.approx(slope, rel=1e-3)


def test_a_channel_restarts_where_it_comes_back() -> None:
    holes = np.array([[1, 0], [0, 0], [0, 1], [0, 1], [0, 0]], dtype=bool)
    found = restarts(holes, np.array([False, True]))
    assert [(at, channels.tolist()) for at, channels in found] == [
        (0, [False, True]),
        (1, [True, False]),
        (4, [False, True]),
    ]
