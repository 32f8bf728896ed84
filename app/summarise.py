"""Events and activities to a session's summary, in memory that does not grow with the samples."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope import __version__
from fasciscope.app.usable_clock import UsableClock, join, shared, without
from fasciscope.classifier import (
    DOUBLET,
    Discharge,
    discharge_of,
    halves_of,
    judge_session,
    rate_interval,
    rates_under,
    remarks_of,
    timing_of,
    widening,
)
from fasciscope.core import (
    Activity,
    Burst,
    Event,
    FrameQuality,
    Label,
    Potential,
    Recording,
    SessionSummary,
    Shape,
    SiteSummary,
    StreamInfo,
)

MINUTE_S = 60.0
SUSTAINED = (Label.CRAMP, Label.VOLUNTARY, Label.REPETITIVE, Label.ARTEFACT, Label.UNCERTAIN)
MOST_SHAPES = 400
ISOLATED_S = 0.25


@dataclass(slots=True)
class _Wave:
    """Running mean and spread of the waveforms of one shape (Welford)."""

    channel: int
    count: int = 0
    mean: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    squares: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    snrs: list[float] = field(default_factory=list)
    match: float = 0.0

    def add(self, potential: Potential) -> None:
        """Take a member."""
        if self.count == 0:
            self.mean = np.zeros_like(potential.waveform)
            self.squares = np.zeros_like(potential.waveform)
        self.count += 1
        off = potential.waveform - self.mean
        self.mean = self.mean + off / self.count
        self.squares = self.squares + off * (potential.waveform - self.mean)
        self.snrs.append(potential.snr)
        self.match += potential.shape_match

    def shape(self, number: int) -> Shape:
        """The finished shape."""
        snrs = np.array(self.snrs)
        return Shape(
            number=number,
            channel=self.channel,
            count=self.count,
            snr_median=float(np.median(snrs)),
            amplitude_cv=float(snrs.std() / snrs.mean()),
            stability=self.match / self.count,
            mean=self.mean,
            spread=np.sqrt(self.squares / max(self.count - 1, 1)),
        )


@dataclass(slots=True)
class _Site:
    """What is counted of one channel."""

    recorded: int = 0
    lost: int = 0
    usable: int = 0
    unusable: Counter[str] = field(default_factory=Counter)
    noise: list[float] = field(default_factory=list)
    counts: Counter[Label] = field(default_factory=Counter)
    lengths: Counter[Label] = field(default_factory=Counter)
    peaks: list[int] = field(default_factory=list)
    discharges: list[Discharge] = field(default_factory=list)
    snrs: list[float] = field(default_factory=list)
    amplitudes: list[float] = field(default_factory=list)
    isolated: int = 0
    riding: int = 0  # doublets that are one potential
    minute_usable: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    minute_count: Counter[int] = field(default_factory=Counter)
    busy: list[tuple[int, int]] = field(default_factory=list)  # bursts, whatever they are
    judged: list[tuple[int, int]] = field(default_factory=list)  # usable stretches, joined


class Summariser:
    """Takes activities with the events made of them; gives the summary at the end."""

    def __init__(self, info: StreamInfo) -> None:
        self._info = info
        self._rate_hz = info.rate_hz
        self._sites = [_Site() for _ in info.channels]
        self._waves: dict[int, _Wave] = {}
        self._gaps: list[tuple[int, int]] = []
        self._end = 0
        self.events: list[Event] = []

    def add(self, activity: Activity | None, events: Iterable[Event]) -> None:
        """Take an activity (None at the end) and the events that it made final."""
        if isinstance(activity, FrameQuality):
            self._frame(activity)
        elif isinstance(activity, Burst):
            busy = (activity.start_sample, activity.end_sample)
            self._sites[activity.channel].busy.append(busy)
        for event in events:
            self._event(event)
            if isinstance(activity, Potential):
                self._discharge(event, activity)

    def summary(
        self, recording: Recording, settings: dict[str, str | float | int | None]
    ) -> SessionSummary:
        """The figures of the session, which is all of `recording`, and its pattern."""
        self._lose_until(recording.n_samples or 0)  # what was lost after the last block
        self.events.sort(key=lambda e: (e.start_sample, e.channel, e.peak_sample))
        info, provenance = recording.info, recording.provenance
        sites = tuple(self._site(k) for k in range(info.n_channels))
        verdict = judge_session(info, sites, self.events)
        minutes = range(int(np.ceil(self._end / self._rate_hz / MINUTE_S)))
        return SessionSummary(
            info=info,
            source=Path(provenance.path).name,  # folders may name people
            format=provenance.format,
            version=__version__,
            duration_s=self._end / self._rate_hz,
            sites=sites,
            pattern=verdict.pattern,
            pattern_probability=verdict.probability,
            pattern_reasons=verdict.reasons,
            review_flags=verdict.review_flags,
            limits=verdict.limits,
            gaps=tuple((a / self._rate_hz, n / self._rate_hz) for a, n in self._gaps),
            minute_counts=tuple(tuple(s.minute_count[m] for s in self._sites) for m in minutes),
            minute_usable_s=tuple(
                tuple(max(0.0, s.minute_usable[m]) for s in self._sites) for m in minutes
            ),
            settings=settings,
            start_time=provenance.start_time,
            notes=(*provenance.notes, *remarks_of(sites)),
            shapes=self._shapes(),
            pattern_probabilities=verdict.probabilities,
            pattern_sensitivity=verdict.pattern_under,
        )

    def _frame(self, quality: FrameQuality) -> None:
        self._lose_until(quality.first_sample)
        self._end = max(self._end, quality.first_sample + quality.n_samples)
        if quality.n_samples == 0:
            return
        minute = int(quality.first_sample / self._rate_hz / MINUTE_S)
        per_channel = zip(
            self._sites, quality.reasons, quality.noise, quality.lost_samples, strict=True
        )
        for site, reasons, noise, lost in per_channel:
            there = quality.n_samples - lost
            site.recorded += there
            site.lost += lost
            if reasons:
                site.unusable.update(dict.fromkeys(reasons, there))
            else:
                site.usable += there
                site.noise.append(noise)
                site.minute_usable[minute] += there / self._rate_hz
                join(site.judged, quality.first_sample, quality.first_sample + quality.n_samples)

    def _lose_until(self, sample: int) -> None:
        """Nothing came from where the recording stands to `sample`."""
        lost = sample - self._end
        if lost > 0:
            self._gaps.append((self._end, lost))
            for site in self._sites:
                site.lost += lost
            self._end = sample

    def _event(self, event: Event) -> None:
        site = self._sites[event.channel]
        site.counts[event.label] += 1
        site.lengths[event.label] += event.end_sample - event.start_sample
        self.events.append(event)

    def _discharge(self, event: Event, potential: Potential) -> None:
        discharge = discharge_of(event, potential, self._rate_hz)
        if discharge is not None:
            self._sites[event.channel].discharges.append(discharge)
        if event.label is Label.FASCICULATION:
            self._fasciculation(event, potential)

    def _fasciculation(self, event: Event, potential: Potential) -> None:
        site = self._sites[event.channel]
        site.peaks.append(event.peak_sample)
        site.snrs.append(potential.snr)
        site.riding += DOUBLET in event.flags
        if event.amplitude_uv is not None:
            site.amplitudes.append(event.amplitude_uv)
        alone = min(potential.same_gap_before_s, potential.same_gap_after_s) > ISOLATED_S
        site.isolated += alone
        site.minute_count[int(event.peak_sample / self._rate_hz / MINUTE_S)] += 1
        if event.shape is not None:
            self._waves.setdefault(event.shape, _Wave(event.channel)).add(potential)
            if len(self._waves) > MOST_SHAPES:
                del self._waves[min(self._waves, key=lambda n: (self._waves[n].count, n))]

    def _site(self, k: int) -> SiteSummary:
        site, rate_hz = self._sites[k], self._rate_hz
        active = sum(end - start for start, end in site.busy)
        usable_s = max(0.0, (site.usable - self._take_busy(site)) / rate_hz)
        count = site.counts[Label.FASCICULATION]
        amplitudes = np.array(site.amplitudes)
        clock = UsableClock(without(site.judged, site.busy), rate_hz)
        times = clock.seconds(np.sort(np.array(site.peaks, dtype=np.int64)))
        middle_s = float(clock.seconds(np.array([self._end // 2]))[0])
        timing = timing_of(times, clock.total_s, site.riding)
        dispersion, method = widening(timing)
        return SiteSummary(
            channel=self._info.channels[k],
            recorded_s=site.recorded / rate_hz,
            usable_s=usable_s,
            lost_s=site.lost / rate_hz,
            active_s=active / rate_hz,
            unusable_s={name: n / rate_hz for name, n in sorted(site.unusable.items())},
            counts=dict(site.counts),
            duration_s={label: n / rate_hz for label, n in site.lengths.items()},
            rate_per_min=rate_interval(count, usable_s / MINUTE_S, dispersion),
            noise=float(np.median(site.noise)) if site.noise else 0.0,
            snr_median=float(np.median(site.snrs)) if site.snrs else None,
            amplitude_uv_median=float(np.median(amplitudes)) if len(amplitudes) else None,
            amplitude_uv_iqr=_iqr(amplitudes),
            isolated_share=site.isolated / count if count else None,
            interval_cv=timing.cv,
            n_shapes=sum(wave.channel == k for wave in self._waves.values()),
            rate_method=method,
            rate_sensitivity=rates_under(site.discharges, usable_s / MINUTE_S, dispersion),
            timing=timing,
            halves=halves_of(times, middle_s, clock.total_s),
        )

    def _take_busy(self, site: _Site) -> int:
        """Usable samples in bursts; they are taken from the usable time of their minutes."""
        total = 0
        per_minute = MINUTE_S * self._rate_hz
        for start, end in shared(site.busy, site.judged):
            total += end - start
            for minute in range(int(start / per_minute), int(end / per_minute) + 1):
                low, high = max(start, minute * per_minute), min(end, (minute + 1) * per_minute)
                site.minute_usable[minute] -= max(0.0, high - low) / self._rate_hz
        return total

    def _shapes(self) -> tuple[Shape, ...]:
        """Shapes by how often they were seen."""
        ordered = sorted(self._waves.items(), key=lambda item: (-item[1].count, item[0]))
        return tuple(wave.shape(number) for number, wave in ordered)


def _iqr(values: NDArray[np.float64]) -> tuple[float, float] | None:
    if len(values) == 0:
        return None
    low, high = np.quantile(values, [0.25, 0.75])
    return float(low), float(high)
