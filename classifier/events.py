"""Measured activity to labelled events."""

from collections.abc import Iterator
from dataclasses import dataclass

from fasciscope.classifier.rulemodel import RuleModel
from fasciscope.classifier.verdict import Model, Verdict
from fasciscope.core import (
    Activity,
    Burst,
    Event,
    FrameQuality,
    Label,
    Potential,
    StreamInfo,
)

DOUBLET = "doublet"
_DOUBLET = "A second discharge of the same shape rides on it, {:.0f} ms later: a doublet."


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Time on one channel that cannot be judged, for the same reasons throughout."""

    start_sample: int
    end_sample: int
    reasons: tuple[str, ...]


class EventClassifier:
    """Stage[Activity, Event]: every activity is judged once; unjudgeable seconds are joined."""

    def __init__(self, info: StreamInfo, model: Model | None = None) -> None:
        self._info = info
        self._model = model or RuleModel(info)
        self._open: list[_Stretch | None] = [None] * info.n_channels

    def push(self, activity: Activity) -> Iterator[Event]:
        """Judge one activity; give the events that are final."""
        match activity:
            case Potential():
                verdict = self._model.judge_potential(activity)
                if verdict is not None:
                    yield self._potential_event(activity, verdict)
            case Burst():
                verdict = self._model.judge_burst(activity)
                if verdict is not None:
                    yield self._burst_event(activity, verdict)
            case FrameQuality():
                yield from self._quality_events(activity)

    def finish(self) -> Iterator[Event]:
        """Give the unjudgeable stretches that reach the end."""
        for channel, stretch in enumerate(self._open):
            if stretch is not None:
                yield _not_assessable(channel, stretch)
        self._open = [None] * self._info.n_channels

    def _potential_event(self, potential: Potential, verdict: Verdict) -> Event:
        shaped = verdict.label is Label.FASCICULATION and self._info.tier.letter in "AB"
        reasons, flags = verdict.reasons, verdict.flags
        if shaped and potential.doublet_s > 0.0:
            reasons = (*reasons, _DOUBLET.format(1e3 * potential.doublet_s))
            flags = (*flags, DOUBLET)
        return Event(
            channel=potential.channel,
            channels=potential.channels,
            start_sample=min(potential.start_sample, potential.peak_sample),
            peak_sample=potential.peak_sample,
            end_sample=potential.end_sample,
            label=verdict.label,
            probability=verdict.probability,
            amplitude_uv=self._microvolts(potential.channel, potential.peak_to_peak),
            snr=potential.snr,
            shape=potential.shape if shaped else None,
            reasons=reasons,
            flags=flags,
        )

    def _burst_event(self, burst: Burst, verdict: Verdict) -> Event:
        flags = (*verdict.flags, "cut") if burst.cut else verdict.flags
        return Event(
            channel=burst.channel,
            channels=burst.channels,
            start_sample=burst.start_sample,
            peak_sample=burst.peak_sample,
            end_sample=burst.end_sample,
            label=verdict.label,
            probability=verdict.probability,
            amplitude_uv=self._microvolts(burst.channel, burst.peak_to_peak),
            snr=burst.peak_to_peak / burst.noise,
            reasons=verdict.reasons,
            flags=flags,
        )

    def _microvolts(self, channel: int, size: float) -> float | None:
        """Sizes at tier C and D, and of uncalibrated channels, are given in noise only."""
        calibrated = self._info.channels[channel].calibrated
        return size if calibrated and self._info.tier.letter in "AB" else None

    def _quality_events(self, quality: FrameQuality) -> Iterator[Event]:
        end = quality.first_sample + quality.n_samples
        for channel, reasons in enumerate(quality.reasons):
            stretch = self._open[channel]
            joins = (
                stretch is not None
                and stretch.end_sample == quality.first_sample
                and stretch.reasons == reasons
            )
            if stretch is not None and joins:
                self._open[channel] = _Stretch(stretch.start_sample, end, reasons)
                continue
            if stretch is not None:
                yield _not_assessable(channel, stretch)
            bad = bool(reasons) and quality.n_samples > 0
            self._open[channel] = _Stretch(quality.first_sample, end, reasons) if bad else None


def _not_assessable(channel: int, stretch: _Stretch) -> Event:
    return Event(
        channel=channel,
        channels=(channel,),
        start_sample=stretch.start_sample,
        peak_sample=stretch.start_sample,
        end_sample=stretch.end_sample,
        label=Label.NOT_ASSESSABLE,
        probability=1.0,
        reasons=tuple(f"{reason.capitalize()}." for reason in stretch.reasons),
        flags=tuple(reason.replace(" ", "_") for reason in stretch.reasons),
    )
