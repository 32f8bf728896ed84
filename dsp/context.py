"""Potentials wait for ten seconds of context, then are given once, with what surrounded them.

What a potential is can't be told from itself alone: a heartbeat, a tonic unit and a fasciculation may
have the same wave. So each waits until the window after it has passed, and is measured against its
neighbours: gaps to them, trains, the heart's rhythm, bursts, other channels.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Potential
from fasciscope.dsp.level import Level
from fasciscope.dsp.rhythm import Train, heart_around, train_around
from fasciscope.dsp.shapes import ShapeTracker
from fasciscope.dsp.volley import members, volley_around
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
APPROACH_S = 2.0  # this far from a burst, potentials may lead up to it or away from it
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


@dataclass(slots=True)
class _Queue:
    """The potentials of one channel in order of their peaks; the first `done` were given already."""

    waiting: list[Waiting] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    done: int = 0

    def add(self, waiting: Waiting) -> None:
        """Take the next potential."""
        self.waiting.append(waiting)
        self.peaks.append(waiting.potential.peak_sample)

    def nearest(self, peak: int, reach: float) -> Waiting | None:
        """The potential closest to sample `peak`, if within `reach` samples."""
        after = bisect_left(self.peaks, peak)
        close = [k for k in (after - 1, after) if 0 <= k < len(self.peaks)]
        best = min(close, key=lambda k: abs(self.peaks[k] - peak), default=None)
        if best is None or abs(self.peaks[best] - peak) > reach:
            return None
        return self.waiting[best]

    def keep(self, kept: list[Waiting]) -> None:
        """Only these of what was not given yet."""
        self.waiting[self.done :] = kept
        self.peaks[self.done :] = [w.potential.peak_sample for w in kept]

    def forget(self, oldest: int) -> None:
        """Let go of what was given and lies before sample `oldest`."""
        n = min(bisect_left(self.peaks, oldest), self.done)
        del self.waiting[:n], self.peaks[:n]
        self.done -= n


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """What lies within the window around one potential; arrays (m,), itself included at 0 s."""

    seconds: NDArray[np.float64]
    statistic: NDArray[np.float64]
    size: NDArray[np.float64]  # over the potential's own
    alike: NDArray[np.float64]
    sharpness: NDArray[np.float64]


class Context:
    """Holds potentials of all channels until their context is complete.

    Those below `threshold` are context for the others (a rhythm's missing beats), never given.
    """

    def __init__(self, n_channels: int, rate_hz: float, window_s: float, threshold: float) -> None:
        self._rate_hz = rate_hz
        self._threshold = threshold
        self._window = round(window_s * rate_hz)
        self._lag = lag_samples(rate_hz)
        self._queues = [_Queue() for _ in range(n_channels)]
        self._shapes = ShapeTracker(n_channels, self._lag)
        self._level = Level(n_channels, rate_hz, 2 * window_s)

    def add(self, waiting: Waiting) -> None:
        """Take a potential; those of one channel come in order of their peaks."""
        self._queues[waiting.potential.channel].add(waiting)

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
        for queue, bursts in zip(self._queues, spans, strict=True):
            if bursts and len(queue.waiting) > queue.done:
                queue.keep([w for w in queue.waiting[queue.done :] if not _inside(w, bursts)])
        limit = EVERYTHING if final else now - self._window
        ready: list[Potential] = []
        for channel in range(len(self._queues)):
            ready.extend(self._complete(channel, limit, spans))
        ready.sort(key=lambda p: (p.peak_sample, p.channel))
        yield from ready
        for queue in self._queues:
            queue.forget(limit - self._window)

    def _complete(self, channel: int, limit: int, spans: list[list[Span]]) -> list[Potential]:
        queue = self._queues[channel]
        first, queue.done = queue.done, bisect_left(queue.peaks, limit)
        given = []
        for at in range(first, queue.done):
            if queue.waiting[at].potential.statistic >= self._threshold:
                potential = self._surround(channel, at, spans)
                if potential is not None:
                    given.append(potential)
        return given

    def _surround(self, channel: int, at: int, spans: list[list[Span]]) -> Potential | None:
        """The potential with its surroundings; None if another channel shows its source better."""
        waiting = self._queues[channel].waiting[at]
        own, peak = waiting.potential, waiting.potential.peak_sample
        others = self._others(own)
        channels = _same_source(waiting, others, SOURCE_LAG_S * self._rate_hz)
        if channels is None:
            return None
        near = self._near(channel, at)
        around = self._level.around(channel, peak)
        coincident = 1 + sum(other is not None for other in others)
        shape, match = self._shapes.assign(channel, waiting.wave, own.peak_to_peak)
        placed = replace(
            own,
            channels=channels,
            zero_lag=len(channels),
            shape=shape,
            shape_match=match,
            near_burst_s=self._to_burst(peak, spans[channel]),
            burst_step_s=self._step_to_burst(own, near, spans[channel]),
            other_edge_s=self._to_edge(peak, channel, spans),
            width_ms=around.width_ms(waiting.noise),
            background=around.background(waiting.noise),
            coincident=coincident,
            coincident_share=coincident / len(self._queues),
        )
        return self._in_company(placed, near)

    def _near(self, channel: int, at: int) -> _Near:
        queue = self._queues[channel]
        own = queue.waiting[at]
        low = bisect_left(queue.peaks, queue.peaks[at] - self._window)
        high = bisect_left(queue.peaks, queue.peaks[at] + self._window + 1)
        others = queue.waiting[low:high]
        figures = np.array(
            [
                (w.potential.statistic, w.potential.peak_to_peak, w.potential.sharpness)
                for w in others
            ]
        )
        seconds = (np.array(queue.peaks[low:high]) - queue.peaks[at]) / self._rate_hz
        return _Near(
            seconds=seconds,
            statistic=figures[:, 0],
            size=figures[:, 1] / own.potential.peak_to_peak,
            alike=similarity(own.wave, np.stack([w.wave for w in others]), self._lag),
            sharpness=figures[:, 2],
        )

    def _in_company(self, own: Potential, near: _Near) -> Potential:
        """The potential with how it stands among its neighbours."""
        seconds = near.seconds
        strong = near.statistic >= self._threshold
        crowd = near.statistic >= max(CROWD_STATISTIC * own.statistic, self._threshold)
        bed = near.statistic >= BED_STATISTIC * own.statistic
        sized = (near.size >= ALIKE_SIZE[0]) & (near.size <= ALIKE_SIZE[1])
        same, heart = sized & (near.alike >= ALIKE), sized & (near.alike >= HEART_ALIKE)
        bigger = np.abs(seconds[(near.size > 1.0) & (near.sharpness < SPIKE)])
        train = _train(seconds[same & (np.abs(seconds) <= TRAIN_WINDOW_S)])
        heart_hz, heart_score = _heart(seconds[heart])
        before, after = _gaps(seconds[strong])
        apart = (strong & (near.sharpness < SPIKE)) | (seconds == 0.0)  # itself in any case
        volley, chance = self._volley(seconds[apart], near.size[apart], own)
        same_before, same_after = _gaps(seconds[same])
        return replace(
            own,
            gap_before_s=before,
            gap_after_s=after,
            same_gap_before_s=same_before,
            same_gap_after_s=same_after,
            rhythm_hz=train.rate_hz,
            rhythm_cv=train.cv,
            rhythm_n=train.n,
            heart_hz=heart_hz,
            heart_score=heart_score,
            bigger_gap_s=float(bigger.min()) if len(bigger) else np.inf,
            bed_hz=self._others_hz(seconds[bed], BED_S, own),
            crowd_hz=self._others_hz(seconds[crowd], CROWD_S, own),
            same_hz=self._others_hz(seconds[same], UNIT_S, own),
            weak_hz=self._hz(int((~strong).sum()), self._window / self._rate_hz, own),
            volley=volley,
            volley_chance=chance,
        )

    def _volley(
        self, seconds: NDArray[np.float64], size: NDArray[np.float64], own: Potential
    ) -> tuple[int, float]:
        """Others close by, and the chance of so many."""
        before_s, after_s = self._seen(own, self._window / self._rate_hz)
        return volley_around(seconds[members(seconds, size)], before_s, after_s)

    def _others_hz(self, seconds: NDArray[np.float64], reach_s: float, own: Potential) -> float:
        """Others per second within `reach_s` either side of 0, where there was signal."""
        return self._hz(int((np.abs(seconds) <= reach_s).sum()) - 1, reach_s, own)

    def _hz(self, count: int, reach_s: float, own: Potential) -> float:
        """So many within `reach_s` either side, per second of signal."""
        return count / max(sum(self._seen(own, reach_s)), reach_s / 2)

    def _seen(self, own: Potential, reach_s: float) -> tuple[float, float]:
        """Seconds of signal within `reach_s` before and after the potential."""
        before = (own.peak_sample - self._level.first) / self._rate_hz
        after = (self._level.end - own.peak_sample) / self._rate_hz
        return min(max(before, 0.0), reach_s), min(max(after, 0.0), reach_s)

    def _others(self, own: Potential) -> list[Waiting | None]:
        """What each other channel shows at the same moment, by channel; None for nothing and itself."""
        reach = COINCIDENT_S * self._rate_hz
        return [
            None if channel == own.channel else queue.nearest(own.peak_sample, reach)
            for channel, queue in enumerate(self._queues)
        ]

    def _to_burst(self, peak: int, spans: list[Span]) -> float:
        away = [max(s.start - peak, peak - s.end, 0) for s in spans]
        return min(away) / self._rate_hz if away else np.inf

    def _step_to_burst(self, own: Potential, near: _Near, spans: list[Span]) -> float:
        """The longest break on the way to a burst nearby, over potentials of like strength."""
        least = max(CROWD_STATISTIC * own.statistic, self._threshold)
        strong = near.seconds[(near.statistic >= least) & (near.sharpness < SPIKE)]
        ways = [
            _longest_step(strong, edge / self._rate_hz)
            for span in spans
            for edge in (span.start - own.peak_sample, span.end - own.peak_sample)
            if abs(edge) <= APPROACH_S * self._rate_hz
        ]
        return min(ways, default=np.inf)

    def _to_edge(self, peak: int, channel: int, spans: list[list[Span]]) -> float:
        """Seconds to the nearest start or end of a burst on another channel."""
        away = [
            min(abs(span.start - peak), abs(span.end - peak))
            for other, bursts in enumerate(spans)
            if other != channel
            for span in bursts
        ]
        return min(away) / self._rate_hz if away else np.inf


def _same_source(
    own: Waiting, others: list[Waiting | None], reach: float
) -> tuple[int, ...] | None:
    """Channels that show the source of `own`; None if another shows it larger.

    `others` by channel; those further than `reach` samples away show another source.
    """
    me = own.potential
    channels = [me.channel]
    for channel, other in enumerate(others):
        if other is None or abs(other.potential.peak_sample - me.peak_sample) > reach:
            continue
        if abs(float(similarity(own.wave, other.wave[None], 1)[0])) < SOURCE_ALIKE:
            continue
        if (other.potential.snr, -channel) > (me.snr, -me.channel):
            return None
        channels.append(channel)
    return tuple(sorted(channels))


def _inside(waiting: Waiting, spans: list[Span]) -> bool:
    peak = waiting.potential.peak_sample
    return any(span.start <= peak < span.end for span in spans)


def _gaps(seconds: NDArray[np.float64]) -> tuple[float, float]:
    """Seconds to the neighbours before and after 0; infinite where there is none."""
    after = int(np.searchsorted(seconds, 0.0, side="right"))
    before = int(np.searchsorted(seconds, 0.0, side="left"))
    return (
        -float(seconds[before - 1]) if before > 0 else np.inf,
        float(seconds[after]) if after < len(seconds) else np.inf,
    )


def _longest_step(seconds: NDArray[np.float64], edge_s: float) -> float:
    """The longest gap between 0 and `edge_s`, over the potentials in between."""
    low, high = min(0.0, edge_s), max(0.0, edge_s)
    between = seconds[(seconds > low) & (seconds < high)]
    return float(np.diff(np.concatenate([[low], between, [high]])).max())


def _train(seconds: NDArray[np.float64]) -> Train:
    return train_around(seconds, int(np.searchsorted(seconds, 0.0)))


def _heart(seconds: NDArray[np.float64]) -> tuple[float, float]:
    return heart_around(seconds, int(np.searchsorted(seconds, 0.0)))
