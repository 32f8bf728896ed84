"""The signal that the benchmarks share: resting noise with brief potentials, 8 channels at 2 kHz."""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 2000
N_CHANNELS = 8
NOISE_UV = 4.0
POTENTIAL_UV = 120.0
POTENTIALS_PER_MIN = 12.0


def resting(seconds: int, seed: int = 0) -> NDArray[np.float64]:
    """(n_samples, n_channels) microvolts: white noise, and triphasic potentials of 8 ms at random times."""
    rng = np.random.default_rng(seed)
    uv = rng.normal(0.0, NOISE_UV, (seconds * RATE_HZ, N_CHANNELS))
    time_ms = np.arange(-8, 8) / RATE_HZ * 1e3
    wave = POTENTIAL_UV * (1 - (time_ms / 1.2) ** 2) * np.exp(-((time_ms / 1.7) ** 2))
    for channel in range(N_CHANNELS):
        n_potentials = rng.poisson(POTENTIALS_PER_MIN * seconds / 60)
        for start in rng.integers(0, len(uv) - len(wave), n_potentials):
            uv[start : start + len(wave), channel] += wave
    return uv
