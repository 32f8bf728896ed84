"""Potentials wait for ten seconds of context, then are given once, with what surrounded them.

What a potential is can't be told from itself alone: a heartbeat, a tonic unit and a fasciculation may
have the same wave. So each waits until the window after it has passed, and is measured against its
neighbours: gaps to them, trains, the heart's rhythm, bursts, other channels.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Potential
from fasciscope.dsp import doublets
from fasciscope.dsp.company import (
    ALIKE,
    ALIKE_SIZE,
    CROWD_STATISTIC,
    HEART_ALIKE,
    SPIKE,
    Near,
    Seen,
    in_company,
)
from fasciscope.dsp.level import Level
from fasciscope.dsp.rhythm import HEART_BEATS, beats_among, parts_among
from fasciscope.dsp.shapes import ShapeTracker
from fasciscope.dsp.templates import TemplateBook
from fasciscope.dsp.waves import COMPARE_HZ, lag_samples, similarities, similarity

SOURCE_LAG_S = 0.002  # one source on several channels (science.md 4, crosstalk)
SOURCE_ALIKE = 0.9
COINCIDENT_S = 0.003
APPROACH_S = 2.0  # this far from a burst, potentials may lead up to it or away from it
MOST_BEATS = 150  # more are a storm, in which no heart is to be seen
HEART_LEAST_HZ = 0.6  # 40 a minute
LEARNED = 4.7  # statistic from which on a potential may show a shape
ODDS = -1.5  # from which on a weak one is given as one of a known shape
CLEAR = 0.9  # of the threshold: beats weaker than that are no company to speak of
EVERYTHING = 1 << 62


@dataclass(slots=True, eq=False)
class Waiting:
    """A measured potential, its unit wave, the detection branch's noise then, its whitened bins."""

    potential: Potential
    wave: NDArray[np.float64]
    noise: float
    white: NDArray[np.float64]


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
        low = bisect_left(self.peaks, peak - reach)
        if low == len(self.peaks) or self.peaks[low] > peak + reach:
            return None
        after = bisect_left(self.peaks, peak)
        close = (k for k in (after - 1, after) if 0 <= k < len(self.peaks))
        return self.waiting[min(close, key=lambda k: abs(self.peaks[k] - peak))]

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
class _Ready:
    """A potential whose window has passed."""

    waiting: Waiting
    channels: tuple[int, ...]  # that show its source
    coincident: int
    familiar: float


class Context:
    """Holds potentials of all channels until their context is complete.

    Those below `threshold` are context for the others (a rhythm's missing beats). Of them only those are
    given that are one more of a shape that came before, or reach `faint` where others stand for themselves:
    it is for the classifier to weigh them.
    """

    def __init__(
        self, n_channels: int, rate_hz: float, window_s: float, threshold: float, faint: float
    ) -> None:
        self._rate_hz = rate_hz
        self._threshold = threshold
        self._faint = faint
        self._window = round(window_s * rate_hz)
        self._lag = lag_samples(rate_hz)
        self._queues = [_Queue() for _ in range(n_channels)]
        self._shapes = ShapeTracker(n_channels, self._lag)
        self._templates = TemplateBook(n_channels, rate_hz)
        self._level = Level(n_channels, rate_hz, 2 * window_s)

    def add(self, waiting: Waiting) -> None:
        """Take a potential; those of one channel come in order of their peaks."""
        potential = waiting.potential
        self._queues[potential.channel].add(waiting)
        if potential.statistic >= LEARNED:
            strong = potential.statistic >= self._threshold
            self._templates.learn(
                potential.channel, potential.peak_sample, waiting.white, strong=strong
            )

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
        complete = [ready for c in range(len(self._queues)) for ready in self._complete(c, limit)]
        if complete:
            given = self._surround(complete, spans)
            yield from sorted(given, key=lambda p: (p.peak_sample, p.channel))
        for queue in self._queues:
            queue.forget(limit - self._window)

    def _complete(self, channel: int, limit: int) -> Iterator[_Ready]:
        """What is to be given, without what another channel shows better."""
        queue = self._queues[channel]
        first, queue.done = queue.done, bisect_left(queue.peaks, limit)
        for waiting in queue.waiting[first : queue.done]:
            odds = self._odds(waiting)
            if odds >= ODDS or self._counts(queue, waiting.potential):
                others = self._others(waiting.potential)
                channels = _same_source(waiting, others, SOURCE_LAG_S * self._rate_hz)
                if channels is not None:
                    yield _Ready(waiting, channels, 1 + sum(o is not None for o in others), odds)

    def _counts(self, queue: _Queue, own: Potential) -> bool:
        """Does it stand for itself, or is it hardly too weak and has one within the window that does?"""
        if not self._faint <= own.statistic < self._threshold:
            return own.statistic >= self._threshold
        low = bisect_left(queue.peaks, own.peak_sample - self._window)
        high = bisect_left(queue.peaks, own.peak_sample + self._window + 1)
        others = queue.waiting[low:high]
        return any(other.potential.statistic >= self._threshold for other in others)

    def _odds(self, waiting: Waiting) -> float:
        """That it is one more of a shape that came before."""
        own = waiting.potential
        return self._templates.odds(own.channel, own.peak_sample, waiting.white)

    def _surround(self, complete: list[_Ready], spans: list[list[Span]]) -> Iterator[Potential]:
        """The potentials (in order of channels and peaks) with their surroundings."""
        potentials = [ready.waiting.potential for ready in complete]
        peaks = np.array([p.peak_sample for p in potentials])
        near, seen = self._near(complete), self._seen(potentials, peaks)
        noise = np.array([ready.waiting.noise for ready in complete])
        around = self._level.around(np.array([p.channel for p in potentials]), peaks)
        columns = in_company(near, seen, self._threshold, self._window / self._rate_hz)
        columns |= {
            "width_ms": around.width_ms(noise),
            "busy_ms": around.busy_ms(noise, near.beats_s()),
            "background": around.background(noise),
        }
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        for k, (ready, own, row) in enumerate(zip(complete, potentials, rows, strict=True)):
            bursts = spans[own.channel]
            faint = own.statistic < self._threshold and ready.familiar < ODDS
            doublet_s = 0.0 if faint else self._doublet_s(ready.waiting)
            shape, match = self._shapes.assign(
                own.channel, ready.waiting.wave, own.peak_to_peak, _noise_share(own)
            )
            yield replace(
                own,
                channels=ready.channels,
                zero_lag=len(ready.channels),
                coincident=ready.coincident,
                coincident_share=ready.coincident / len(self._queues),
                shape=shape,
                familiar=ready.familiar,
                faint=faint,
                doublet_s=doublet_s,
                shape_match=match,
                near_burst_s=self._to_burst(own.peak_sample, bursts),
                burst_step_s=self._step_to_burst(own, near, k, bursts) if bursts else np.inf,
                other_edge_s=self._to_edge(own.peak_sample, own.channel, spans),
                **dict(zip(columns, row, strict=True)),
            )

    def _doublet_s(self, waiting: Waiting) -> float:
        """To a second discharge of one of the shapes that are known so far."""
        own = waiting.potential
        known = self._shapes.known(own.channel, doublets.KNOWN)
        if len(known) == 0:
            return 0.0
        step_s = max(1, int(self._rate_hz / COMPARE_HZ)) / self._rate_hz
        return doublets.interval_s(waiting.wave, _noise_share(own), known, step_s)

    def _near(self, complete: list[_Ready]) -> Near:
        """The neighbours of each within the window on its channel."""
        parts = [
            self._near_on(self._queues[channel], list(group))
            for channel, group in groupby(complete, key=lambda r: r.waiting.potential.channel)
        ]
        most = max(part.shape[2] for part in parts)
        padded = np.full((6, len(complete), most), np.nan)
        row = 0
        for part in parts:
            padded[:, row : row + part.shape[1], : part.shape[2]] = part
            row += part.shape[1]
        return Near(*padded)

    def _near_on(self, queue: _Queue, ready: list[_Ready]) -> NDArray[np.float64]:
        """The fields of `Near` (6, m, most) of one channel's potentials, NaN where there are less."""
        peaks = np.array([r.waiting.potential.peak_sample for r in ready])
        base = bisect_left(queue.peaks, peaks.min() - self._window)
        others = queue.waiting[base : bisect_left(queue.peaks, peaks.max() + self._window + 1)]
        when = np.array(queue.peaks[base : base + len(others)])
        low = np.searchsorted(when, peaks - self._window)
        count = np.searchsorted(when, peaks + self._window + 1) - low
        column = np.arange(count.max())
        index = np.minimum(low[:, None] + column, len(others) - 1)
        own = np.array([r.waiting.potential.peak_to_peak for r in ready])
        figures = np.array(
            [
                (w.potential.statistic, w.potential.peak_to_peak, w.potential.sharpness)
                for w in others
            ]
        ).T
        waves = np.array([r.waiting.wave for r in ready])
        all_waves = np.array([w.wave for w in others])
        alike = similarities(waves, all_waves, self._lag)
        beats = self._beats(when, figures, all_waves)
        statistic, size, sharpness = figures[:, index]
        near = np.array(
            [
                (when[index] - peaks[:, None]) / self._rate_hz,
                statistic,
                size / own[:, None],
                alike[np.arange(len(alike))[:, None], index],
                sharpness,
                beats[index],
            ]
        )
        near[:, column >= count[:, None]] = np.nan
        return near

    def _beats(
        self,
        when: NDArray[np.int64],
        figures: NDArray[np.float64],
        waves: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """The heart's score for each of a channel's potentials (n,) that is its; few a second hold none."""
        beats = np.zeros(len(when))
        least = max(HEART_BEATS, HEART_LEAST_HZ * (when[-1] - when[0]) / self._rate_hz)
        clear = np.count_nonzero(figures[0] >= CLEAR * self._threshold)
        if clear < least or len(when) > MOST_BEATS:
            return beats
        size = figures[1]
        alike = similarities(waves, waves, self._lag)
        alike[np.abs(np.log(size[:, None] / size)) > np.log(ALIKE_SIZE[1])] = 0.0
        times = when / self._rate_hz
        for like in (HEART_ALIKE, ALIKE):
            found, score = beats_among(times, alike >= like)
            if found.any():
                beats[parts_among(times, found)] = score
                break
        return beats

    def _seen(self, potentials: list[Potential], peaks: NDArray[np.int64]) -> Seen:
        return Seen(
            statistic=np.array([p.statistic for p in potentials]),
            before_s=(peaks - self._level.first) / self._rate_hz,
            after_s=(self._level.end - peaks) / self._rate_hz,
        )

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

    def _step_to_burst(self, own: Potential, near: Near, k: int, spans: list[Span]) -> float:
        """The longest break on the way to a burst nearby, over potentials of like strength."""
        like = near.statistic[k] >= max(CROWD_STATISTIC * own.statistic, self._threshold)
        strong = near.seconds[k, like & (near.sharpness[k] < SPIKE)]
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


def _noise_share(own: Potential) -> float:
    """The share of noise in the energy of its waveform."""
    energy = float(np.square(own.waveform).sum())
    return len(own.waveform) * own.noise**2 / energy if energy else 1.0


def _inside(waiting: Waiting, spans: list[Span]) -> bool:
    peak = waiting.potential.peak_sample
    return any(span.start <= peak < span.end for span in spans)


def _longest_step(seconds: NDArray[np.float64], edge_s: float) -> float:
    """The longest gap between 0 and `edge_s`, over the potentials in between."""
    low, high = min(0.0, edge_s), max(0.0, edge_s)
    between = seconds[(seconds > low) & (seconds < high)]
    return float(np.diff(np.concatenate([[low], between, [high]])).max())
