"""Samples at a converter's rail: where the signal stands still at an extreme, there is no signal.

A board that does not say so shows it: samples pile up at the frame's largest or smallest value, with
next to none in the counts beside it, which no wave does (a parabola's top counts as much within three
counts of the summit as at it). Runs that lie close together are one; brief ones are left alone, as a
potential with a flat top still is one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_opening

from fasciscope.core import Flag
from fasciscope.dsp.quality import smallest_step

LOST = int(Flag.MISSING | Flag.OFF_CONTACT)
RUN = 3  # equal samples in a row: fewer come by chance
JOIN_S = 0.05  # noise on a drift touches the rail now and then before it stays there
LEAST_S = 0.02
RANGE_COUNTS = 20.0  # below this the extremes are the noise of a coarse converter
BESIDE_COUNTS = 3.5
AFAR = 5.0  # ranges of the frame before
PILED = 4.0  # so many at the extreme for one beside it


@dataclass(frozen=True, slots=True, eq=False)
class Railed:
    """(n, n_channels) each: True where the signal stays at a rail; where it only touches one."""

    stays: NDArray[np.bool_]
    touches: NDArray[np.bool_]


class Rails:
    """Finds the samples at a rail, frame by frame; remembers what the frame before ended at."""

    def __init__(self, n_channels: int, rate_hz: float) -> None:
        self._join_n = max(1, round(JOIN_S * rate_hz))
        self._least_n = max(RUN, round(LEAST_S * rate_hz))
        self._count = np.full(n_channels, np.inf)  # the smallest step seen: one count, or less
        self._before = np.full((2, n_channels), np.nan)  # least and largest of the last frame
        self._rail = np.full(n_channels, np.nan)  # where the last frame ended, if at a rail

    def find(self, uv: NDArray[np.float64], flags: NDArray[np.uint8] | None) -> Railed | None:
        """Samples of a frame (n, n_channels) at a rail, if any; of `flags`, None without, the board's word
        on clipping counts, and what is lost does not."""
        if not len(uv):
            return None
        unknown = ~np.isfinite(self._count)
        if unknown.any():
            step = smallest_step(uv[:, unknown])
            self._count[unknown] = np.where(step > 0, step, np.inf)
        low, high = uv.min(axis=0), uv.max(axis=0)
        suspect = (high == low) | (uv[0] == self._rail)
        wide = high - low >= RANGE_COUNTS * self._count
        if wide.any():
            extreme = np.count_nonzero((uv == high) | (uv == low), axis=0)
            suspect |= wide & (extreme > RUN)
        stays = np.zeros(uv.shape, dtype=bool)
        touches, there = stays.copy(), ~stays
        if flags is not None:
            touches, there = (flags & int(Flag.CLIPPED)) != 0, (flags & LOST) == 0
            suspect |= (flags != 0).any(axis=0)
        for channel in np.flatnonzero(suspect).tolist():
            x, mine, sound = uv[:, channel], touches[:, channel], there[:, channel]
            begins = bool(x[0] == self._rail[channel])
            if sound.any():
                mine[sound] |= self._at(x[sound], channel, begins=begins)
            stays[:, channel] = _long(_runs(mine), self._join_n, self._least_n, begins=begins)
        self._before = np.array([low, high])
        self._rail = np.where(stays[-1], uv[-1], np.nan)
        touches &= ~stays
        return Railed(stays, touches) if stays.any() or touches.any() else None

    def _at(self, x: NDArray[np.float64], channel: int, *, begins: bool) -> NDArray[np.bool_]:
        """Where the samples (n,) of a channel are at a rail."""
        at = np.zeros(len(x), dtype=bool)
        step = float(smallest_step(x[:, None])[0])
        if step > 0:
            self._count[channel] = min(self._count[channel], step)
        for level in {float(x.max()), float(x.min())}:
            if self._piled(x, level, channel):
                at |= _runs(x == level)
        if begins:
            at[: _while(x, x[0])] = True
        return at

    def _piled(self, x: NDArray[np.float64], level: float, channel: int) -> bool:
        """Do the samples of a frame pile up at this extreme?"""
        count, away = self._count[channel], np.abs(x - level)
        if not np.isfinite(count):
            return False
        if not away.any():  # still for the whole frame: it must have come from afar
            low, high = self._before[:, channel]
            return bool(max(level - high, low - level) > AFAR * max(high - low, count))
        beside = np.count_nonzero(away <= BESIDE_COUNTS * count) - np.count_nonzero(away == 0)
        piled = np.count_nonzero(away == 0) >= max(RUN, PILED * beside)
        return bool(piled and away.max() >= RANGE_COUNTS * count)


def _while(x: NDArray[np.float64], level: float) -> int:
    """How many samples from the first on stand at a level."""
    off = x != level
    return int(off.argmax()) if off.any() else len(x)


def _edges(at: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(n_runs, 2) first sample and the one after the last of each run."""
    return np.flatnonzero(np.diff(at, prepend=False, append=False)).reshape(-1, 2)


def _runs(at: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Only what is true for three samples or more."""
    kept: NDArray[np.bool_] = binary_opening(at, np.ones(RUN, dtype=bool))
    return kept


def _long(at: NDArray[np.bool_], join_n: int, least_n: int, *, begins: bool) -> NDArray[np.bool_]:
    """Runs joined over short breaks; those that are still brief are left out unless they go on."""
    spans = _edges(at)
    joined = np.zeros(len(at), dtype=bool)
    first = 0
    for k, (_, end) in enumerate(spans):
        if k + 1 < len(spans) and spans[k + 1, 0] - end <= join_n:
            continue
        start = spans[first, 0]
        goes_on = (start == 0 and begins) or end == len(at)
        joined[start:end] = end - start >= least_n or goes_on
        first = k + 1
    return joined
