"""Frames to branches: the EMG band without mains, the detection band at its own pace."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fasciscope.dsp.filters import (
    HIGHEST_FRACTION,
    SosFilter,
    band_sos,
    group_delay_s,
    low_pass_sos,
    restarts,
)
from fasciscope.dsp.frames import Frame
from fasciscope.dsp.grid import Grid
from fasciscope.dsp.mains import MainsCanceller
from fasciscope.dsp.settings import ChainSettings

DELAY_AT_HZ = 80.0
"""Where most of a surface potential's energy lies (science.md 2.1: median 44-95 Hz)."""


@dataclass(frozen=True, slots=True, eq=False)
class Conditioned:
    """A frame with its branches.

    `feature` (n, n_channels) 20-450 Hz without mains; `bins` (n_bins, n_channels) the detection
    branch at the grid's pace; `feature_bins` the feature branch at that pace; `bad` (n_bins,
    n_channels) True in holes, None where there are none; `line_hz` the mains, `line` and
    `line_wander` (n_channels,) the RMS of the mains taken out, and the share that stayed (`mains.Comb.wander`).
    """

    frame: Frame
    feature: NDArray[np.float64]
    bins: NDArray[np.float64]
    feature_bins: NDArray[np.float64]
    bad: NDArray[np.bool_] | None
    line_hz: float
    line: NDArray[np.float64]
    line_wander: NDArray[np.float64]


class Conditioner:
    """The filters of a stream, restarted at each stretch and after each hole in a channel."""

    def __init__(self, grid: Grid, n_channels: int, settings: ChainSettings) -> None:
        rate_hz = grid.rate_hz
        highest_hz = min(settings.feature_low_pass_hz, HIGHEST_FRACTION * rate_hz)
        detection = low_pass_sos(rate_hz, settings.detection_low_pass_hz)
        self.band_sos = band_sos(rate_hz, settings.high_pass_hz, settings.feature_low_pass_hz)
        self._band = SosFilter(self.band_sos, n_channels)
        self._low = SosFilter(detection, n_channels)
        self.mains = MainsCanceller(settings.mains, rate_hz, highest_hz, n_channels)
        self.delay_n = round(group_delay_s(rate_hz, detection, DELAY_AT_HZ) * rate_hz)
        self.band_delay_n = round(group_delay_s(rate_hz, self.band_sos, DELAY_AT_HZ) * rate_hz)
        self._step = grid.step
        self._in_hole = np.zeros(n_channels, dtype=bool)

    def run(self, frame: Frame) -> Conditioned:
        """Filter the next frame."""
        holes = frame.holes()
        feature = self._filter(frame, holes)
        feature = self.mains.run(feature, frame.first_sample)
        if holes is not None:
            feature = np.where(holes, 0.0, feature)
        if frame.first and frame.n_samples:
            self._low.restart(feature[0])
        detection = self._low.run(feature)
        return Conditioned(
            frame=frame,
            feature=feature,
            bins=np.ascontiguousarray(detection[:: self._step]),
            feature_bins=np.ascontiguousarray(feature[:: self._step]),
            bad=None if holes is None else _by_bin(holes, self._step),
            line_hz=self.mains.line_hz,
            line=self.mains.rms(),
            line_wander=self.mains.wander(),
        )

    def _filter(self, frame: Frame, holes: NDArray[np.bool_] | None) -> NDArray[np.float64]:
        uv = frame.uv
        if frame.first and frame.n_samples:
            self._band.restart(uv[0])
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


def _by_bin(holes: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """(n_bins, n_channels) True where any sample of the bin is in a hole."""
    starts = np.arange(0, len(holes), step)
    bad: NDArray[np.bool_] = np.logical_or.reduceat(holes, starts, axis=0)
    return bad
