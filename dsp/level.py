"""The level around a potential: how wide it is itself, and how loud what lies around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AROUND_S = 0.75
OWN_S = 0.06
WIDE_SHARE = 0.03  # of the peak's energy
WIDE_NOISE = 3.0  # and above this multiple of the noise
MEDIAN_SHARE = 0.82  # median over mean of the energy of 10 ms of Gaussian noise in 180 Hz


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """The energy (n,) in hops of `hop_ms` within 0.75 s of a peak, and how far from it (n,) seconds."""

    energy: NDArray[np.float64]
    seconds: NDArray[np.float64]
    hop_ms: float

    def background(self, noise: float) -> float:
        """RMS of what lies there, the potential left out, over the noise; a median.

        Other isolated potentials do not raise it; a low contraction does.
        """
        away = self.energy[np.abs(self.seconds) > OWN_S]
        if len(away) == 0:
            return 1.0
        return float(np.sqrt(np.median(away) / MEDIAN_SHARE) / noise)

    def width_ms(self, noise: float) -> float:
        """How long the energy around the peak stays above 3 % of its largest."""
        if len(self.energy) == 0:
            return 0.0
        at = int(np.abs(self.seconds).argmin())
        near = slice(max(0, at - 2), at + 3)
        top = near.start + int(self.energy[near].argmax())
        floor = max(WIDE_SHARE * self.energy[top], (WIDE_NOISE * noise) ** 2)
        quiet = np.flatnonzero(self.energy < floor)
        before, after = quiet[quiet < top], quiet[quiet > top]
        start = int(before[-1]) + 1 if len(before) else 0
        end = int(after[0]) if len(after) else len(self.energy)
        return max(1, end - start) * self.hop_ms


class Level:
    """The recent energy of the detection branch in 10-ms hops."""

    def __init__(self, n_channels: int, rate_hz: float, keep_s: float) -> None:
        self._rate_hz = rate_hz
        self._keep = round((keep_s + AROUND_S) * rate_hz)
        self._samples = np.empty(0, dtype=np.int64)
        self._energy = np.empty((0, n_channels))
        self.first = 0  # the first sample that there ever was
        self.end = 0  # and where the signal has come to

    def push(self, samples: NDArray[np.int64], energy: NDArray[np.float64]) -> None:
        """Take hops: their first samples (n,) and mean squares (n, n_channels)."""
        if len(samples) == 0:
            return
        if len(self._samples) == 0:
            self.first = int(samples[0])
        self.end = int(samples[-1])
        drop = int(np.searchsorted(self._samples, samples[-1] - self._keep))
        self._samples = np.concatenate([self._samples[drop:], samples])
        self._energy = np.concatenate([self._energy[drop:], energy])

    def around(self, channel: int, peak: int) -> Around:
        """What lies within 0.75 s of sample `peak`."""
        reach = AROUND_S * self._rate_hz
        low, high = np.searchsorted(self._samples, [peak - reach, peak + reach])
        samples = self._samples[low:high]
        hop = float(samples[1] - samples[0]) if len(samples) > 1 else 0.0
        return Around(
            energy=self._energy[low:high, channel],
            seconds=(samples - peak) / self._rate_hz,
            hop_ms=hop * 1e3 / self._rate_hz,
        )
