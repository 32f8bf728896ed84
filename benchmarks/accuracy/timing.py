"""What the times of found potentials tell against what they were drawn from.

White noise with one wave at 12-25 times its RMS, three minutes a session. Trains by chance (Poisson)
must pass its tests but once in twenty; trains that come in clusters, or steadily, must not. Some
potentials are followed by another after some 80 ms (the neuronal type, S7): their share is to be found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.case import Array, Part, recording_of
from benchmarks.accuracy.synthetic import FIRST
from fasciscope.app import analyse
from fasciscope.core import Interval, Timing
from fasciscope.datasets.score_rates import proportion
from fasciscope.datasets.synth import Waveform, place

SESSIONS = 12  # of each kind
DURATION_S, RATE_HZ, NOISE_UV = 180.0, 1000.0, 4.0
PER_MIN = (10.0, 30.0)
REFRACTORY_S = 0.1
FOLLOWED, FOLLOW_S = 0.2, (0.065, 0.095)
LEVEL = 0.05  # of a test
Rng = np.random.Generator


def _poisson(rng: Rng, mean_s: float) -> Array:
    return REFRACTORY_S + rng.exponential(mean_s - REFRACTORY_S, 500)


def _clustered(rng: Rng, mean_s: float) -> Array:
    """Runs of some five, four times as fast as the whole, and pauses between them."""
    gaps = REFRACTORY_S + rng.exponential(mean_s / 4, 500)
    pauses = rng.uniform(size=500) < 0.2
    return np.where(pauses, gaps + rng.exponential(4 * mean_s, 500), gaps)


def _steady(rng: Rng, mean_s: float) -> Array:
    """A gamma process: intervals vary by a half."""
    gaps: Array = rng.gamma(4.0, mean_s / 4.0, 500)
    return np.maximum(gaps, REFRACTORY_S)


@dataclass(frozen=True, slots=True)
class Process:
    """How potentials come: intervals of a mean length, and the share that another follows."""

    name: str
    intervals: Callable[[Rng, float], Array]
    followed: float = 0.0


PROCESSES = (
    Process("by chance", _poisson),
    Process("in clusters", _clustered),
    Process("steadily", _steady),
    Process("by chance, some followed", _poisson, FOLLOWED),
)


@dataclass(frozen=True, slots=True)
class Timed:
    """The sessions of a process: shares in which the tests speak against chance, dispersion, followers."""

    name: str
    by_intervals: Interval
    by_counts: Interval
    dispersion: float  # median
    followed_found: float  # median share
    followed_true: float


def timed(part: Part, sessions: int = SESSIONS) -> tuple[Timed, ...]:
    """Time `sessions` of every process."""
    return tuple(
        _told(process.name, [_session(process, FIRST[part] + s, k) for s in range(sessions)])
        for k, process in enumerate(PROCESSES)
    )


def _session(process: Process, seed: int, kind: int) -> tuple[Timing, float]:
    """Timing as found, and the true share of those that are followed."""
    rng = np.random.default_rng([seed, kind, 65])
    mean_s = 60.0 / float(np.exp(rng.uniform(*np.log(PER_MIN))))
    times = 1.5 + np.cumsum(process.intervals(rng, mean_s))
    times = times[times < DURATION_S - 1.0]
    again = times[rng.uniform(size=len(times)) < process.followed]
    later = again + rng.uniform(*FOLLOW_S, len(again))
    every = np.sort(np.concatenate([times, later]))
    rest = NOISE_UV * rng.standard_normal(round(DURATION_S * RATE_HZ))
    made = place(rest, RATE_HZ, [_wave()], every, rng.uniform(12.0, 25.0), jitter=0.05, seed=seed)
    (site,) = analyse(recording_of(made.uv, RATE_HZ)).summary.sites
    assert site.timing is not None
    return site.timing, len(again) / len(every)


def _wave() -> Waveform:
    time_s = np.arange(-0.02, 0.02, 1 / RATE_HZ)
    shape = np.sin(2 * np.pi * 80 * time_s) * np.exp(-((time_s / 0.0075) ** 2))
    return Waveform(shape, RATE_HZ)


def _told(name: str, sessions: Sequence[tuple[Timing, float]]) -> Timed:
    timings = [timing for timing, _ in sessions]
    by_intervals = [t.poisson_p < LEVEL for t in timings if t.poisson_p is not None]
    by_counts = [t.dispersion_p < LEVEL for t in timings if t.dispersion_p is not None]
    return Timed(
        name,
        proportion(sum(by_intervals), len(by_intervals)),
        proportion(sum(by_counts), len(by_counts)),
        float(np.median([t.dispersion for t in timings if t.dispersion is not None])),
        float(np.median([t.doublet_share for t in timings if t.doublet_share is not None])),
        float(np.median([share for _, share in sessions])),
    )
