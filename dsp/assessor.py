"""Which parts of each frame can be judged on which channel; potentials in the others are left out.

Most reasons hold for the whole frame. Where the signal itself is missing (lost, off contact, at a rail)
only that part and what the filters need around it are left out: an electrode that comes off for a moment
costs that moment. A frame is given in pieces, then; each has its own reasons.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from fasciscope.core import FrameQuality, Potential, StreamInfo
from fasciscope.dsp import quality
from fasciscope.dsp.conditioner import Conditioned
from fasciscope.dsp.settings import ChainSettings

ISLAND_S = 0.2
"""Less signal between two holes is not worth judging."""


class Assessor:
    """Judges frames; remembers what could not be judged lately."""

    def __init__(self, info: StreamInfo, settings: ChainSettings) -> None:
        self._rate_hz = info.rate_hz
        self._guard_n = round(settings.guard_s * info.rate_hz)
        self._island_n = round(ISLAND_S * info.rate_hz)
        self._n_channels = info.n_channels
        calibrated = np.array([channel.calibrated for channel in info.channels])
        self.scale = quality.Scale(calibrated, np.full(info.n_channels, np.nan))
        if info.resolution_uv is not None:
            self.scale.lsb[calibrated] = info.resolution_uv
        self._guarded = np.zeros(info.n_channels, dtype=np.int64)  # of the next frame's samples
        self._missing: tuple[tuple[str, ...], ...] = ((),) * info.n_channels  # what they follow
        self._unusable: list[tuple[int, int, NDArray[np.bool_]]] = []

    def settle_lsb(self, piece: Conditioned) -> None:
        """Where no header tells the size of a count, the smallest step of the first frame does."""
        unknown = np.isnan(self.scale.lsb)
        if unknown.any() and piece.frame.n_samples > 1:
            self.scale.lsb[unknown] = quality.smallest_step(piece.frame.uv)[unknown]

    def judge(self, piece: Conditioned, noise: NDArray[np.float64]) -> Iterator[FrameQuality]:
        """The frame in pieces; `noise` (n_channels,) is the feature branch's RMS."""
        frame, told = piece.frame, tuple(noise.tolist())
        none, nothing = ((),) * self._n_channels, (0,) * self._n_channels
        if frame.n_samples == 0:
            yield FrameQuality(frame.first_sample, 0, none, told, nothing)
            return
        reasons = quality.reasons(
            frame.uv, frame.holes(), noise, piece.line_wander, self.scale, self._rate_hz
        )
        if frame.first:
            self._guarded[:] = 0
        if frame.flags is None and not self._guarded.any():
            yield self._given(frame.first_sample, frame.n_samples, reasons, told, nothing)
            return
        lost, railed = frame.lost(), frame.railed()
        missing = quality.reasons_of_parts(lost.mean(axis=0), railed.mean(axis=0))
        out = self._out(lost | railed, np.array([bool(m) for m in missing]))
        missing = tuple(m or before for m, before in zip(missing, self._missing, strict=True))
        self._missing = missing
        for start, end in pairwise(_edges(out)):
            here = tuple(
                _both(m, r) if bad else r
                for m, r, bad in zip(missing, reasons, out[start], strict=True)
            )
            gone = tuple(np.count_nonzero(lost[start:end], axis=0).tolist())
            yield self._given(frame.first_sample + start, end - start, here, told, gone)

    def _given(
        self,
        first: int,
        n: int,
        reasons: tuple[tuple[str, ...], ...],
        noise: tuple[float, ...],
        lost: tuple[int, ...],
    ) -> FrameQuality:
        """A piece; it is remembered where it cannot be judged."""
        if any(reasons):
            self._unusable.append((first, first + n, np.array([bool(r) for r in reasons])))
        return FrameQuality(first, n, reasons, noise, lost)

    def _out(self, faulty: NDArray[np.bool_], named: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(n, n_channels) True where the channels `named` are faulty, around it, and closely between."""
        faulty &= named
        guarded: NDArray[np.bool_] = maximum_filter1d(
            faulty, 2 * self._guard_n + 1, axis=0, mode="constant"
        )
        for channel in np.flatnonzero(named | (self._guarded > 0)):
            column = guarded[:, channel]
            column[: self._guarded[channel]] = True
            edges = np.flatnonzero(np.diff(column)) + 1
            for end, start in pairwise(edges):
                if start - end < self._island_n:
                    column[end:start] = True
        since = np.where(faulty.any(axis=0), faulty[::-1].argmax(axis=0), self._guard_n)
        self._guarded = np.maximum(self._guard_n - since, 0)
        return guarded

    def usable(self, potential: Potential) -> bool:
        """Does it lie where its channel could be judged?"""
        return not any(
            first <= potential.peak_sample < end and bad[potential.channel]
            for first, end, bad in self._unusable
        )

    def forget(self, sample: int) -> None:
        """Let go of what ended before a sample."""
        self._unusable = [one for one in self._unusable if one[1] > sample]


def _edges(out: NDArray[np.bool_]) -> list[int]:
    """Where any channel of (n, n_channels) changes, with both ends."""
    changes = (out[1:] != out[:-1]).any(axis=1)
    return [0, *(np.flatnonzero(changes) + 1).tolist(), len(out)]


def _both(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The names of both, in their order."""
    return tuple(name for name in quality.REASONS if name in some or name in others)
