"""Candidates wait some seconds and are measured together: many at a time cost little more than one.

Nothing is lost by it: a potential waits for its surroundings in any case (`context`).
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Potential
from fasciscope.dsp.conditioner import Conditioned, Conditioner
from fasciscope.dsp.context import Waiting
from fasciscope.dsp.filters import BackwardPass
from fasciscope.dsp.grid import Grid
from fasciscope.dsp.potentials import Measures, measure
from fasciscope.dsp.settings import ChainSettings
from fasciscope.dsp.waves import thumbnail


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Peaks of the detection statistic in order of time; arrays (m,).

    `sample` is absolute and counted in the detection branch, late by its filters; `noise` and
    `feature_noise` are the RMS of the two branches then; `white` (m, lags, n) is its surroundings in
    the detection branch, whitened (`MatchedBank.whitened`).
    """

    sample: NDArray[np.int64]
    channel: NDArray[np.intp]
    statistic: NDArray[np.float64]
    noise: NDArray[np.float64]
    feature_noise: NDArray[np.float64]
    white: NDArray[np.float64]


class Measurer:
    """Keeps frames and their candidates until it is time to measure."""

    def __init__(
        self, n_channels: int, grid: Grid, conditioner: Conditioner, settings: ChainSettings
    ) -> None:
        self._rate_hz = grid.rate_hz
        self._delay_n = conditioner.delay_n + conditioner.band_delay_n
        self._backward = BackwardPass(conditioner.band_sos)
        self._frames_n = round(settings.measure_every_s / settings.frame_s)
        # The feature branch and the raw signal; the first frame was there the last time already.
        self._frame_n = grid.frame_n
        self._held = np.empty((2, n_channels, (self._frames_n + 1) * grid.frame_n))
        self._first_sample = self._filled = 0
        self._ended = False
        self._line_hz = conditioner.mains.line_hz
        self._waiting: list[Candidates] = []
        self._new = 0

    def add(self, piece: Conditioned, candidates: Candidates) -> bool:
        """Take a frame with what became final by it; True if it is time to measure."""
        if self._filled == 0:
            self._first_sample = piece.frame.first_sample
        here = slice(self._filled, self._filled + piece.frame.n_samples)
        self._held[0, :, here], self._held[1, :, here] = piece.feature.T, piece.frame.uv.T
        self._filled, self._ended = here.stop, piece.frame.last
        self._line_hz = piece.line_hz
        if len(candidates.sample):
            self._waiting.append(candidates)
        self._new += 1
        return piece.frame.last or self._new >= self._frames_n

    def measure(self) -> list[Waiting]:
        """All candidates measured, in order of time."""
        measured = self._measured() if self._waiting else []
        self._waiting, self._new = [], 0
        # Candidates may lie a little before the next frame; nothing reaches over a stretch's end.
        self._keep(0 if self._ended else self._frame_n)
        return measured

    def _keep(self, n: int) -> None:
        """Only the last `n` samples."""
        self._held[:, :, :n] = self._held[:, :, self._filled - n : self._filled]
        self._first_sample += self._filled - n
        self._filled = n

    def _measured(self) -> list[Waiting]:
        feature, raw = self._held[:, :, : self._filled].transpose(0, 2, 1)
        origin = self._first_sample
        found = _joined(self._waiting)
        rows = np.clip(found.sample - self._delay_n - origin, 0, len(feature) - 1)
        measures = measure(
            feature,
            raw,
            origin,
            rows,
            found.channel,
            found.feature_noise,
            self._rate_hz,
            self._line_hz,
            self._backward,
        )
        waves = thumbnail(measures.waveform, self._rate_hz)
        return [
            Waiting(_potential(measures, found, k), waves[k], float(found.noise[k]), found.white[k])
            for k in range(len(rows))
        ]


def _joined(parts: list[Candidates]) -> Candidates:
    columns = (field.name for field in fields(Candidates))
    return Candidates(*(np.concatenate([getattr(p, name) for p in parts]) for name in columns))


def _potential(m: Measures, found: Candidates, k: int) -> Potential:
    wave = m.waveform[k]
    wave.flags.writeable = False
    channel, peak = int(found.channel[k]), int(m.peak_sample[k])
    return Potential(
        channel=channel,
        channels=(channel,),
        start_sample=int(m.start_sample[k]),
        peak_sample=peak,
        end_sample=max(int(m.end_sample[k]), peak + 1),
        peak_to_peak=float(m.peak_to_peak[k]),
        noise=float(found.feature_noise[k]),
        statistic=float(found.statistic[k]),
        duration_ms=float(m.duration_ms[k]),
        half_width_ms=float(m.half_width_ms[k]),
        rise_ms=float(m.rise_ms[k]),
        phases=int(m.phases[k]),
        median_hz=float(m.median_hz[k]),
        low_ratio=float(m.low_ratio[k]),
        sharpness=float(m.sharpness[k]),
        brightness=float(m.brightness[k]),
        zero_lag=1,
        waveform=wave,
    )
