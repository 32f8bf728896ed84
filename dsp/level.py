"""The level around a potential: how wide it is itself, and how loud what lies around it."""

import numpy as np
from numpy.typing import NDArray

AROUND_S = 0.75
OWN_S = 0.06
WIDE_SHARE = 0.03  # of the peak's energy
WIDE_NOISE = 3.0  # and above this multiple of the noise
MEDIAN_SHARE = 0.82  # median over mean of the energy of 10 ms of Gaussian noise in 180 Hz


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

    def background(self, channel: int, peak: int, noise: float) -> float:
        """RMS of what lies within 0.75 s, the potential left out, over the noise; a median.

        Other isolated potentials do not raise it; a low contraction does.
        """
        low, high = self._range(peak, AROUND_S)
        away = np.abs(self._samples[low:high] - peak) > OWN_S * self._rate_hz
        around = self._energy[low:high, channel][away]
        if len(around) == 0:
            return 1.0
        return float(np.sqrt(np.median(around) / MEDIAN_SHARE) / noise)

    def width_ms(self, channel: int, peak: int, noise: float) -> float:
        """How long the energy around the peak stays above 3 % of its largest."""
        low, high = self._range(peak, AROUND_S)
        own = self._energy[low:high, channel]
        if len(own) == 0:
            return 0.0
        at = int(np.abs(self._samples[low:high] - peak).argmin())
        near = slice(max(0, at - 2), at + 3)
        top = near.start + int(own[near].argmax())
        floor = max(WIDE_SHARE * own[top], (WIDE_NOISE * noise) ** 2)
        quiet = np.flatnonzero(own < floor)
        before, after = quiet[quiet < top], quiet[quiet > top]
        start = int(before[-1]) + 1 if len(before) else 0
        end = int(after[0]) if len(after) else len(own)
        hop = self._samples[low + 1] - self._samples[low] if high - low > 1 else 0
        return float(max(1, end - start) * hop * 1e3 / self._rate_hz)

    def _range(self, peak: int, reach_s: float) -> tuple[int, int]:
        reach = reach_s * self._rate_hz
        low, high = np.searchsorted(self._samples, [peak - reach, peak + reach])
        return int(low), int(high)
