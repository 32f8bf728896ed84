"""Cramps composed from real units against real contractions of like loudness and length, in real rest."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt
from scipy.signal.windows import tukey

from benchmarks.accuracy.case import Array, Case, Part, recording_of
from benchmarks.accuracy.disturbed import SILENCE
from benchmarks.accuracy.material import HELD, of_part, read, waveforms
from benchmarks.accuracy.placed import DISTURBED_S, fitting, prolonged, sessions, with_potentials
from fasciscope.core import Label
from fasciscope.datasets.synth import (
    Cramp,
    Scenario,
    Site,
    Synthetic,
    Truth,
    TruthEvent,
    Waveform,
    synthesise,
)
from fasciscope.datasets.synth.place import rest_rms

BEFORE_S = 30.0
LONG_BEFORE_S = 45.0
WAYWARD = 15  # cases a seed
POTENTIALS = (8.0, 25.0)  # of who fasciculates anyway, over the noise
LOUDNESS = (6.0, 40.0)
"""RMS over that of the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Contraction:
    """Samples (n,) of 20-450 Hz with ends faded in a tenth of a second; `site` is one electrode pair."""

    subject: str
    site: str
    wave: Array
    rate_hz: float


def contractions(part: Part) -> list[Contraction]:
    """The held ones of a part."""
    found = []
    for stretch in of_part(HELD, part):
        uv, info = read(stretch)
        band = (20.0, min(450.0, 0.45 * info.rate_hz))
        sos = butter(4, band, "bandpass", fs=info.rate_hz, output="sos")
        filtered = sosfiltfilt(sos, uv, axis=0).T
        for channel, column in zip(stretch.channels, filtered, strict=True):
            fade = tukey(len(column), 0.2 * info.rate_hz / len(column))
            site = f"{stretch.subject} {stretch.options.channels} {channel}"
            found.append(Contraction(stretch.subject, site, column * fade, info.rate_hz))
    return found


def rms_of(uv: Array) -> float:
    """Of the loud half of its tenths of a second."""
    n = max(1, len(uv) // 50)
    energy = np.square(uv[: len(uv) // n * n]).reshape(-1, n).mean(axis=1)
    return float(np.sqrt(np.median(energy[energy >= np.median(energy)])))


def truth_of(label: Label, start: int, end: int, rate_hz: float, n: int) -> Truth:
    event = TruthEvent(label, 0, start, (start + end) // 2, end, str(label))
    return Truth((event,), rate_hz, ("EMG1",), n)


def contracting(part: Part, seeds: range) -> Iterator[Case]:
    """Real contractions set into real rest of the same part."""
    rests = sessions(part, DISTURBED_S)
    for seed in seeds:
        for k, held in enumerate(contractions(part)):
            own_hz = held.rate_hz
            rng = np.random.default_rng([seed, k, 40])
            _, rest, rate_hz = rests[int(rng.integers(len(rests)))]
            if rate_hz > 4 * own_hz:  # the rest would lack what the contraction has not
                _, rest, rate_hz = next(r for r in rests if r[2] <= 4 * own_hz)
            burst = resample_poly(held.wave, round(rate_hz), round(own_hz))
            loud = float(np.exp(rng.uniform(*np.log(LOUDNESS)))) * rest_rms(rest, rate_hz)
            start = round(BEFORE_S * rate_hz)
            uv = prolonged(rest, start + len(burst) + round(15 * rate_hz), rate_hz)
            uv[start : start + len(burst)] += burst * loud / rms_of(burst)
            truth = truth_of(Label.VOLUNTARY, start, start + len(burst), rate_hz, len(uv))
            yield Case("contraction", held.subject, recording_of(uv, rate_hz), truth)


def cramping(part: Part, seeds: range) -> Iterator[Case]:
    """Cramps of real units, as long and as loud as those contractions or longer."""
    rests = sessions(part, DISTURBED_S)
    units = tuple(u for u in waveforms(part) if u.rate_hz > 1000)
    lengths_s = [max(5.0, len(held.wave) / held.rate_hz) for held in contractions(part)]
    for seed in seeds:
        for k, length_s in enumerate(lengths_s):
            rng = np.random.default_rng([seed, k, 41])
            stretch, rest, rate_hz = rests[int(rng.integers(len(rests)))]
            loud = float(np.exp(rng.uniform(*np.log(LOUDNESS)))) * rest_rms(rest, rate_hz)
            cramp = Cramp(
                0,
                BEFORE_S,
                length_s * float(rng.choice([1.0, 1.5, 2.5])),
                loud,
                int(rng.integers(12, 40)),
                float(rng.choice([0.0, 10.0, 25.0])),
                stretched=bool(rng.integers(2)),
                waveforms=units,
            )
            whole_s = BEFORE_S + 2.5 * length_s + 15.0
            made = alone(cramp, whole_s, rate_hz, int(rng.integers(1 << 31)))
            uv = prolonged(rest, made.truth.n_samples, rate_hz) + wave_of(made)
            yield Case("cramp", stretch.subject, recording_of(uv, rate_hz), made.truth)


def wayward(part: Part, seeds: range) -> Iterator[Case]:
    """Cramps as unlike one another as published ones, every second in a person who fasciculates anyway.

    4-60 s; waxing at 1.4 +/- 0.4 Hz (S28), which is no pure line here: its phase walks; so deep that
    intervals vary by 0.35-0.55 in all (0.45 +/- 0.10 published).
    """
    rests = sessions(part, DISTURBED_S)
    units = waveforms(part)
    pool = tuple(u for u in units if u.rate_hz > 1000)
    for seed in seeds:
        for k in range(WAYWARD):
            rng = np.random.default_rng([seed, k, 43])
            stretch, rest, rate_hz = rests[int(rng.integers(len(rests)))]
            loud = float(np.exp(rng.uniform(*np.log(LOUDNESS)))) * rest_rms(rest, rate_hz)
            length_s = float(np.clip(rng.lognormal(np.log(15.0), 0.7), 4.0, 60.0))
            cramp = Cramp(
                0,
                LONG_BEFORE_S,
                length_s,
                loud,
                int(rng.integers(12, 60)),
                float(rng.choice([0.0, 10.0, 40.0])),
                stretched=bool(rng.integers(2)),
                waveforms=pool,
                waxing_hz=float(np.clip(rng.normal(1.4, 0.4), 0.8, 2.4)),
                waxing_depth=float(rng.uniform(0.15, 0.4)),
                wander=float(rng.uniform(0.0, 1.2)),
            )
            whole_s = LONG_BEFORE_S + length_s + 15.0
            made = alone(cramp, whole_s, rate_hz, int(rng.integers(1 << 31)))
            uv = prolonged(rest, made.truth.n_samples, rate_hz)
            uv, others = fasciculating(uv, rate_hz, units, rng)
            uv = uv + wave_of(made)
            truth = with_others(made.truth, others)
            yield Case("wayward cramp", stretch.subject, recording_of(uv, rate_hz), truth)


def fasciculating(
    uv: Array, rate_hz: float, units: list[Waveform], rng: np.random.Generator
) -> tuple[Array, tuple[TruthEvent, ...]]:
    """Rest (n,) of a person who fasciculates all the time, or, as often, of one who does not."""
    if rng.integers(2):
        return uv, ()
    made = with_potentials(uv, rate_hz, fitting(units, rate_hz), POTENTIALS, rng)
    return made.uv[:, 0], made.truth.events


def with_others(truth: Truth, others: tuple[TruthEvent, ...]) -> Truth:
    """The truth of sustained activity with the fasciculations outside it."""
    long = [e for e in truth.events if e.label in (Label.CRAMP, Label.VOLUNTARY)]
    outside = [
        e for e in others if all(e.end_sample < o.start_sample or e.start_sample >= o.end_sample
                                 for o in long)
    ]  # fmt: skip
    events = sorted((*truth.events, *outside), key=lambda e: e.start_sample)
    return replace(truth, events=tuple(events))


def alone(cramp: Cramp, whole_s: float, rate_hz: float, seed: int) -> Synthetic:
    """A cramp without noise: nothing else in `whole_s`."""
    sites = (Site("EMG1"),)
    return synthesise(Scenario("cramp", (cramp,), seed, whole_s, rate_hz, sites, noise=SILENCE))


def wave_of(made: Synthetic) -> Array:
    """Its only channel (n,)."""
    wave: Array = np.concatenate([block.uv[:, 0] for block in made.recording.blocks()])
    return wave
