"""Mains goes, the potential stays, and nothing rings."""

import numpy as np
import pytest
from numpy.typing import NDArray
from signals import noise, with_waves

from fasciscope.dsp.mains import MainsCanceller

RATE_HZ = 1000.0


def hum(n: int, hz: float, *, size: float = 100.0, drift_hz: float = 0.0) -> NDArray[np.float64]:
    """Line and third harmonic; the frequency drifts by `drift_hz` up and down over 40 s."""
    time_s = np.arange(n) / RATE_HZ
    wander = drift_hz * np.sin(2 * np.pi * time_s / 40.0)
    turns = np.cumsum(hz + wander) / RATE_HZ
    return (size * np.sin(2 * np.pi * turns) + 0.3 * size * np.sin(6 * np.pi * turns))[:, None]


def clean(uv: NDArray[np.float64], mains: str = "auto") -> tuple[NDArray[np.float64], float]:
    canceller = MainsCanceller(mains, RATE_HZ, 400.0, uv.shape[1])  # type: ignore[arg-type]
    n = int(RATE_HZ)
    out = [canceller.run(uv[a : a + n], a) for a in range(0, len(uv), n)]
    return np.concatenate(out), canceller.line_hz


@pytest.mark.parametrize("hz", [50.0, 60.0])
@pytest.mark.parametrize("off_hz", [-0.1, 0.0, 0.1])
def test_100_uv_off_by_a_tenth_of_a_hertz_goes_below_the_noise(hz: float, off_hz: float) -> None:
    uv = noise(20_000, seed=3)
    out, line_hz = clean(uv + hum(len(uv), hz + off_hz))
    assert line_hz == hz
    left = (out - uv)[5000:]
    assert np.sqrt(np.mean(left**2)) < 0.5 * 3.0


def test_100_uv_that_drifts_by_a_tenth_of_a_hertz_goes_below_the_noise() -> None:
    uv = noise(60_000, seed=4)
    out, _ = clean(uv + hum(len(uv), 50.0, drift_hz=0.1))
    left = (out - uv)[10_000:]
    assert np.sqrt(np.mean(left**2)) < 3.0


@pytest.mark.parametrize("hz", [50.0, 60.0])
def test_40_uv_that_sway_and_drift_on_a_quiet_channel_go_below_its_noise(hz: float) -> None:
    quiet = noise(60_000, rms=1.0, seed=12)
    time_s = np.arange(len(quiet))[:, None] / RATE_HZ
    sway = 1 + 0.33 * np.sin(2 * np.pi * 0.05 * time_s)
    out, line_hz = clean(quiet + sway * hum(len(quiet), hz, size=40.0, drift_hz=0.1))
    assert line_hz == hz
    left = (out - quiet)[10_000:].reshape(50, 1000)
    assert np.sqrt(np.mean(left**2, axis=1)).max() < 0.5


def test_a_contraction_on_swaying_mains_is_neither_taken_nor_given_mains() -> None:
    quiet = noise(40_000, rms=1.0, seed=13)
    quiet[20_000:24_000] += noise(4000, rms=30.0, seed=14)
    time_s = np.arange(len(quiet))[:, None] / RATE_HZ
    line = (1 + 0.2 * np.sin(2 * np.pi * 0.05 * time_s)) * hum(len(quiet), 50.0, size=20.0)
    left = (clean(quiet + line)[0] - quiet)[10_000:].reshape(30, 1000)
    rms = np.sqrt(np.mean(left**2, axis=1))
    assert rms[[*range(10), *range(17, 30)]].max() < 0.5
    assert rms[10:14].max() < 6.0


def test_a_potential_does_not_ring() -> None:
    quiet = noise(12_000, rms=1.0, seed=5) + hum(12_000, 50.0)
    loud = with_waves(quiet, [8.3], RATE_HZ, size=300.0)
    change = clean(loud)[0] - clean(quiet)[0] - (loud - quiet)
    assert np.abs(change).max() < 1.0  # 300 uV leave less than a third of a percent


def test_where_there_is_no_mains_next_to_nothing_is_taken() -> None:
    uv = noise(20_000, seed=6)
    out, _ = clean(uv)
    assert np.sqrt(np.mean((out - uv) ** 2)) < 0.1 * 3.0


def test_the_other_channels_hum_is_not_mine() -> None:
    uv = noise(10_000, 2, seed=7)
    uv[:, :1] += hum(10_000, 50.0)
    out, _ = clean(uv, "50")
    assert np.sqrt(np.mean((out - uv)[:, 1] ** 2)) < 0.3
    assert np.sqrt(np.mean((out - uv)[:, 0] ** 2)) > 60.0


def test_a_long_contraction_on_one_channel_does_not_lead_the_others_mains_astray() -> None:
    """After a quarter of a minute it passes for quiet; what it holds at 50 Hz must not steer the drift."""
    uv = noise(50_000, 2, seed=8)
    uv[10_000:, 1] += 300.0 * noise(40_000, rms=1.0, seed=9)[:, 0]
    line = hum(len(uv), 50.0, size=20.0, drift_hz=0.05)
    out, _ = clean(uv + line)
    left = (out - uv)[10_000:, 0]
    assert np.sqrt(np.mean(left**2)) < 0.5 * 3.0
