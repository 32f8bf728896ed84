"""Bursts while they run and until their surroundings are known, then as `core.Burst`."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Burst
from fasciscope.dsp.bursts import EnvelopeMeasures, Region, measure_envelope
from fasciscope.dsp.context import Span
from fasciscope.dsp.grid import Grid
from fasciscope.dsp.settings import ChainSettings
from fasciscope.dsp.waxing import Waxing, measure_waxing

PRODROME_S = 60.0  # science.md 7.3: a cramp's prodrome lasts up to a minute
JUST_BEFORE_S = 20.0  # in which a prodrome that rises is denser than before
LEAST_HEARD_S = 5.0  # of the time before that, to know a rate from
AFTERMATH_S = 10.0
COACTIVE_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class FrameStats:
    """What a frame adds to the bursts that run through it; arrays (n_channels,)."""

    first_sample: int
    end_sample: int
    mean_hz: NDArray[np.float64]
    peak_to_peak: NDArray[np.float64]
    slow_ratio: NDArray[np.float64]
    common: NDArray[np.float64]
    noise: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """A region with where it lies, and whether it is a burst as far as it was seen."""

    region: Region
    span: Span
    is_burst: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _Closed:
    region: Region
    span: Span
    envelope: EnvelopeMeasures
    waxing: Waxing


class BurstBook:
    """Remembers just enough of the recent past to measure a burst when it is over."""

    def __init__(self, n_channels: int, grid: Grid, settings: ChainSettings) -> None:
        self._rate_hz = grid.rate_hz
        self._hop_s = grid.hop_s
        window_s = settings.context_s
        memory_s = settings.burst_longest_s + PRODROME_S + AFTERMATH_S + 2 * window_s
        self._memory = round(memory_s * grid.rate_hz)
        # a potential of the aftermath is known a window after it came
        self._wait = round((AFTERMATH_S + window_s) * grid.rate_hz)
        self._frames: deque[FrameStats] = deque()
        self._pulses: list[deque[NDArray[np.int64]]] = [deque() for _ in range(n_channels)]
        self._isolated: list[deque[int]] = [deque() for _ in range(n_channels)]
        self._waiting: list[_Closed] = []
        self._given: list[_Closed] = []

    def add_frame(self, stats: FrameStats) -> None:
        """Take a frame's figures."""
        self._frames.append(stats)
        oldest = stats.end_sample - self._memory
        while self._frames[0].end_sample < oldest:
            self._frames.popleft()
        for pulses in self._pulses:
            while pulses and pulses[0][-1] < oldest:
                pulses.popleft()
        for isolated in self._isolated:
            while isolated and isolated[0] < oldest:
                isolated.popleft()
        self._given = [c for c in self._given if c.span.end >= oldest]

    def add_pulses(self, channel: int, samples: NDArray[np.int64]) -> None:
        """Take the peaks of the statistic, inside bursts or not."""
        if len(samples):
            self._pulses[channel].append(samples)

    def add_isolated(self, channel: int, sample: int) -> None:
        """Take a potential that stood alone: it may be a prodrome."""
        self._isolated[channel].append(sample)

    def close(self, region: Region, span: Span) -> None:
        """A burst is over; it waits for what follows it."""
        self._waiting.append(self._measured(Running(region, span)))

    def so_far(self, one: Running, running: list[Running]) -> Burst:
        """A burst as if it ended now; `running` are those that are open with it."""
        measured = self._measured(one)
        others = [self._measured(other) for other in running if other is not one]
        return self._burst(measured, (*self._given, *self._waiting, measured, *others))

    def _measured(self, one: Running) -> _Closed:
        trace = one.region.trace()
        envelope, waxing = measure_envelope(trace, self._hop_s), measure_waxing(trace, self._hop_s)
        return _Closed(one.region, one.span, envelope, waxing)

    def spans(self, channel: int) -> list[Span]:
        """The closed bursts of a channel that recent potentials may lie in or near."""
        return [c.span for c in (*self._given, *self._waiting) if c.region.channel == channel]

    def release(self, now: int, *, final: bool = False) -> Iterator[Burst]:
        """Give the bursts whose aftermath is known at sample `now` (all if `final`)."""
        ready = [c for c in self._waiting if final or c.span.end + self._wait <= now]
        self._waiting = [c for c in self._waiting if c not in ready]
        everything = (*self._given, *self._waiting, *ready)
        for closed in sorted(ready, key=lambda c: (c.span.start, c.region.channel)):
            yield self._burst(closed, everything)
        self._given.extend(ready)

    def _burst(self, closed: _Closed, everything: tuple[_Closed, ...]) -> Burst:
        channel, span, envelope = closed.region.channel, closed.span, closed.envelope
        frames = self._frames_within(span)
        pulse_hz, pulse_cv = self._pulse_train(channel, span)
        middle = self._middle(frames, channel)
        peak = span.start + round(envelope.peak_hop * self._hop_s * self._rate_hz)
        return Burst(
            channel=channel,
            channels=_coactive(closed, everything),
            start_sample=span.start,
            peak_sample=min(peak, span.end - 1),
            end_sample=span.end,
            peak_to_peak=middle["peak_to_peak"],
            noise=middle["noise"],
            rms_ratio=envelope.rms_ratio,
            rise_s=envelope.rise_s,
            fall_s=envelope.fall_s,
            median_hz=middle["mean_hz"],
            waxing=envelope.waxing,
            tremor_hz=envelope.tremor_hz,
            tremor_ratio=envelope.tremor_ratio,
            crest=middle["peak_to_peak"] / max(envelope.rms_ratio * middle["noise"], 1e-300),
            pulse_hz=pulse_hz,
            pulse_cv=pulse_cv,
            low_ratio=middle["slow_ratio"],
            common=middle["common"],
            prodrome_per_min=self._count(
                channel, span.start - PRODROME_S * self._rate_hz, span.start
            )
            * 60.0
            / PRODROME_S,
            aftermath_per_min=self._count(channel, span.end, span.end + AFTERMATH_S * self._rate_hz)
            * 60.0
            / AFTERMATH_S,
            cut=closed.region.cut,
            beat=closed.waxing.beat,
            counterbeat=closed.waxing.counterbeat,
            slow_over_fast=closed.waxing.slow_over_fast,
            rise_dip=closed.waxing.rise_dip,
            prodrome_gain=self._gain(channel, span.start),
        )

    def heard_s(self, start: int) -> float:
        """Seconds heard in the 40 s before the last 20 s before a start; at least five count."""
        since = (start - self._frames[0].first_sample) / self._rate_hz if self._frames else 0.0
        return min(max(since - JUST_BEFORE_S, LEAST_HEARD_S), PRODROME_S - JUST_BEFORE_S)

    def _gain(self, channel: int, start: int) -> float:
        just = round(start - JUST_BEFORE_S * self._rate_hz)
        before = self._count(channel, start - PRODROME_S * self._rate_hz, just)
        return gain(self._count(channel, just, start), before, self.heard_s(start))

    def _frames_within(self, span: Span) -> list[FrameStats]:
        return [f for f in self._frames if f.first_sample < span.end and f.end_sample > span.start]

    def _middle(self, frames: list[FrameStats], channel: int) -> dict[str, float]:
        """Medians over the frames; those at the edges hold rest too, so only if no others count.

        Frames in which the burst hardly lasts were not measured: NaN, as everything is without frames.
        """
        measured = [f for f in frames if np.isfinite(f.mean_hz[channel])] or frames
        inner = measured[1:-1] if len(measured) > 2 else measured
        names = ("mean_hz", "peak_to_peak", "slow_ratio", "common", "noise")
        if not inner:
            return dict.fromkeys(names, float("nan"))
        return {n: float(np.median([getattr(f, n)[channel] for f in inner])) for n in names}

    def _pulse_train(self, channel: int, span: Span) -> tuple[float, float]:
        """Rate of pulses inside and the variation of their intervals."""
        pulses = list(self._pulses[channel])
        if not pulses:
            return 0.0, np.inf
        samples = np.concatenate(pulses)
        inside = samples[(samples >= span.start) & (samples < span.end)]
        if len(inside) < 4:
            return 0.0, np.inf
        intervals = np.diff(inside) / self._rate_hz
        return 1.0 / float(intervals.mean()), float(intervals.std() / intervals.mean())

    def _count(self, channel: int, start: float, end: float) -> int:
        return sum(start <= sample < end for sample in self._isolated[channel])


def gain(just_before: int, long_before: int, heard_s: float) -> float:
    """Potentials in the last 20 s over those that the rate of the `heard_s` before gives, in octaves.

    Half a potential is added to both: two after none tell little.
    """
    expected = long_before * JUST_BEFORE_S / heard_s
    return float(np.log2((just_before + 0.5) / (expected + 0.5)))


def _coactive(closed: _Closed, everything: tuple[_Closed, ...]) -> tuple[int, ...]:
    """Channels with a burst over most of this one's length, its own included."""
    span = closed.span
    shared: dict[int, int] = {}
    for other in everything:
        overlap = min(span.end, other.span.end) - max(span.start, other.span.start)
        if overlap > 0:
            channel = other.region.channel
            shared[channel] = shared.get(channel, 0) + overlap
    enough = COACTIVE_SHARE * (span.end - span.start)
    return tuple(sorted(c for c, n in shared.items() if n >= enough or c == closed.region.channel))
