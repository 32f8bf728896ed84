"""Potentials wait for ten seconds of context, then are given once, with what surrounded them.

What a potential is can't be told from itself alone: a heartbeat, a tonic unit and a fasciculation may
have the same wave. So each waits until the window after it has passed, and is measured against its
neighbours: gaps to them, trains, the heart's rhythm, bursts, other channels.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Potential
from fasciscope.dsp.level import Level
from fasciscope.dsp.rhythm import Train, heart_around, train_around
from fasciscope.dsp.shapes import ShapeTracker
from fasciscope.dsp.waves import lag_samples, similarity

ALIKE = 0.7  # noisy potentials of one unit still correlate by this much
ALIKE_SIZE = (0.5, 2.0)
HEART_ALIKE = 0.5  # beats vary with respiration and sit low in the noise
SOURCE_LAG_S = 0.002  # one source on several channels (science.md 4, crosstalk)
SOURCE_ALIKE = 0.9
TRAIN_WINDOW_S = 5.0
COINCIDENT_S = 0.003
CROWD_S = 1.0
BED_S = 5.0
BED_STATISTIC = 0.85  # as strong as the potential itself, nearly
CROWD_STATISTIC = 0.33  # weaker neighbours are no crowd
UNIT_S = 2.5
SPIKE = 0.6  # a potential this sharp is no bigger neighbour: it is a spike beside an answer
EVERYTHING = 1 << 62


@dataclass(slots=True, eq=False)
class Waiting:
    """A measured potential, its unit wave, and the detection branch's noise then."""

    potential: Potential
    wave: NDArray[np.float64]
    noise: float


@dataclass(frozen=True, slots=True)
class Span:
    """A burst's extent on a channel in absolute samples; `end` grows while it is open."""

    start: int
    end: int


class Context:
    """Holds potentials of all channels until their context is complete.

    Those below `threshold` are context for the others (a rhythm's missing beats), never given.
    """

    def __init__(self, n_channels: int, rate_hz: float, window_s: float, threshold: float) -> None:
        self._rate_hz = rate_hz
        self._threshold = threshold
        self._window = round(window_s * rate_hz)
        self._lag = lag_samples(rate_hz)
        self._queues: list[list[Waiting]] = [[] for _ in range(n_channels)]
        self._done = [0] * n_channels  # how many at the head of each queue were given already
        self._shapes = ShapeTracker(n_channels, self._lag)
        self._level = Level(n_channels, rate_hz, 2 * window_s)

    def add(self, waiting: Waiting) -> None:
        """Take a potential; those of one channel come in order of their peaks."""
        self._queues[waiting.potential.channel].append(waiting)

    def add_level(self, samples: NDArray[np.int64], energy: NDArray[np.float64]) -> None:
        """Take the energy of the detection branch in 10-ms hops (n, n_channels)."""
        self._level.push(samples, energy)

    def release(
        self, now: int, spans: list[list[Span]], *, final: bool = False
    ) -> Iterator[Potential]:
        """Give what is complete at sample `now` (everything if `final`), in order of peaks.

        `spans` are the bursts of each channel; potentials inside one are dropped: the burst speaks
        for them.
        """
        for channel, queue in enumerate(self._queues):
            self._drop_inside(channel, queue, spans[channel])
        limit = EVERYTHING if final else now - self._window
        ready: list[Potential] = []
        for channel in range(len(self._queues)):
            ready.extend(self._complete(channel, limit, spans[channel]))
        ready.sort(key=lambda p: (p.peak_sample, p.channel))
        yield from ready
        self._forget(limit)

    def _drop_inside(self, channel: int, queue: list[Waiting], spans: list[Span]) -> None:
        if not spans or not queue:
            return
        kept = []
        for at, waiting in enumerate(queue):
            peak = waiting.potential.peak_sample
            inside = at >= self._done[channel] and any(s.start <= peak < s.end for s in spans)
            if not inside:
                kept.append(waiting)
        self._queues[channel] = kept

    def _complete(self, channel: int, limit: int, spans: list[Span]) -> list[Potential]:
        queue, done = self._queues[channel], self._done[channel]
        count = sum(w.potential.peak_sample < limit for w in queue[done:])
        if count == 0:
            return []
        if not any(self._strong(w) for w in queue[done : done + count]):
            self._done[channel] = done + count
            return []
        peaks = np.array([w.potential.peak_sample for w in queue])
        sizes = np.array([w.potential.peak_to_peak for w in queue])
        waves = np.stack([w.wave for w in queue])
        given = []
        strong = np.array([self._strong(w) for w in queue])
        for at in done + np.flatnonzero(strong[done : done + count]):
            potential = self._surround(channel, int(at), peaks, sizes, waves, strong, spans)
            if potential is not None:
                given.append(potential)
        self._done[channel] = done + count
        return given

    def _surround(
        self,
        channel: int,
        at: int,
        peaks: NDArray[np.int64],
        sizes: NDArray[np.float64],
        waves: NDArray[np.float64],
        strong: NDArray[np.bool_],
        spans: list[Span],
    ) -> Potential | None:
        """The potential with its surroundings; None if another channel shows its source better."""
        own = self._queues[channel][at].potential
        noise = self._queues[channel][at].noise
        channels, zero_lag = self._same_source(own, waves[at])
        if channels is None:
            return None
        low, high = np.searchsorted(peaks, [peaks[at] - self._window, peaks[at] + self._window + 1])
        near = slice(int(low), int(high))
        seconds = (peaks[near] - peaks[at]) / self._rate_hz
        alike = similarity(waves[at], waves[near], self._lag)
        size = sizes[near] / sizes[at]
        sized = (size >= ALIKE_SIZE[0]) & (size <= ALIKE_SIZE[1])
        strength = np.array([w.potential.statistic for w in self._queues[channel][near]])
        crowd = strength >= max(CROWD_STATISTIC * own.statistic, self._threshold)
        bed = strength >= BED_STATISTIC * own.statistic
        same, heart = sized & (alike >= ALIKE), sized & (alike >= HEART_ALIKE)
        coincident = self._coincident(own)
        shape, match = self._shapes.assign(channel, waves[at], float(sizes[at]))
        train = _train(seconds[same & (np.abs(seconds) <= TRAIN_WINDOW_S)])
        beat = _heart(seconds[heart])
        before, after = _gaps(seconds[strong[near]])
        same_before, same_after = _gaps(seconds[same])
        return replace(
            own,
            channels=channels,
            zero_lag=zero_lag,
            shape=shape,
            shape_match=match,
            gap_before_s=before,
            gap_after_s=after,
            same_gap_before_s=same_before,
            same_gap_after_s=same_after,
            near_burst_s=self._to_burst(int(peaks[at]), spans),
            rhythm_hz=train.rate_hz,
            rhythm_cv=train.cv,
            rhythm_n=train.n,
            heart_hz=beat[0],
            heart_score=beat[1],
            width_ms=self._level.width_ms(channel, int(peaks[at]), noise),
            background=self._level.background(channel, int(peaks[at]), noise),
            bed_hz=self._others_hz(seconds[bed], BED_S, own),
            bigger_gap_s=_bigger(self._queues[channel][near], own, self._rate_hz),
            coincident=coincident,
            coincident_share=coincident / len(self._queues),
            crowd_hz=self._others_hz(seconds[crowd], CROWD_S, own),
            same_hz=self._others_hz(seconds[same], UNIT_S, own),
        )

    def _same_source(
        self, own: Potential, wave: NDArray[np.float64]
    ) -> tuple[tuple[int, ...] | None, int]:
        """(channels with this source, how many of them) or (None, 0) if another shows it larger."""
        channels = [own.channel]
        for channel, queue in enumerate(self._queues):
            if channel == own.channel:
                continue
            other = _nearest(queue, own.peak_sample, SOURCE_LAG_S * self._rate_hz)
            if other is None:
                continue
            if abs(float(similarity(wave, other.wave[None], 1)[0])) < SOURCE_ALIKE:
                continue
            if (other.potential.snr, -channel) > (own.snr, -own.channel):
                return None, 0
            channels.append(channel)
        return tuple(sorted(channels)), len(channels)

    def _others_hz(self, seconds: NDArray[np.float64], reach_s: float, own: Potential) -> float:
        """Others per second within `reach_s` either side of 0, where there was signal."""
        others = int((np.abs(seconds) <= reach_s).sum()) - 1
        before = (own.peak_sample - self._level.first) / self._rate_hz
        after = (self._level.end - own.peak_sample) / self._rate_hz
        seen_s = min(max(before, 0.0), reach_s) + min(max(after, 0.0), reach_s)
        return others / max(seen_s, reach_s / 2)

    def _strong(self, waiting: Waiting) -> bool:
        return waiting.potential.statistic >= self._threshold

    def _coincident(self, own: Potential) -> int:
        """Channels with a potential of whatever shape at the same moment, its own included."""
        reach = COINCIDENT_S * self._rate_hz
        return 1 + sum(
            _nearest(queue, own.peak_sample, reach) is not None
            for channel, queue in enumerate(self._queues)
            if channel != own.channel
        )

    def _to_burst(self, peak: int, spans: list[Span]) -> float:
        away = [max(s.start - peak, peak - s.end, 0) for s in spans]
        return min(away) / self._rate_hz if away else np.inf

    def _forget(self, limit: int) -> None:
        """Let go of what no later potential can see."""
        oldest = limit - self._window
        for channel, queue in enumerate(self._queues):
            n = sum(w.potential.peak_sample < oldest for w in queue[: self._done[channel]])
            if n:
                del queue[:n]
                self._done[channel] -= n


def _nearest(queue: list[Waiting], peak: int, reach: float) -> Waiting | None:
    best = min(queue, key=lambda w: abs(w.potential.peak_sample - peak), default=None)
    if best is None or abs(best.potential.peak_sample - peak) > reach:
        return None
    return best


def _bigger(near: list[Waiting], own: Potential, rate_hz: float) -> float:
    """Seconds to the nearest larger potential that is no mere spike."""
    away = [
        abs(w.potential.peak_sample - own.peak_sample)
        for w in near
        if w.potential.peak_to_peak > own.peak_to_peak and w.potential.sharpness < SPIKE
    ]
    return min(away) / rate_hz if away else np.inf


def _gaps(seconds: NDArray[np.float64]) -> tuple[float, float]:
    before, after = seconds[seconds < 0], seconds[seconds > 0]
    return (
        float(-before.max()) if len(before) else np.inf,
        float(after.min()) if len(after) else np.inf,
    )


def _train(seconds: NDArray[np.float64]) -> Train:
    return train_around(seconds, int(np.searchsorted(seconds, 0.0)))


def _heart(seconds: NDArray[np.float64]) -> tuple[float, float]:
    return heart_around(seconds, int(np.searchsorted(seconds, 0.0)))
