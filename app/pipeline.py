"""A recording through all the rooms: blocks -> activities -> events -> summary -> findings."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from fasciscope.acquisition import ReplaySource
from fasciscope.app.session import Session, Trace
from fasciscope.app.settings import ModelName, Settings
from fasciscope.app.summarise import Summariser
from fasciscope.classifier import (
    Announcer,
    EventClassifier,
    History,
    Model,
    RuleModel,
    TrainedModel,
    match,
)
from fasciscope.core import (
    Activity,
    Announcement,
    Event,
    InputError,
    Label,
    Recording,
    SampleBlock,
    Sighting,
    StreamInfo,
    Swell,
)
from fasciscope.dsp import Chain, ChainSettings, corner_hz, feature_branch

Progress = Callable[[int, int | None], None]
"""Told the samples done, and all of them if known."""

BLOCK_S = 8.0
"""The longer, the fewer calls; events do not hang on it (law 1), and progress is told as often."""
TRACE_MARGIN_S = 4.0
MODELS: dict[ModelName, Callable[[StreamInfo], Model]] = {
    "trained": TrainedModel,
    "rules": RuleModel,
}
MODEL_WORDS: dict[ModelName, str] = {
    "trained": "rules, and trained scorecards for brief potentials and for sustained activity",
    "rules": "rules",
}
SETTLE_S = 2.0


class Analysis:
    """Blocks to events as they become final, and at the end to a session; the same for files and boards."""

    def __init__(self, info: StreamInfo, settings: Settings | None = None) -> None:
        chosen = settings or Settings()
        self._settings, self._model = chain_settings(chosen), chosen.model
        self._chain = Chain(info, self._settings)
        model = MODELS[chosen.model](info)
        self._classifier = EventClassifier(info, model)
        self._announcer = Announcer(info, model)
        self._summariser = Summariser(info)
        self.sightings: tuple[Sighting, ...] = ()
        """Potentials that the last block showed, not judged yet."""
        self.announcements: tuple[Announcement, ...] = ()
        """What is new of activity that lasts; its event is the final word, and hangs on none of it."""

    def push(self, block: SampleBlock) -> tuple[Event, ...]:
        """Take the next block; give the events that are final by it."""
        return self._take(self._chain.push(block))

    def finish(self) -> tuple[Event, ...]:
        """Give the events that still waited."""
        events = self._take(self._chain.finish())
        last = tuple(self._classifier.finish())
        self._summariser.add(None, last)
        return events + last

    def session(self, recording: Recording, history: History | None = None) -> Session:
        """What all that was pushed amounts to; `recording` is where it can be read again."""
        settings = self._settings
        summary = self._summariser.summary(
            recording, _settings_used(settings, self._chain, self._model)
        )
        events = tuple(self._summariser.events)
        return Session(
            summary, events, match(summary, history), _cramp_trace(recording, events, settings)
        )

    def _take(self, given: Iterable[Activity]) -> tuple[Event, ...]:
        activities = tuple(given)
        self.sightings = tuple(one for one in activities if isinstance(one, Sighting))
        self.announcements = tuple(
            said
            for one in activities
            if isinstance(one, Swell)
            for said in self._announcer.push(one)
        )
        return tuple(self._judged(activities))

    def _judged(self, activities: Iterable[Activity]) -> Iterator[Event]:
        for activity in activities:
            events = tuple(self._classifier.push(activity))
            self._summariser.add(activity, events)
            yield from events


def analyse(
    recording: Recording,
    settings: Settings | None = None,
    *,
    history: History | None = None,
    progress: Progress | None = None,
) -> Session:
    """Analyse a recording in blocks of some seconds, in bounded memory.

    A `history` adds to the findings; it changes no event and no figure.

    Raises InputError where the recording turns out damaged or holds no sample.
    """
    analysis = Analysis(recording.info, settings)
    seen = 0
    with ReplaySource(recording, BLOCK_S) as source:
        for block in source:
            analysis.push(block)
            seen = block.end_sample
            if progress is not None:
                progress(seen, recording.n_samples)
    if seen == 0:
        raise InputError(f"{recording.provenance.path} holds no sample. Was it copied whole?")
    analysis.finish()
    return analysis.session(recording, history)


def chain_settings(settings: Settings) -> ChainSettings:
    """The chain's settings for what a person chose."""
    return ChainSettings(mains=settings.mains)


def _settings_used(
    settings: ChainSettings, chain: Chain, model: ModelName
) -> dict[str, str | float | int | None]:
    """What a methods paragraph must say."""
    low_pass_hz = corner_hz(chain.grid.rate_hz, settings.feature_low_pass_hz)
    return {
        "high_pass_hz": settings.high_pass_hz,
        "low_pass_hz": low_pass_hz,
        "filters": "4th-order Butterworth, causal",
        "detection_low_pass_hz": corner_hz(chain.grid.rate_hz, settings.detection_low_pass_hz),
        "mains": f"{settings.mains} ({chain.line_hz:g} Hz and harmonics, subtracted)",
        "detector": "matched filters at 50, 80 and 130 Hz in the channel's own noise",
        "threshold": settings.threshold,
        "isolation_s": 0.25,
        "context_s": settings.context_s,
        "voluntary_exclusion": (
            f"stretches of at least {settings.burst_min_s:g} s above {settings.burst_on:g} times the "
            f"noise are not searched for fasciculations and not counted as usable time"
        ),
        "classifier": MODEL_WORDS[model],
    }


def _cramp_trace(
    recording: Recording, events: Iterable[Event], settings: ChainSettings
) -> Trace | None:
    """The longest cramp with some seconds around it, read again from the recording."""
    cramps = [e for e in events if e.label is Label.CRAMP]
    if not cramps:
        return None
    longest = max(cramps, key=lambda e: e.end_sample - e.start_sample)
    rate_hz = recording.info.rate_hz
    first = max(0, longest.start_sample - round((TRACE_MARGIN_S + SETTLE_S) * rate_hz))
    end = longest.end_sample + round(TRACE_MARGIN_S * rate_hz)
    info = replace(recording.info, channels=(recording.info.channels[longest.channel],))
    pieces = [
        (start, samples[:, 0])
        for start, samples in feature_branch(
            info, _one_channel(recording, longest.channel, first, end), settings
        )
    ]
    begin = pieces[0][0]
    signal = np.zeros(pieces[-1][0] + len(pieces[-1][1]) - begin)
    for start, samples in pieces:
        signal[start - begin : start - begin + len(samples)] = samples
    settle = round(SETTLE_S * rate_hz) if begin > 0 else 0
    return Trace(longest.channel, begin + settle, signal[settle:])


def _one_channel(recording: Recording, channel: int, first: int, end: int) -> Iterator[SampleBlock]:
    info = replace(recording.info, channels=(recording.info.channels[channel],))
    for block in recording.blocks():
        if block.first_sample >= end:
            return
        low, high = max(first, block.first_sample), min(end, block.end_sample)
        if low < high:
            here = slice(low - block.first_sample, high - block.first_sample)
            flags = None if block.flags is None else block.flags[here, channel : channel + 1]
            yield SampleBlock(info, low, block.uv[here, channel : channel + 1], flags)
