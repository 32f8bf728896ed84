"""Whole sessions: is the pattern right, its probability honest, and does the rate's interval hold?

Synthetic sessions of every pattern, long and too short. The truth of a rate is what the generator
drew, counted where the channel was usable: an interval of 95 % should hold it 95 times in 100, less
what lies below the detector's reach.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.case import Part
from benchmarks.accuracy.score import expected_calibration_error
from benchmarks.accuracy.synthetic import FIRST, HUM
from fasciscope.app import analyse
from fasciscope.core import Interval, Label, Pattern, SessionSummary
from fasciscope.datasets.score_rates import proportion
from fasciscope.datasets.synth import (
    Cramp,
    Fasciculations,
    Heartbeat,
    Metronome,
    Scenario,
    Site,
    Synthetic,
    Tremor,
    Voluntary,
    synthesise,
)
from fasciscope.datasets.synth.setting import Ingredient

SESSIONS = 8  # of each kind
LONG_S, SHORT_S = 180.0, 60.0
RATE_HZ = 1000.0
Rng = np.random.Generator


def _twitching(rng: Rng) -> Fasciculations:
    """Potentials of at least 12 times the noise: what cannot be seen makes no pattern."""
    per_min = float(np.exp(rng.uniform(*np.log((2.0, 40.0)))))
    return Fasciculations(rate_per_min=per_min, amplitude_uv=(60.0, 300.0))


def _contracting(rng: Rng) -> tuple[Ingredient, ...]:
    starts = np.sort(rng.uniform(20.0, LONG_S - 25.0, 4))
    return tuple(Voluntary(0, float(at), float(rng.uniform(2.0, 12.0))) for at in starts)


@dataclass(frozen=True, slots=True)
class Kind:
    """Sessions of one pattern: what happens in them, how long they are."""

    name: str
    pattern: Pattern
    happens: Callable[[Rng], tuple[Ingredient, ...]]
    duration_s: float = LONG_S


KINDS = (
    Kind("rest", Pattern.QUIET, lambda rng: (HUM,)),
    Kind("rest with a heart", Pattern.QUIET,
         lambda rng: (HUM, Heartbeat(amplitude_uv=float(rng.uniform(20, 200))))),
    Kind("fasciculations", Pattern.BENIGN_FASCICULATION, lambda rng: (HUM, _twitching(rng))),
    Kind("a cramp", Pattern.CRAMP,
         lambda rng: (HUM, Cramp(0, float(rng.uniform(40, 110)), prodrome_s=0.0))),
    Kind("cramps and fasciculations", Pattern.CRAMP_FASCICULATION,
         lambda rng: (HUM, _twitching(rng), Cramp(0, float(rng.uniform(40, 110))))),
    Kind("contractions", Pattern.OTHER_ACTIVITY, lambda rng: (HUM, *_contracting(rng))),
    Kind("tremor", Pattern.OTHER_ACTIVITY,
         lambda rng: (HUM, Tremor(at_s=float(rng.uniform(10, 60)), duration_s=80.0))),
    Kind("a steady unit", Pattern.OTHER_ACTIVITY, lambda rng: (HUM, Metronome(0))),
    Kind("a short rest", Pattern.NOT_ASSESSABLE, lambda rng: (HUM,), SHORT_S),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """The sessions of a kind: share named rightly, mean probability that the right pattern was given."""

    name: str
    pattern: Pattern
    right: Interval
    probability: float


@dataclass(frozen=True, slots=True)
class Patterns:
    """All kinds; calibration over them; sessions whose rate interval holds the true rate."""

    kinds: tuple[Judged, ...]
    calibration_error: float
    covered: Interval


def patterns(part: Part, sessions: int = SESSIONS) -> Patterns:
    """Judge `sessions` of every kind."""
    judged, sure, covered = [], [], []
    for number, kind in enumerate(KINDS):
        summaries = []
        for seed in range(sessions):
            made = _session(kind, FIRST[part] + seed, number)
            summaries.append(analyse(made.recording).summary)
            covered += _covered(summaries[-1], made)
        judged.append(_judged(kind, summaries))
        sure += [(s.pattern_probability, s.pattern is kind.pattern) for s in summaries]
    return Patterns(
        tuple(judged), expected_calibration_error(sure), proportion(sum(covered), len(covered))
    )


def _session(kind: Kind, seed: int, number: int) -> Synthetic:
    rng = np.random.default_rng([seed, number, 64])
    happens = kind.happens(rng)
    scenario = Scenario(
        kind.name, happens, seed, kind.duration_s, rate_hz=RATE_HZ, sites=(Site("EMG1"),)
    )
    return synthesise(scenario)


def _judged(kind: Kind, summaries: Sequence[SessionSummary]) -> Judged:
    right = sum(s.pattern is kind.pattern for s in summaries)
    given = [s.pattern_probabilities[kind.pattern] for s in summaries]
    return Judged(kind.name, kind.pattern, proportion(right, len(summaries)), float(np.mean(given)))


def _covered(summary: SessionSummary, made: Synthetic) -> list[bool]:
    """Does the interval of the site hold the rate that was drawn? Only where there is one."""
    true = [e for e in made.truth.of(Label.FASCICULATION, 0) if not e.optional]
    (site,) = summary.sites
    if not true or site.usable_s == 0:
        return []
    per_min = len(true) * 60.0 / (made.truth.n_samples / made.truth.rate_hz - site.active_s)
    return [site.rate_per_min.low <= per_min <= site.rate_per_min.high]
