"""Sustained activity: found by hysteresis on a 50-ms envelope, measured when it is over.

A burst is a stretch where the envelope exceeds its threshold with breaks shorter than `burst_join_s`,
that lasts at least `burst_min_s` and is filled for most of its length; a train of separate potentials
is no burst, its members are judged one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fasciscope.dsp.settings import ChainSettings
from fasciscope.dsp.waxing import smoothed

FILLED = 0.6
"""Share of a burst's length above threshold; three units at 8 pps fill more, one fills a third."""
WAXING_HZ = (0.8, 3.0)  # the common modulation of cramp units is 1.4 +/- 0.4 Hz (S28)
CORE = 0.1
SMOOTH_S = 0.3
SHORT_HOPS = 100
"""A burst exceeds a tenth of its loudest (of its upper decile, if it lasts for over a second) for its
minimum length; a huge potential with its tail does not."""


@dataclass(slots=True)
class Region:
    """A stretch of activity on one channel, in envelope hops counted from the stretch's start."""

    channel: int
    start: int
    end: int  # the hop after the last above threshold
    above: int = 0
    envelope: list[NDArray[np.float64]] = field(default_factory=list)  # multiples of noise
    cut: bool = False

    def trace(self) -> NDArray[np.float64]:
        """The envelope from start to end."""
        return np.concatenate(self.envelope)[: self.end - self.start]

    def is_burst(self, shortest_hops: float) -> bool:
        """Long and filled enough to be one activity, and more than one potential with its echo."""
        length = self.end - self.start
        if length < shortest_hops or self.above < FILLED * length:
            return False
        trace = self.trace()
        loud = float(trace.max() if length < SHORT_HOPS else np.quantile(trace, 0.9))
        return int(np.greater_equal(trace, CORE * loud).sum()) >= shortest_hops


class RegionTracker:
    """Envelope hops in, closed regions out, per channel."""

    def __init__(self, n_channels: int, settings: ChainSettings, hop_s: float) -> None:
        self._on = settings.burst_on
        self._join = settings.burst_join_s / hop_s
        self._longest = settings.burst_longest_s / hop_s
        self._shortest = settings.burst_min_s / hop_s
        self.open: list[Region | None] = [None] * n_channels
        self._hop = 0

    def busy(self, ratio: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Channels that are in a long region, or above threshold for long in these hops."""
        if not self._is_anything(ratio):
            return np.zeros(len(self.open), dtype=bool)
        long = np.array([r is not None and r.above >= self._shortest / 3 for r in self.open])
        above: NDArray[np.bool_] = (ratio > self._on).sum(axis=0) >= self._shortest / 3
        either: NDArray[np.bool_] = above | long
        return either

    def _is_anything(self, ratio: NDArray[np.float64]) -> bool:
        regions = any(region is not None for region in self.open)
        return regions or (len(ratio) > 0 and bool(ratio.max() > self._on))

    def push(self, ratio: NDArray[np.float64]) -> Iterator[Region]:
        """Take envelope over noise (n_hops, n_channels); give regions that ended."""
        if not self._is_anything(ratio):
            self._hop += len(ratio)
            return
        above: NDArray[np.bool_] = np.greater(ratio, self._on)
        busy = np.asarray(above.any(axis=0))
        for channel, region in enumerate(self.open):
            if busy[channel] or region is not None:
                yield from self._advance(channel, above[:, channel], ratio[:, channel])
        self._hop += len(ratio)

    def close(self) -> Iterator[Region]:
        """The stretch ends here: every open region is cut; the next begins at hop 0."""
        for region in self.open:
            if region is not None:
                region.cut = region.end >= self._hop - 1
                yield region
        self.open = [None] * len(self.open)
        self._hop = 0

    def _advance(
        self, channel: int, above: NDArray[np.bool_], ratio: NDArray[np.float64]
    ) -> Iterator[Region]:
        region = self.open[channel]
        if region is not None:
            region.envelope.append(ratio.copy())
        for run in _runs(np.flatnonzero(above), self._join):
            first, last = self._hop + int(run[0]), self._hop + int(run[-1])
            if region is not None and first - region.end > self._join:
                yield region
                region = None
            if region is None:
                region = Region(channel, first, first, cut=first == 0)
                region.envelope.append(ratio[run[0] :].copy())
            region.end = last + 1
            region.above += len(run)
        now = self._hop + len(above)
        over = region is not None and (
            now - region.end > self._join or now - region.start > self._longest
        )
        if region is not None and over:
            yield region
        self.open[channel] = None if over else region


def _runs(hops: NDArray[np.intp], join: float) -> list[NDArray[np.intp]]:
    """Hops above threshold, parted where the break is longer than `join`."""
    if len(hops) == 0:
        return []
    if hops[-1] - hops[0] <= join:  # too short to hold a break, as most are
        return [hops]
    return np.split(hops, np.flatnonzero(np.diff(hops) > join) + 1)


@dataclass(frozen=True, slots=True)
class EnvelopeMeasures:
    """What the envelope of a burst tells; ratios and seconds."""

    rms_ratio: float
    rise_s: float
    fall_s: float
    waxing: float
    tremor_hz: float
    tremor_ratio: float
    peak_hop: int


def measure_envelope(envelope: NDArray[np.float64], hop_s: float) -> EnvelopeMeasures:
    """Measure a burst's envelope (n_hops,), in multiples of noise, of hops of `hop_s`.

    Rise and fall are the times from a tenth to nine tenths of the plateau (upper quartile) at either
    end, of the envelope smoothed over 0.3 s; waxing is the spread of the 0.8-3 Hz part over the mean
    within the plateau; tremor the strongest line at 3-14 Hz and its share of the power there, 0 where
    the plateau is shorter than 3 s.
    """
    n = len(envelope)
    smooth = smoothed(envelope, min(round(SMOOTH_S / hop_s), max(1, n // 4)))
    plateau = float(np.quantile(smooth, 0.75))
    high = np.flatnonzero(smooth >= 0.9 * plateau)
    low = np.flatnonzero(smooth >= 0.1 * plateau)
    first, last = int(high[0]), int(high[-1])
    middle = envelope[first : last + 1]
    hz, share = _tremor(middle, hop_s)
    return EnvelopeMeasures(
        rms_ratio=float(np.sqrt(np.mean(middle**2))),
        rise_s=(first - int(low[0])) * hop_s,
        fall_s=(int(low[-1]) - last) * hop_s,
        waxing=_waxing(middle, hop_s),
        tremor_hz=hz,
        tremor_ratio=share,
        peak_hop=int(envelope.argmax()),
    )


def _waxing(middle: NDArray[np.float64], hop_s: float) -> float:
    """Relative spread of the envelope at 0.8-3 Hz, its slow course (a parabola) taken out."""
    n = len(middle)
    if n * hop_s < 1.5:
        return 0.0
    course = np.polynomial.Polynomial.fit(np.arange(n), middle, 2)(np.arange(n))
    spectrum = np.fft.rfft(middle - course)
    hz = np.fft.rfftfreq(n, hop_s)
    band = (hz >= WAXING_HZ[0]) & (hz <= WAXING_HZ[1])
    power = 2.0 * float((np.abs(spectrum[band]) ** 2).sum()) / n**2
    return float(np.sqrt(power) / middle.mean())


def _tremor(middle: NDArray[np.float64], hop_s: float) -> tuple[float, float]:
    """The strongest envelope line at 3-14 Hz and its share of the power from 1 to 20 Hz."""
    segment = round(2.0 / hop_s)
    if len(middle) < 1.5 * segment:  # one spectrum alone shows a line by chance
        return 0.0, 0.0
    starts = range(0, len(middle) - segment + 1, segment // 2)
    taper = np.hanning(segment)
    cuts = np.stack([middle[s : s + segment] for s in starts])
    cuts = (cuts - cuts.mean(axis=1, keepdims=True)) * taper
    power = (np.abs(np.fft.rfft(cuts, axis=1)) ** 2).mean(axis=0)
    hz = np.fft.rfftfreq(segment, hop_s)
    band = (hz >= 3.0) & (hz <= 14.0)
    around = (hz >= 1.0) & (hz <= 20.0)
    at = int(np.flatnonzero(band)[power[band].argmax()])
    line = float(power[max(0, at - 1) : at + 2].sum())
    return float(hz[at]), line / (float(power[around].sum()) + 1e-300)
