"""A board's session as it happens: recorded first, then analysed; told to whoever watches."""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fasciscope.acquisition import Delivery, Turns
from fasciscope.app.pipeline import Analysis
from fasciscope.app.recorder import Recorder
from fasciscope.core import Announcement, Event, Label, SampleBlock, Sighting

STATUS_S = 1.0
RECENT_S = 60.0
NOISE_BLOCKS = 50
SPREAD_SAMPLES = 32
"""The noise is told of so many of the last stretches, of at least so many samples each."""
NORMAL = 0.6745
"""Median absolute deviation of a normal distribution, in standard deviations."""
LATE_S = 15.0
"""A source that is away is waited for so much longer than was asked for, and no more."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a session stands: figures since its beginning, rates over the last minute.

    `noise` is the median over channels and the last stretches of the robust spread, in the stream's unit;
    None as long as too few samples came.
    """

    at_s: float
    rate_hz: float
    drift_ppm: float | None
    drift_error_ppm: float | None
    lost: int
    lost_percent: float
    uncertain_losses: int
    restarts: int
    noise: float | None
    events: int
    fasciculations: int
    fasciculations_per_min: float
    connected: bool


@dataclass(frozen=True, slots=True)
class Watcher:
    """Whom to tell; each is optional. `markers` gives what was typed since it was last asked."""

    sighting: Callable[[Sighting], None] = lambda _sighting: None
    event: Callable[[Event], None] = lambda _event: None
    status: Callable[[Status], None] = lambda _status: None
    notice: Callable[[str], None] = lambda _text: None
    markers: Callable[[], list[str]] = list
    block: Callable[[SampleBlock], None] = lambda _block: None
    announcement: Callable[[Announcement], None] = lambda _announcement: None


@dataclass(slots=True)
class LiveSession:
    """Carries what a source delivers to the recorder and the analysis, until `n_samples` or for ever.

    What the recorder has is on its way to the disk before the analysis sees it.
    """

    source: Turns
    analysis: Analysis
    recorder: Recorder | None = None
    watchers: tuple[Watcher, ...] = ()
    n_samples: int | None = None
    patient: bool = False
    _end: int = 0
    _spreads: deque[float] = field(default_factory=lambda: deque(maxlen=NOISE_BLOCKS))
    _stretch: list[NDArray[np.float64]] = field(default_factory=list)
    _connected: bool = True
    _events: Counter[str] = field(default_factory=Counter)
    _recent: deque[int] = field(default_factory=deque)
    _told_s: float = 0.0

    def run(self, over: Callable[[], bool]) -> None:
        """Carry until the end is reached or it is `over`."""
        began_s = time.monotonic()
        for delivery in self.source.deliveries():
            self._take(delivery)
            full = self.n_samples is not None and self._end >= self.n_samples
            if full or over() or self._is_late(time.monotonic() - began_s):
                return

    def finish(self) -> None:
        """Stop the source; carry what was under way, and the events that still waited."""
        self._take(self.source.finish())
        events = self.analysis.finish()
        self._announce()
        self._tell(events)
        self._show_status()

    def status(self) -> Status:
        """Where it stands now."""
        info, tally = self.source.info, self.source.tally
        fit = self.source.clock.fit()
        minutes = min(RECENT_S, self._end / info.rate_hz) / 60.0
        while self._recent and self._recent[0] < self._end - RECENT_S * info.rate_hz:
            self._recent.popleft()
        return Status(
            at_s=self._end / info.rate_hz,
            rate_hz=info.rate_hz if fit is None else fit.rate_hz,
            drift_ppm=None if fit is None else fit.ppm,
            drift_error_ppm=None if fit is None else fit.ppm_error,
            lost=tally.lost,
            lost_percent=100.0 * tally.lost / max(1, self._end),
            uncertain_losses=tally.uncertain,
            restarts=tally.restarts,
            noise=float(np.median(self._spreads)) if self._spreads else None,
            events=sum(self._events.values()),
            fasciculations=self._events[Label.FASCICULATION],
            fasciculations_per_min=len(self._recent) / minutes if minutes else 0.0,
            connected=self._connected,
        )

    def _take(self, delivery: Delivery) -> None:
        kept = self._cut(delivery)
        if self.recorder is not None:
            self.recorder.take(kept)
            for text in (text for watcher in self.watchers for text in watcher.markers()):
                self.recorder.annotate(f"marker {text}")
        for watcher in self.watchers:
            for text in (*kept.messages, *kept.notices):
                watcher.notice(text)
            for block in kept.blocks:
                watcher.block(block)
        if kept.notices:
            self._connected = bool(kept.blocks) or "the board is back" in kept.notices
        for block in kept.blocks:
            self._connected = True
            self._end = block.end_sample
            self._stretch.append(block.uv)
            if sum(map(len, self._stretch)) >= SPREAD_SAMPLES:
                self._spreads.append(_spread(np.concatenate(self._stretch)))
                self._stretch.clear()
            events = self.analysis.push(block)
            for watcher in self.watchers:
                for sighting in self.analysis.sightings:
                    watcher.sighting(sighting)
            self._announce()
            self._tell(events)
        now_s = time.monotonic()
        if now_s - self._told_s >= STATUS_S:
            self._told_s = now_s
            self._show_status()

    def _show_status(self) -> None:
        status = self.status()
        for watcher in self.watchers:
            watcher.status(status)

    def _cut(self, delivery: Delivery) -> Delivery:
        """Without what lies beyond the end that was asked for."""
        if self.n_samples is None:
            return delivery
        blocks = tuple(
            _until(block, self.n_samples)
            for block in delivery.blocks
            if block.first_sample < self.n_samples
        )
        losses = tuple(loss for loss in delivery.losses if loss.first_sample < self.n_samples)
        return Delivery(blocks, losses, delivery.messages, delivery.notices)

    def _is_late(self, lasted_s: float) -> bool:
        if self.n_samples is None or self.patient:
            return False
        return lasted_s > self.n_samples / self.source.info.rate_hz + LATE_S

    def _announce(self) -> None:
        """What is new of activity that lasts, before the events that answer it."""
        for announcement in self.analysis.announcements:
            for watcher in self.watchers:
                watcher.announcement(announcement)

    def _tell(self, events: tuple[Event, ...]) -> None:
        for event in events:
            self._events[event.label] += 1
            if event.label is Label.FASCICULATION:
                self._recent.append(event.peak_sample)
            if self.recorder is not None:
                self.recorder.take_event(event)
            for watcher in self.watchers:
                watcher.event(event)


def _until(block: SampleBlock, end: int) -> SampleBlock:
    if block.end_sample <= end:
        return block
    n = end - block.first_sample
    flags = None if block.flags is None else block.flags[:n]
    return SampleBlock(block.info, block.first_sample, block.uv[:n], flags, block.received_s)


def _spread(uv: NDArray[np.float64]) -> float:
    """Robust standard deviation of the steps between samples: what drifts slowly is no noise.

    Of channels that stand still (nothing is plugged in) none is told.
    """
    spreads = np.median(np.abs(np.diff(uv, axis=0)), axis=0)
    alive = spreads[spreads > 0]
    return float(np.median(alive) / NORMAL / np.sqrt(2.0)) if len(alive) else 0.0
