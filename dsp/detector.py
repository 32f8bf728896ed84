"""Conditioned frames with their noise to candidates and regions of one contiguous stretch.

Threshold: with Gaussian noise the square of each pair's output is chi-squared with two degrees of
freedom, so it exceeds t**2 with probability exp(-t**2 / 2). At 5.15, white noise gives 0.08 potentials
a minute (28 in 360 minutes measured, as in tests/dsp/test_detector.py), of which the classifier's rules
leave 0.05. Real rest has heavier tails; that is what the shape and surroundings of a potential are judged for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from fasciscope.dsp.bursts import Region, RegionTracker
from fasciscope.dsp.conditioner import Conditioned
from fasciscope.dsp.grid import Grid
from fasciscope.dsp.matched import SHADOW_S, MatchedBank, peaks
from fasciscope.dsp.measurer import Candidates
from fasciscope.dsp.settings import ChainSettings

HOPS = 5
"""Hops of 10 ms in the envelope's mean."""


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Noise RMS by channel, in both branches."""

    detection: NDArray[np.float64]
    feature: NDArray[np.float64]


class Detector:
    """Finds candidates and regions of activity; starts anew at each stretch."""

    def __init__(self, grid: Grid, n_channels: int, delay_n: int, settings: ChainSettings) -> None:
        self._grid = grid
        self._delay_n = delay_n
        self._weak = settings.weak_threshold
        self._look_n = round(settings.lookahead_s / grid.bin_s)
        self._tail_n = 2 * self._look_n
        self._guard_n = round(settings.guard_s / grid.bin_s)
        self._settle_n = round(settings.settle_s / grid.bin_s)
        self.regions = RegionTracker(n_channels, settings, grid.hop_s)
        self.busy = np.zeros(n_channels, dtype=bool)  # channels that may be in a burst now
        self._n_channels = n_channels
        self.bank = MatchedBank(grid.bin_rate_hz, n_channels)
        self._shadow_n = round(SHADOW_S / grid.bin_s)
        self._restart(0)

    def _restart(self, first_sample: int) -> None:
        self._first_sample = first_sample
        self._bins = np.empty((0, self._n_channels))
        self._bad: NDArray[np.bool_] | None = None  # of the bins kept, None without holes
        self._rest = np.empty((0, self._n_channels))  # bins not yet in a hop
        self._hops_done = 0

    def hop_sample(self, hop: int) -> int:
        """The absolute sample of an envelope hop of this stretch."""
        at = self._first_sample + hop * self._grid.hop * self._grid.step - self._delay_n
        return max(self._first_sample, at)

    def regions_closed(
        self, piece: Conditioned, noise: Noise
    ) -> tuple[list[Region], NDArray[np.int64], NDArray[np.float64]]:
        """Advance the envelope; give the regions that ended, and the hops: first samples, energy."""
        if piece.frame.first:
            self._restart(piece.frame.first_sample)
        rest = np.concatenate([self._rest, np.square(piece.bins)])
        hops = len(rest) // self._grid.hop
        used = hops * self._grid.hop
        self._rest = rest[used:]
        share = np.full((1, self._grid.hop), 1.0 / self._grid.hop)
        energy = (share @ rest[:used].reshape(hops, self._grid.hop, self._n_channels))[:, 0]
        samples = self._hop_samples(hops)
        tail = self._smooth_tail(piece)
        smooth = _fifty_ms(energy, tail)
        self._hop_tail = np.concatenate([tail, energy])[-(HOPS - 1) :]
        ratio = np.sqrt(smooth) / noise.detection
        self.busy = self.regions.busy(ratio)
        closed = list(self.regions.push(ratio))
        if piece.frame.last:
            closed.extend(self.regions.close())
        return closed, samples, energy

    def _hop_samples(self, hops: int) -> NDArray[np.int64]:
        """The middles of the next hops, as samples of the feature branch."""
        size = self._grid.hop * self._grid.step
        index = self._hops_done + np.arange(hops, dtype=np.int64)
        self._hops_done += hops
        return self._first_sample + index * size + size // 2 - self._delay_n

    def _smooth_tail(self, piece: Conditioned) -> NDArray[np.float64]:
        return np.empty((0, self._n_channels)) if piece.frame.first else self._hop_tail

    def candidates(self, piece: Conditioned, noise: Noise) -> Candidates:
        """The peaks of the statistic that are final by this frame."""
        old = len(self._bins)
        held = np.concatenate([self._bins, piece.bins])
        squared = self.bank.run(held, noise.detection)
        bins, channels = peaks(squared, self._weak, self._grid.merge, self._shadow_n)
        first = self._settle_n if piece.frame.first else old - self._look_n
        end = len(held) - (self._guard_n if piece.frame.last else self._look_n)
        keep = (bins >= first) & (bins < end)
        guarded = self._guarded(piece, old)
        if guarded is not None:
            keep &= ~guarded[bins, channels]
        bins, channels = bins[keep], channels[keep]
        self._bins = held[-self._tail_n :]
        return Candidates(
            sample=piece.frame.first_sample + (bins - old) * self._grid.step,
            channel=channels,
            statistic=np.sqrt(squared[bins, channels]),
            noise=noise.detection[channels],
            feature_noise=noise.feature[channels],
            white=self.bank.whitened(held, bins, channels, noise.detection),
        )

    def _guarded(self, piece: Conditioned, old: int) -> NDArray[np.bool_] | None:
        """Bins, `old` ones before the frame's, within the guard of a hole; None if there are no holes."""
        if piece.bad is None and self._bad is None:
            return None
        none = np.zeros((old, self._n_channels), dtype=bool)
        here = np.zeros(piece.bins.shape, dtype=bool) if piece.bad is None else piece.bad
        bad = np.concatenate([none if self._bad is None else self._bad, here])
        tail = bad[-self._tail_n :]
        self._bad = tail if tail.any() else None
        guarded: NDArray[np.bool_] = maximum_filter1d(bad, 2 * self._guard_n + 1, axis=0)
        return guarded


def _fifty_ms(energy: NDArray[np.float64], tail: NDArray[np.float64]) -> NDArray[np.float64]:
    """Causal mean over five hops, in step with `energy` (n_hops, n_channels)."""
    padded = np.concatenate([tail, energy])
    n, before = len(energy), len(tail)
    total = energy.copy()
    for back in range(1, min(HOPS, before + n)):  # a stretch may end within its first hops
        reach = max(0, back - before)  # at the start there are fewer
        total[reach:] += padded[before - back + reach : before - back + n]
    return total / np.minimum(np.arange(before + 1, before + n + 1), HOPS)[:, None]
