"""The detection statistic: a bank of matched filters in the channel's own noise.

At rest, surface noise is anything but white: two thirds of its power may lie below 60 Hz, where a
motor-unit potential has least to show. So each channel's noise correlation is learned where nothing
happens, and three short quadrature pairs (one and a half waves of 50, 80 and 130 Hz, the range of
surface potentials, science.md 2.1) are matched to it. The statistic is the largest of the pairs'
magnitudes in units of the noise: with Gaussian noise the square of each is chi-squared with two
degrees of freedom, whatever the spectrum.

Departure from DESIGN.md 10 (12-ms RMS in 20-200 Hz): measured on 22 stretches of real rest with real
motor-unit waveforms at peak to peak = 8 x noise RMS, and the threshold of each set to the same false
alarms, the RMS finds 0.45-0.64, the RMS of AR-whitened noise 0.78-0.89, this bank 0.88-0.93.
"""

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from fasciscope.dsp.waves import shifts

CENTRES_HZ = (50.0, 80.0, 130.0)
CYCLES = 0.45
LENGTH_S = 0.032
LOADING = 0.03  # keeps the stop band of the filters from being whitened into the foreground
MEMORY_FRAMES = 20
REFRESH_FRAMES = 5
QUIET = 1.6  # bins count as quiet while their piece's RMS is below this multiple of the noise
LAGS_S = 0.006
SHADOW_S = 0.06
SHADOW = 0.03  # a peak this much weaker (in power) beside a strong one is its filter's echo


class MatchedBank:
    """Learns each channel's noise correlation and gives the squared statistic per bin."""

    def __init__(self, bin_rate_hz: float, n_channels: int) -> None:
        self.length = max(4, round(LENGTH_S * bin_rate_hz))
        self._templates = _templates(bin_rate_hz, self.length)
        self._halves = _halves(self.length)
        index = np.arange(self.length)
        self._lag = np.abs(index[:, None] - index)
        self._correlation = np.zeros((n_channels, self.length))
        self._weight = np.zeros(n_channels)
        self._filters: NDArray[np.float64] | None = None
        self._whitener = np.zeros((n_channels, self.length, self.length))
        self._lags = round(LAGS_S * bin_rate_hz)
        self._frames = 0

    def learn(
        self, bins: NDArray[np.float64], quiet: NDArray[np.bool_], noise: NDArray[np.float64]
    ) -> None:
        """Take bins (n, n_channels); `quiet` (n / k, n_channels) tells of each k; `noise` is RMS."""
        n = len(bins) - self.length + 1
        self._frames += 1
        settled = self._filters is not None and self._frames > MEMORY_FRAMES
        if n < self.length or (settled and self._frames % REFRESH_FRAMES):
            return  # what is known well is refreshed now and then
        quiet = np.repeat(quiet, len(bins) // len(quiet), axis=0)
        ahead = shifts(bins.T, self.length)  # (n_channels, length, n)
        base = np.where(quiet[:n], bins[:n], 0.0).T[:, :, None]
        sums = (ahead @ base)[:, :, 0]
        counts = quiet[:n].sum(axis=0).astype(float)
        keep = np.where(counts > 0, 1.0 - 1.0 / MEMORY_FRAMES, 1.0)
        self._correlation = keep[:, None] * self._correlation + sums
        self._weight = keep * self._weight + counts
        if self._filters is None or self._frames % REFRESH_FRAMES == 0:
            self._match(noise)

    def _match(self, noise: NDArray[np.float64]) -> None:
        """Filters (n_channels, 2 pairs, length): R^-1 h, of norm 1 in the noise.

        R is a symmetric Toeplitz matrix, so its modes are even or odd in time, as are the templates:
        each half is solved by itself, and the two waves of a pair are orthogonal of themselves.
        """
        lags = self._correlation / np.maximum(self._weight, 1.0)[:, None]
        lags[:, 0] = np.maximum(lags[:, 0], noise**2) + np.finfo(float).tiny
        lags /= lags[:, :1]
        matrices = lags[:, self._lag]
        halves, whiteners = [], []
        for half, waves in zip(self._halves, self._templates, strict=True):
            matched, whitener = _matched(half.T @ matrices @ half, half.T @ waves)
            halves.append(matched @ half.T)
            whiteners.append(half @ whitener @ half.T)
        self._filters = np.concatenate(halves, axis=1)  # every pair's even, then every pair's odd
        self._whitener = whiteners[0] + whiteners[1]

    def run(self, bins: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """Squared statistic (n, n_channels) of bins (n, n_channels); the ends are padded with 0."""
        if self._filters is None:  # not even one frame's worth yet
            self._match(noise)
        assert self._filters is not None
        n, n_channels = bins.shape
        before = self.length // 2
        padded = np.zeros((n_channels, n + self.length - 1))
        padded[:, before : before + n] = bins.T
        out = self._filters @ shifts(padded, self.length)  # (n_channels, 2 pairs, n)
        power = np.square(out, out=out)
        pairs = power.shape[1] // 2
        both = power[:, :pairs] + power[:, pairs:]
        largest = reduce(np.maximum, both.swapaxes(0, 1))
        squared: NDArray[np.float64] = largest.T / np.maximum(noise**2, np.finfo(float).tiny)
        return squared

    def whitened(
        self,
        bins: NDArray[np.float64],
        at: NDArray[np.intp],
        channels: NDArray[np.intp],
        noise: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """(m, lags, length) `bins` (n, n_channels) around bins `at` (m,), white and of deviation 1 in noise.

        One row a lag of up to 6 ms either way; beyond an end the end's bin is repeated.
        """
        start = at[:, None] + np.arange(-self._lags, self._lags + 1) - self.length // 2
        index = start[:, :, None] + np.arange(self.length)
        index = np.minimum(np.maximum(index, 0), len(bins) - 1)
        around = bins[index, channels[:, None, None]]
        white: NDArray[np.float64] = around @ self._whitener[channels]
        white /= np.maximum(noise[channels], np.finfo(float).tiny)[:, None, None]
        return white


def peaks(
    squared: NDArray[np.float64], threshold: float, merge: int, shadow: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Bins and channels where the squared statistic (n, n_channels) peaks above `threshold`**2.

    A peak is the largest within `merge` bins either side and no echo of a larger within `shadow`.
    Sorted by bin.
    """
    over = np.flatnonzero((squared > threshold**2).T)  # channel by channel, as it lies in memory
    channels, bins = np.divmod(over, len(squared))
    if len(bins) == 0:
        return bins, channels
    order = np.lexsort((channels, bins))
    bins, channels = bins[order], channels[order]
    reach = np.arange(-shadow, shadow + 1)
    around = squared[np.clip(bins[:, None] + reach, 0, len(squared) - 1), channels[:, None]]
    own = around[:, shadow]
    near = around[:, shadow - merge : shadow + merge + 1]
    keep = (own == near.max(axis=1)) & (own >= SHADOW * around.max(axis=1))
    return bins[keep], channels[keep]


def _matched(
    noise: NDArray[np.float64], waves: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Waves (n, n_waves) matched to noise matrices (n_channels, n, n), and what whitens that noise.

    (n_channels, n_waves, n) and (n_channels, n, n).
    """
    # Lags learned from pieces need not make a positive matrix: its spectrum is floored.
    power, modes = np.linalg.eigh(noise)
    power = np.maximum(power, LOADING) + LOADING
    inside = modes.swapaxes(1, 2) @ waves
    scaled = inside / power[:, :, None]
    norm = np.sqrt((inside * scaled).sum(axis=1))
    matched: NDArray[np.float64] = (modes @ (scaled / norm[:, None, :])).swapaxes(1, 2)
    whitener: NDArray[np.float64] = (modes / np.sqrt(power)[:, None, :]) @ modes.swapaxes(1, 2)
    return matched, whitener


def _halves(length: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Orthonormal even waves (length, n) and odd waves (length, length - n)."""
    first, turned = np.eye(length), np.eye(length)[::-1]
    even, odd = (first + turned)[:, : (length + 1) // 2], (first - turned)[:, : length // 2]
    return even / np.linalg.norm(even, axis=0), odd / np.linalg.norm(odd, axis=0)


def _templates(bin_rate_hz: float, length: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(length, pairs) each: cosines, and sines, under a Gaussian, without offset, of norm 1."""
    time_s = (np.arange(length) - (length - 1) / 2) / bin_rate_hz
    evens, odds = [], []
    for centre_hz in CENTRES_HZ:
        if centre_hz > 0.4 * bin_rate_hz:
            continue
        taper = np.exp(-0.5 * (2 * time_s * centre_hz / CYCLES) ** 2)
        even = taper * np.cos(2 * np.pi * centre_hz * time_s)
        even -= taper * even.sum() / taper.sum()
        odd = taper * np.sin(2 * np.pi * centre_hz * time_s)
        evens.append(even / np.linalg.norm(even))
        odds.append(odd / np.linalg.norm(odd))
    return np.stack(evens, axis=1), np.stack(odds, axis=1)
