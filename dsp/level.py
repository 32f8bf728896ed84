"""The level around a potential: how wide it is itself, and how loud what lies around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AROUND_S = 0.75
OWN_S = 0.06
WIDE_SHARE = 0.03  # of the peak's energy
WIDE_NOISE = 3.0  # and above this multiple of the noise
BUSY_S = 0.15
BEAT_S = 0.05  # either side: a QRS complex lasts 80-100 ms
OTHER_SIZE = 10.0  # times the energy
JOINED = 16  # pushes joined at a time
MEDIAN_SHARE = 0.82  # median over mean of the energy of 10 ms of Gaussian noise in 180 Hz


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """The energy (m, n) in hops of `hop_ms` (m,) within 0.75 s of m peaks, and how far from them (m, n).

    The rows are padded at their ends with infinity, which is neither near nor quiet.
    """

    energy: NDArray[np.float64]
    seconds: NDArray[np.float64]
    hop_ms: NDArray[np.float64]

    def background(self, noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """RMS (m,) of what lies there, the potential left out, over the noise (m,); a median.

        Other isolated potentials do not raise it; a low contraction does.
        """
        away = np.where(np.abs(self.seconds) > OWN_S, self.energy, np.inf)
        away.sort(axis=1)
        count = np.isfinite(away).sum(axis=1)
        rows = np.arange(len(away))
        median = (away[rows, np.maximum(count - 1, 0) // 2] + away[rows, count // 2]) / 2
        return np.where(count == 0, 1.0, np.sqrt(median / MEDIAN_SHARE) / noise)

    def width_ms(self, noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """How long (m,) the energy around the peak stays above 3 % of its largest."""
        count = np.isfinite(self.energy).sum(axis=1)
        top, floor = self._top(noise, count)
        quiet = self.energy < floor[:, None]
        index = np.arange(quiet.shape[1])
        start = np.where(quiet & (index < top[:, None]), index + 1, 0).max(axis=1)
        end = np.where(quiet & (index > top[:, None]), index, count[:, None]).min(axis=1)
        return np.where(count == 0, 0.0, np.maximum(1, end - start) * self.hop_ms)

    def busy_ms(
        self, noise: NDArray[np.float64], beats_s: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """For how long in all (m,) the energy within 0.15 s of the peak is above 3 % of its largest.

        A potential with its echoes takes a few hops; a brief contraction of several units most of them.
        What is of another size altogether, as a knock, is not its company; nor are heartbeats at
        `beats_s` (m, n) from the peak, NaN for none.
        """
        count = np.isfinite(self.energy).sum(axis=1)
        top, floor = self._top(noise, count)
        most = OTHER_SIZE * np.take_along_axis(self.energy, top[:, None], axis=1)
        loud = (self.energy >= floor[:, None]) & (self.energy <= most) & np.isfinite(self.energy)
        loud &= np.abs(self.seconds) <= BUSY_S
        near = np.abs(beats_s) <= BUSY_S + BEAT_S
        for row in np.flatnonzero(near.any(axis=1)):
            away = np.abs(np.subtract.outer(beats_s[row, near[row]], self.seconds[row]))
            loud[row] &= away.min(axis=0) > BEAT_S
        busy: NDArray[np.float64] = np.count_nonzero(loud, axis=1) * self.hop_ms
        return busy

    def _top(
        self, noise: NDArray[np.float64], count: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The loudest hop (m,) at the peak, and the energy (m,) that counts beside it."""
        at = np.abs(self.seconds).argmin(axis=1)
        near = np.clip(at[:, None] + np.arange(-2, 3), 0, np.maximum(count - 1, 0)[:, None])
        energy = np.take_along_axis(self.energy, near, axis=1)
        rows = np.arange(len(near))
        top = near[rows, energy.argmax(axis=1)]
        return top, np.maximum(WIDE_SHARE * self.energy[rows, top], (WIDE_NOISE * noise) ** 2)


class Level:
    """The recent energy of the detection branch in 10-ms hops."""

    def __init__(self, n_channels: int, rate_hz: float, keep_s: float) -> None:
        self._rate_hz = rate_hz
        self._keep = round((keep_s + AROUND_S) * rate_hz)
        self._samples = np.empty(0, dtype=np.int64)
        self._energy = np.empty((0, n_channels))
        self._new: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
        self.first = 0  # the first sample that there ever was
        self.end = 0  # and where the signal has come to

    def push(self, samples: NDArray[np.int64], energy: NDArray[np.float64]) -> None:
        """Take hops: their first samples (n,) and mean squares (n, n_channels)."""
        if len(samples) == 0:
            return
        if len(self._samples) == 0 and not self._new:
            self.first = int(samples[0])
        self.end = int(samples[-1])
        self._new.append((samples, energy))
        if len(self._new) == JOINED:
            self._join()

    def _join(self) -> None:
        """Put what is new to the rest, and let go of what is old."""
        samples, energy = zip((self._samples, self._energy), *self._new, strict=True)
        self._new.clear()
        self._samples, self._energy = np.concatenate(samples), np.concatenate(energy)
        drop = int(np.searchsorted(self._samples, self.end - self._keep))
        self._samples, self._energy = self._samples[drop:], self._energy[drop:]

    def around(self, channels: NDArray[np.intp], peaks: NDArray[np.int64]) -> Around:
        """What lies within 0.75 s of the samples `peaks` (m,) on `channels` (m,)."""
        if self._new:
            self._join()
        if len(self._samples) == 0:
            nothing = np.full((len(peaks), 1), np.inf)
            return Around(nothing, nothing, np.zeros(len(peaks)))
        reach = AROUND_S * self._rate_hz
        low = np.searchsorted(self._samples, peaks - reach)
        count = np.searchsorted(self._samples, peaks + reach) - low
        column = np.arange(max(2, count.max()))
        beyond = column >= count[:, None]
        index = np.minimum(low[:, None] + column, len(self._samples) - 1)
        samples = self._samples[index]
        hop = np.where(count > 1, samples[:, 1] - samples[:, 0], 0)
        return Around(
            energy=np.where(beyond, np.inf, self._energy[index, channels[:, None]]),
            seconds=np.where(beyond, np.inf, (samples - peaks[:, None]) / self._rate_hz),
            hop_ms=hop * 1e3 / self._rate_hz,
        )
