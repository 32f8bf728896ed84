"""Sessions made up for the tests of the outputs: as an analysis would give them, without one."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from fasciscope.app.session import Session, Trace
from fasciscope.classifier import RULES, Finding, Findings, Grade, Urgency, halves_of, timing_of
from fasciscope.core import (
    ChannelInfo,
    Event,
    Interval,
    Label,
    Pattern,
    RateUnder,
    ReviewFlag,
    SessionSummary,
    Shape,
    SiteSummary,
    StreamInfo,
)

NAMED = (
    ChannelInfo("EMG1", 0.02, "gastrocnemius", "right"),
    ChannelInfo("EMG2", 0.02, "gastrocnemius", "left"),
    ChannelInfo("EMG3", 0.02, "biceps brachii", "right"),
    ChannelInfo("EMG4", None, "tibialis anterior", "left"),
)


CHANCES = {
    Pattern.CRAMP_FASCICULATION: 0.86,
    Pattern.BENIGN_FASCICULATION: 0.09,
    Pattern.CRAMP: 0.04,
    Pattern.OTHER_ACTIVITY: 0.007,
    Pattern.QUIET: 0.003,
    Pattern.NOT_ASSESSABLE: 0.0,
}


@dataclass(frozen=True)
class Plan:
    """What to make up."""

    minutes: int = 30
    channels: tuple[ChannelInfo, ...] = NAMED[:2]
    rates_per_min: tuple[float, ...] = (4.2, 0.0)
    cramp_at_s: float | None = 1100.0
    rate_hz: float = 1000.0
    n_shapes: int = 4
    usable_share: float = 0.94
    seed: int = 1


def session(plan: Plan = Plan()) -> Session:
    """A session after `plan`."""
    rng = np.random.default_rng(plan.seed)
    info = StreamInfo("OpenBCI Cyton", plan.rate_hz, plan.channels, (0.5, 480.0), 0.0224)
    events = tuple(
        sorted(_events(plan, rng), key=lambda event: (event.start_sample, event.channel))
    )
    return Session(_summary(plan, info, events, rng), events, _findings(), _cramp_trace(plan, rng))


def empty(plan: Plan = Plan(), *, usable: bool = True) -> Session:
    """A session in which nothing was found; with `usable` False nothing could be judged either."""
    bare = replace(
        plan,
        rates_per_min=(0.0,) * len(plan.channels),
        cramp_at_s=None,
        n_shapes=0,
        usable_share=plan.usable_share if usable else 0.0,
    )
    made = session(bare)
    pattern = Pattern.QUIET if usable else Pattern.NOT_ASSESSABLE
    sites = made.summary.sites
    if usable:
        sites = tuple(replace(site, counts={}, duration_s={}) for site in sites)
    summary = replace(
        made.summary,
        pattern=pattern,
        sites=sites,
        review_flags=(),
        gaps=(),
        pattern_probabilities={p: float(p is pattern) for p in Pattern},
        pattern_sensitivity={rule.name: pattern for rule in RULES},
    )
    return Session(summary, tuple(e for e in made.events if not usable), Findings())


def _events(plan: Plan, rng: np.random.Generator) -> list[Event]:
    events = []
    for channel, rate in enumerate(plan.rates_per_min):
        times = rng.uniform(0, plan.minutes * 60, rng.poisson(rate * plan.minutes))
        events += [_fasciculation(plan, channel, float(at), rng) for at in times]
    hours = plan.minutes / 60
    for label, number in ((Label.ARTEFACT, 22), (Label.UNCERTAIN, 12), (Label.ECG, 40)):
        times = rng.uniform(0, plan.minutes * 60 - 1, int(number * hours))
        events += [_span(plan, len(plan.channels) - 1, label, float(at), 0.03) for at in times]
    times = rng.uniform(0, plan.minutes * 60 - 30, int(6 * hours))
    lengths = rng.uniform(1, 25, times.size)
    events += [
        _span(plan, 0, Label.VOLUNTARY, float(at), float(length))
        for at, length in zip(times, lengths, strict=True)
    ]
    if plan.cramp_at_s is not None:
        events.append(_span(plan, 0, Label.CRAMP, plan.cramp_at_s, 24.0))
    return events


def _fasciculation(plan: Plan, channel: int, at_s: float, rng: np.random.Generator) -> Event:
    start = int(at_s * plan.rate_hz)
    calibrated = plan.channels[channel].calibrated
    snr = float(rng.lognormal(2.7, 0.4))
    return Event(
        channel,
        start,
        start + 4,
        start + 14,
        Label.FASCICULATION,
        float(rng.uniform(0.7, 0.99)),
        snr * 3.4 if calibrated else None,
        snr,
        int(rng.integers(0, max(plan.n_shapes, 1))),
        (channel,),
        ("brief, 11 ms", "no neighbour of its shape within 250 ms"),
    )


def _span(plan: Plan, channel: int, label: Label, at_s: float, length_s: float) -> Event:
    start = int(at_s * plan.rate_hz)
    n = max(int(length_s * plan.rate_hz), 2)
    return Event(
        channel, start, start + n // 2, start + n, label, 0.82, None, 21.0, None, (channel,)
    )


def _counts(events: tuple[Event, ...], channel: int) -> dict[Label, int]:
    labels = [event.label for event in events if event.channel == channel]
    return {label: labels.count(label) for label in Label if label in labels}


def _durations(events: tuple[Event, ...], channel: int, rate_hz: float) -> dict[Label, float]:
    found: dict[Label, float] = {}
    for e in events:
        if e.channel == channel:
            found[e.label] = found.get(e.label, 0.0) + (e.end_sample - e.start_sample) / rate_hz
    return found


def _site(plan: Plan, channel: int, events: tuple[Event, ...]) -> SiteSummary:
    info = plan.channels[channel]
    recorded = plan.minutes * 60.0
    usable = recorded * plan.usable_share
    counts = _counts(events, channel)
    n = counts.get(Label.FASCICULATION, 0)
    times = np.array(
        [
            e.peak_sample / plan.rate_hz
            for e in events
            if e.channel == channel and e.label is Label.FASCICULATION
        ]
    )
    return SiteSummary(
        channel=info,
        recorded_s=recorded,
        usable_s=usable,
        lost_s=3.2,
        active_s=24.0 if counts.get(Label.CRAMP) else 0.0,
        unusable_s={"mains": recorded * (1 - plan.usable_share) * 0.7, "off contact": 21.0},
        counts=counts,
        duration_s=_durations(events, channel, plan.rate_hz),
        rate_per_min=_poisson(n, usable / 60),
        noise=3.4 if info.calibrated else 812.0,
        snr_median=14.8 if n else None,
        amplitude_uv_median=50.3 if n and info.calibrated else None,
        amplitude_uv_iqr=(38.0, 71.5) if n and info.calibrated else None,
        isolated_share=0.93 if n else None,
        interval_cv=1.08 if n > 2 else None,
        n_shapes=plan.n_shapes if n else 0,
        rate_sensitivity=_by_other_rules(n, usable / 60),
        timing=timing_of(times, recorded),
        halves=halves_of(times, recorded / 2, recorded),
    )


def _by_other_rules(n: int, minutes: float) -> tuple[RateUnder, ...]:
    """Stricter rules count fewer."""
    counts = [n - n * k // (4 * len(RULES)) for k in range(len(RULES))]
    return tuple(
        RateUnder(rule.name, count, _poisson(count, minutes))
        for rule, count in zip(RULES, counts, strict=True)
    )


def _poisson(n: int, minutes: float) -> Interval:
    if minutes == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    low = chi2.ppf(0.025, 2 * n) / 2 if n else 0.0
    return Interval(
        n / minutes, float(low) / minutes, float(chi2.ppf(0.975, 2 * n + 2)) / 2 / minutes
    )


def _minutes(plan: Plan, events: tuple[Event, ...]) -> tuple[tuple[int, ...], ...]:
    table = np.zeros((plan.minutes, len(plan.channels)), dtype=int)
    for e in events:
        if e.label is Label.FASCICULATION:
            table[int(e.start_sample / plan.rate_hz // 60), e.channel] += 1
    return tuple(tuple(int(n) for n in row) for row in table)


def _summary(
    plan: Plan, info: StreamInfo, events: tuple[Event, ...], rng: np.random.Generator
) -> SessionSummary:
    usable = rng.uniform(max(2 * plan.usable_share - 1, 0), 1, (plan.minutes, len(plan.channels)))
    if plan.usable_share == 0:
        usable[:] = 0
    return SessionSummary(
        info=info,
        source="night-03_calf.bdf",
        format="BDF+",
        version="0.1.0",
        duration_s=plan.minutes * 60.0,
        sites=tuple(_site(plan, i, events) for i in range(len(plan.channels))),
        pattern=Pattern.BENIGN_FASCICULATION
        if plan.cramp_at_s is None
        else Pattern.CRAMP_FASCICULATION,
        pattern_probability=0.86,
        pattern_reasons=(
            "126 brief potentials, 93 % of them without a neighbour within 250 ms",
            "one stretch of sustained activity that waxed, without a voluntary onset",
        ),
        review_flags=(
            ReviewFlag(
                "fasciculations at rest",
                "More than 60 fasciculations a minute at rest were not seen, but several shapes were.",
                "de Carvalho & Swash, Clin Neurophysiol 2013",
            ),
        ),
        limits=(
            "Surface electrodes see the superficial part of a muscle; deep units are missed.",
            "Whether the muscle was at rest is inferred from the signal, not observed.",
        ),
        gaps=((412.0, 1.9), (1555.0, 1.3)),
        minute_counts=_minutes(plan, events),
        minute_usable_s=tuple(tuple(float(s) * 60 for s in row) for row in usable),
        settings={
            "high_pass_hz": 20.0,
            "detection_band_hz": "20-200",
            "mains": "auto (50 Hz)",
            "threshold": 5.0,
            "voluntary_exclusion": "sustained activity and 0.25 s on either side",
            "seed": None,
        },
        start_time="2026-03-14T22:41:00",
        notes=("channel ACC left out: accelerometer",),
        shapes=tuple(_shape(plan, i, rng) for i in range(plan.n_shapes)),
        pattern_probabilities=CHANCES,
        pattern_sensitivity={rule.name: Pattern.CRAMP_FASCICULATION for rule in RULES},
    )


def waveform(rate_hz: float, width_s: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A triphasic potential, 40 ms, peak in the middle; (n,), unit height."""
    n = int(0.04 * rate_hz)
    t = (np.arange(n) - n // 2) / rate_hz / width_s
    skew = rng.uniform(-0.4, 0.4)
    wave: NDArray[np.float64] = (1 - 2.2 * (t + skew * t**2) ** 2) * np.exp(-(t**2))
    return wave


def _shape(plan: Plan, number: int, rng: np.random.Generator) -> Shape:
    channel = number % max(sum(rate > 0 for rate in plan.rates_per_min), 1)
    scale = rng.uniform(12, 60) * (1 if plan.channels[channel].calibrated else 240)
    mean = waveform(plan.rate_hz, rng.uniform(0.003, 0.007), rng) * scale
    spread = 0.07 * scale + 0.1 * np.abs(mean)
    return Shape(number, channel, int(60 / (number + 1)) + 2, 14.2, 0.12, 0.95, mean, spread)


def _cramp_trace(plan: Plan, rng: np.random.Generator) -> Trace | None:
    if plan.cramp_at_s is None:
        return None
    n = int(34 * plan.rate_hz)
    t = np.arange(n) / plan.rate_hz - 5
    envelope = np.where((t > 0) & (t < 24), np.minimum(t / 4, 1) * (1 + 0.3 * np.sin(7 * t)), 0)
    signal = rng.normal(0, 3.4, n)
    for at in np.flatnonzero(rng.uniform(size=n) < 0.05 * np.clip(envelope, 0, 1)):
        wave = waveform(plan.rate_hz, 0.004, rng) * rng.uniform(10, 160)
        signal[at : at + wave.size] += wave[: n - at]
    first = int((plan.cramp_at_s - 5) * plan.rate_hz)
    return Trace(0, first, signal)


def _findings() -> Findings:
    citation = "Kiernan et al., 2019 (abstract read)"
    return Findings(
        see_professional=(
            Finding(
                "flag_weakness",
                "Weakness",
                ("The history names weakness.",),
                would_settle=("an examination of strength",),
                urgency=Urgency.SOON,
            ),
        ),
        with_history=(),
        with_pattern=(
            Finding(
                "exercise",
                "Recent hard exercise",
                ("Cramps and fasciculations after exercise are reported in healthy people.",),
                ("No exercise in the two days before.",),
                Grade.MODERATE,
                (citation, "Norris et al., 1957 (cited by others)"),
                ("a second session after three days of rest",),
            ),
            Finding("caffeine", "Caffeine", ("Named by people who twitch.",), grade=Grade.WEAK),
        ),
        urgency=Urgency.SOON,
    )
