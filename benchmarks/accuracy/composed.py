"""Mixed sessions of real parts: rest, potentials, a contraction, sometimes a cramp, a heart, hum.

Two minutes each. What falls into a contraction or a cramp is not asked for; everything else is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.signal import resample_poly

from benchmarks.accuracy.case import Array, Case, Part, recording_of
from benchmarks.accuracy.cramping import (
    LOUDNESS,
    Contraction,
    alone,
    contractions,
    rms_of,
    wave_of,
)
from benchmarks.accuracy.disturbed import BAND, DISTURBANCES
from benchmarks.accuracy.material import waveforms
from benchmarks.accuracy.placed import DISTURBED_S, fitting, prolonged, sessions, with_potentials
from fasciscope.core import Label
from fasciscope.datasets.synth import Cramp, Truth, TruthEvent
from fasciscope.datasets.synth.place import rest_rms

SESSION_S = 120.0
CONTRACTION_S, CRAMP_S = (15.0, 35.0), (65.0, 75.0)  # when they begin
CRAMP_LASTS_S = (8.0, 30.0)
GUARD_S = 0.06
CHANCE = 0.5  # of a cramp, of a heart, of hum
HEART, HUM = "heart, shoulder (20-60 uV)", "mains 10-80 uV"
CRAMP_UV, LEAD_S = 100.0, 1.0


def composed(part: Part, seeds: range) -> Iterator[Case]:
    """Every channel of rest, once a seed."""
    found = sessions(part, DISTURBED_S)
    acts = contractions(part)
    for seed in seeds:
        for k, (stretch, rest, rate_hz) in enumerate(found):
            rng = np.random.default_rng([seed, k, 66])
            uv, truth = _session(part, rest, rate_hz, acts, rng)
            yield Case("mixed", stretch.subject, recording_of(uv, rate_hz), truth)


def _session(
    part: Part, rest: Array, rate_hz: float, acts: Sequence[Contraction], rng: np.random.Generator
) -> tuple[Array, Truth]:
    whole = prolonged(rest, round(SESSION_S * rate_hz), rate_hz)
    made = with_potentials(whole, rate_hz, fitting(waveforms(part), rate_hz), BAND, rng)
    uv, states = made.uv[:, 0].copy(), []
    for label, at_s, wave in _states(part, rate_hz, acts, rng):
        start = round(at_s * rate_hz)
        loud = float(np.exp(rng.uniform(*np.log(LOUDNESS)))) * rest_rms(rest, rate_hz)
        end = min(start + len(wave), len(uv))
        uv[start:end] += wave[: end - start] * loud / rms_of(wave)
        states.append(TruthEvent(label, 0, start, (start + end) // 2, end, str(label)))
    for name in (HEART, HUM):
        if rng.uniform() < CHANCE:
            uv = DISTURBANCES[name](uv, rate_hz, part, rng).uv
    return uv, _truth(made.truth, states, round(GUARD_S * rate_hz))


def _states(
    part: Part, rate_hz: float, acts: Sequence[Contraction], rng: np.random.Generator
) -> Iterator[tuple[Label, float, Array]]:
    """What is sustained, when it begins, its wave."""
    wide = [a for a in acts if rate_hz <= 4 * a.rate_hz]  # as wide a band as the rest, or nearly so
    act = wide[int(rng.integers(len(wide)))]
    wave = resample_poly(act.wave, round(rate_hz), round(act.rate_hz))
    yield Label.VOLUNTARY, float(rng.uniform(*CONTRACTION_S)), wave
    if rng.uniform() < CHANCE:
        lasts_s = float(rng.uniform(*CRAMP_LASTS_S))
        units = tuple(u for u in waveforms(part) if u.rate_hz > 1000)
        cramp = Cramp(0, LEAD_S, lasts_s, CRAMP_UV, int(rng.integers(12, 60)), 0.0, waveforms=units)
        made = alone(cramp, LEAD_S + lasts_s, rate_hz, int(rng.integers(1 << 31)))
        lead = round(LEAD_S * rate_hz)
        yield Label.CRAMP, float(rng.uniform(*CRAMP_S)), wave_of(made)[lead:]


def _truth(potentials: Truth, states: Sequence[TruthEvent], guard: int) -> Truth:
    events = [
        replace(e, flags=(*e.flags, "overlap"))
        if any(s.start_sample - guard < e.peak_sample < s.end_sample + guard for s in states)
        else e
        for e in potentials.events
    ]
    ordered = sorted([*events, *states], key=lambda e: e.start_sample)
    return replace(potentials, events=tuple(ordered))
