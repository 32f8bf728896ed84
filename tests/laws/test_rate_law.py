"""Law 7: the same signal at another rate of tier A holds the same fasciculations within 1 ms."""

from functools import cache

import numpy as np
import pytest
from lawbook import check_rate_law
from numpy.typing import NDArray
from scipy import signal
from signals import events, noise, with_waves

RATE_HZ = 2000.0


@cache
def twitching(seed: int) -> NDArray[np.float64]:
    """20 s at 2 kHz of noise and potentials below 380 Hz, so that 1 kHz can carry all of it."""
    n = int(20 * RATE_HZ)
    rng = np.random.default_rng(seed)
    at_s = np.cumsum(rng.uniform(0.7, 1.6, 16))
    uv = with_waves(noise(n, 2, seed=seed), at_s[at_s < 19], RATE_HZ, size=70.0)
    uv = with_waves(uv, at_s[at_s < 18] + 0.4, RATE_HZ, size=60.0, channel=1, centre_hz=60.0)
    low = signal.butter(8, 380.0, fs=RATE_HZ, output="sos")
    out: NDArray[np.float64] = signal.sosfiltfilt(low, uv, axis=0)
    return out


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_rate_changes_no_clear_fasciculation(seed: int) -> None:
    assert check_rate_law(events, twitching(seed), RATE_HZ, [1000.0, 4000.0]) >= 60
