"""Frames to branches: the EMG band without mains, the detection band at its own pace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fasciscope.dsp.filters import (
    SosFilter,
    band_sos,
    corner_hz,
    group_delay_s,
    low_pass_sos,
    restarts,
)
from fasciscope.dsp.frames import Frame
from fasciscope.dsp.grid import Grid
from fasciscope.dsp.mains import MainsCanceller
from fasciscope.dsp.settings import ChainSettings

DELAY_AT_HZ, DELAY_AT = 80.0, 0.3
"""Where most of a surface potential's energy lies (science.md 2.1: median 44-95 Hz); but no more than
this fraction of the rate, well below the corner: at 200 Hz, 80 Hz is the corner, six samples late."""

BEFORE_S = 0.1
"""So much of a stretch's start is taken to have come before it, too: whole waves of either mains, so that
hum does not begin with a bang."""

AT_ONCE = 8  # frames filtered at a time: more gain nothing and take memory


@dataclass(frozen=True, slots=True, eq=False)
class Conditioned:
    """A frame with its branches.

    `feature` (n, n_channels) 20-450 Hz without mains; `bins` (n_bins, n_channels) the detection
    branch at the grid's pace; `energy` (n_pieces, 2 n_channels) the mean squares of the noise pieces of
    the detection branch, then of the feature branch, NaN where any bin was in a hole; `bad` (n_bins,
    n_channels) True in holes, None where there are none; `line_hz` the mains, and
    `line_wander` (n_channels,) the share of it that stayed (`mains.Comb.wander`).
    """

    frame: Frame
    feature: NDArray[np.float64]
    bins: NDArray[np.float64]
    energy: NDArray[np.float64]
    bad: NDArray[np.bool_] | None
    line_hz: float
    line_wander: NDArray[np.float64]


class Conditioner:
    """The filters of a stream, restarted at each stretch and after each hole in a channel."""

    def __init__(self, grid: Grid, n_channels: int, settings: ChainSettings) -> None:
        rate_hz = grid.rate_hz
        highest_hz = corner_hz(rate_hz, settings.feature_low_pass_hz)
        detection = low_pass_sos(rate_hz, settings.detection_low_pass_hz)
        self.band_sos = band_sos(rate_hz, settings.high_pass_hz, settings.feature_low_pass_hz)
        self._band = SosFilter(self.band_sos, n_channels)
        self._low = SosFilter(detection, n_channels)
        self.mains = MainsCanceller(settings.mains, rate_hz, highest_hz, n_channels)
        at_hz = min(DELAY_AT_HZ, DELAY_AT * rate_hz)
        self.delay_n = round(group_delay_s(rate_hz, detection, at_hz) * rate_hz)
        self.band_delay_n = round(group_delay_s(rate_hz, self.band_sos, at_hz) * rate_hz)
        self._step, self._piece = grid.step, grid.piece
        self._before_n = round(BEFORE_S * rate_hz)
        self._in_hole = np.zeros(n_channels, dtype=bool)

    def run(self, frame: Frame) -> Conditioned:
        """Filter the next frame."""
        (conditioned,) = self.run_all([frame])
        return conditioned

    def run_all(self, frames: Sequence[Frame]) -> Iterator[Conditioned]:
        """Filter the next frames: several plain ones at a time, which changes no bit of any.

        Calls are dear, arithmetic is cheap (DESIGN.md 10).
        """
        done = 0
        while done < len(frames):
            group = frames[done : done + self._plain(frames[done : done + AT_ONCE])]
            yield from self._run(group)
            done += len(group)

    def _plain(self, frames: Sequence[Frame]) -> int:
        """How many of the first frames can be filtered at once: whole, without holes, one stretch."""
        if not self.mains.decided:
            return 1
        n = frames[0].n_samples
        special = (
            k
            for k, f in enumerate(frames)
            if f.first or f.last or f.flags is not None or f.n_samples != n
        )
        return max(1, next(special, len(frames)))

    def _run(self, frames: Sequence[Frame]) -> Iterator[Conditioned]:
        frame, n_frames = frames[0], len(frames)
        uv = frame.uv if n_frames == 1 else np.concatenate([f.uv.T for f in frames], axis=1).T
        holes = frame.holes()
        feature = self._filter(frame, uv, holes)
        feature = self.mains.run(feature, frame.first_sample, n_frames, holes)
        if holes is not None:
            feature = np.where(holes, 0.0, feature)
        if frame.first and frame.n_samples:
            self._low.restart(feature[0])
        bins = self._thinned(self._low.run(feature), n_frames)
        energy = [_piece_energy(b, self._piece) for b in (bins, self._thinned(feature, n_frames))]
        energies = np.concatenate(energy, axis=2)
        bad = None
        if holes is not None:
            bad = _by_bin(holes, self._step)
            energies[0, np.tile(_any_of_pieces(bad, self._piece), 2)] = np.nan
        wander = self.mains.wander()
        for k, one in enumerate(frames):
            yield Conditioned(
                frame=one,
                feature=feature[k * one.n_samples : (k + 1) * one.n_samples],
                bins=bins[k],
                energy=energies[k],
                bad=bad,
                line_hz=self.mains.line_hz,
                line_wander=wander[k],
            )

    def _thinned(self, samples: NDArray[np.float64], n_frames: int) -> NDArray[np.float64]:
        """Frames (n, n_channels) at the grid's pace: (n_frames, n_bins, n_channels)."""
        n, n_channels = samples.shape
        framed = samples.T.reshape(n_channels, n_frames, n // n_frames)
        return np.ascontiguousarray(framed[:, :, :: self._step].transpose(1, 2, 0))

    def _filter(
        self, frame: Frame, uv: NDArray[np.float64], holes: NDArray[np.bool_] | None
    ) -> NDArray[np.float64]:
        if frame.first and frame.n_samples:
            self._begin(uv[: self._before_n], holes)
            self._in_hole[:] = False
        if holes is None and not self._in_hole.any():
            return self._band.run(uv)
        whole = np.zeros(uv.shape, dtype=bool) if holes is None else holes
        pieces, start = [], 0
        for sample, channels in restarts(whole, self._in_hole):
            pieces.append(self._band.run(uv[start:sample]))
            self._band.restart(uv[sample], channels)
            start = sample
        pieces.append(self._band.run(uv[start:]))
        if len(whole):
            self._in_hole = whole[-1].copy()
        return np.asfortranarray(np.concatenate(pieces))

    def _begin(self, first: NDArray[np.float64], holes: NDArray[np.bool_] | None) -> None:
        """Start as if the `first` samples of the stretch had come before it too; plainly if some are holes."""
        if holes is not None and holes[: len(first)].any():
            self._band.restart(first[0])
            return
        self._band.restart(first.mean(axis=0))
        self._band.run(first)


def _by_bin(holes: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """(n_bins, n_channels) True where any sample of the bin is in a hole."""
    starts = np.arange(0, len(holes), step)
    bad: NDArray[np.bool_] = np.logical_or.reduceat(holes, starts, axis=0)
    return bad


def _piece_energy(bins: NDArray[np.float64], piece: int) -> NDArray[np.float64]:
    """Mean squares (n_frames, n_pieces, n_channels) of the whole pieces of each frame."""
    n_frames, n, n_channels = bins.shape[0], bins.shape[1] // piece, bins.shape[2]
    squares = np.square(bins[:, : n * piece]).reshape(n_frames, n, piece, n_channels)
    energy: NDArray[np.float64] = (np.full((1, piece), 1.0 / piece) @ squares)[:, :, 0]
    return energy


def _any_of_pieces(bad: NDArray[np.bool_], piece: int) -> NDArray[np.bool_]:
    """(n_pieces, n_channels) True where any bin of a whole piece is."""
    n = len(bad) // piece
    pieces = bad[: n * piece].reshape(n, piece, bad.shape[1])
    any_of: NDArray[np.bool_] = np.logical_or.reduce(pieces, axis=1)
    return any_of
