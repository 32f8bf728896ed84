"""Outlets of the Lab Streaming Layer: samples and events for other programs, as they come."""

import time
from typing import Any

import numpy as np

from fasciscope import __version__
from fasciscope.acquisition.clock import SampleClock
from fasciscope.acquisition.lsl import load_pylsl
from fasciscope.core import Announcement, Event, Flag, Label, SampleBlock, Sighting, StreamInfo

LINGER_S = 0.5
"""Who listens gets so long to fetch what was sent last: liblsl drops it when an outlet is closed."""


class LslOutlets:
    """Two outlets: NAME with the samples, NAME-events with a text for each event, announcement and sighting.

    Samples are float32, in microvolts (counts of an uncalibrated channel); one that is missing is NaN,
    and where nothing came for longer than `core.FILL_S` the stamps jump. They are stamped by the sample
    clock, without the bursts of the way. An event or an announcement is stamped with its onset, a sighting
    with its peak, all of which lie in the past when they are sent. Raises UnsupportedError without pylsl.
    """

    def __init__(self, name: str, info: StreamInfo, clock: SampleClock) -> None:
        self._pylsl = load_pylsl()
        self._info = info
        self._clock = clock
        self._offset_s = self._pylsl.local_clock() - time.monotonic()
        self._samples = self._pylsl.StreamOutlet(self._of_samples(name))
        self._events = self._pylsl.StreamOutlet(self._of_events(name))

    def close(self) -> None:
        """Send what is under way, and end both streams."""
        if self._samples.have_consumers() or self._events.have_consumers():
            time.sleep(LINGER_S)
        self._samples = self._events = None  # this closes them

    def block(self, block: SampleBlock) -> None:
        """Send the samples of a block."""
        if block.n_samples == 0:
            return
        uv = block.uv.astype(np.float32)
        if block.flags is not None:
            uv[block.flags & Flag.MISSING > 0] = np.nan
        self._samples.push_chunk(uv, self._stamp(block.end_sample - 1))

    def event(self, event: Event) -> None:
        """Send an event: its class and its channel."""
        text = f"{event.label} {self._info.channels[event.channel].name}"
        self._events.push_sample([text], self._stamp(event.start_sample))

    def announcement(self, announcement: Announcement) -> None:
        """Send what activity that lasts seems to be, with a question mark: its event answers it."""
        cramp = announcement.label is Label.CRAMP
        name = self._info.channels[announcement.channel].name
        text = f"cramp? {name}" if cramp else f"no cramp? {name}"
        self._events.push_sample([text], self._stamp(announcement.start_sample))

    def sighting(self, sighting: Sighting) -> None:
        """Send a potential that is not judged yet."""
        text = f"seen {self._info.channels[sighting.channel].name}"
        self._events.push_sample([text], self._stamp(sighting.peak_sample))

    def _stamp(self, sample: int) -> float:
        offset_s: float = self._offset_s
        return self._clock.time_of(sample) + offset_s

    def _of_samples(self, name: str) -> Any:
        info = self._info
        told = self._pylsl.StreamInfo(
            name, "EMG", info.n_channels, info.rate_hz, "float32", f"fasciscope-{name}"
        )
        channels = told.desc().append_child("channels")
        for channel in info.channels:
            one = channels.append_child("channel")
            one.append_child_value("label", channel.name)
            one.append_child_value("unit", "microvolts" if channel.calibrated else "counts")
            one.append_child_value("type", "EMG")
            if channel.muscle:
                one.append_child_value("muscle", channel.muscle)
        self._describe(told)
        return told

    def _of_events(self, name: str) -> Any:
        told = self._pylsl.StreamInfo(
            f"{name}-events",
            "Markers",
            1,
            self._pylsl.IRREGULAR_RATE,
            "string",
            f"fasciscope-{name}-events",
        )
        self._describe(told)
        return told

    def _describe(self, told: Any) -> None:
        made = told.desc().append_child("acquisition")
        made.append_child_value("model", self._info.device)
        made.append_child_value("software", f"fasciscope {__version__}")
