"""When units discharge: renewal processes under a rate that changes with time."""

from dataclasses import dataclass

import numpy as np

from fasciscope.datasets.synth.setting import Array

REFRACTORY_S = 0.004
"""Of the axon (science.md 2.4)."""


@dataclass(frozen=True, slots=True, eq=False)
class RateCurve:
    """A rate over time: (k,) seconds, rising, and (k,) discharges a second, straight between."""

    time_s: Array
    hz: Array

    @property
    def expected(self) -> Array:
        """(k,) discharges expected since the first time."""
        steps = np.diff(self.time_s) * (self.hz[1:] + self.hz[:-1]) / 2
        return np.concatenate([[0.0], np.cumsum(steps)])


def steady(hz: float, start_s: float, end_s: float) -> RateCurve:
    """A rate that does not change."""
    return RateCurve(np.array([start_s, end_s]), np.array([hz, hz]))


def drifting(
    rng: np.random.Generator, hz: float, duration_s: float, spread: float = 0.4
) -> RateCurve:
    """A rate that wanders log-normally (standard deviation `spread` of its logarithm) over minutes."""
    time_s = np.linspace(0.0, duration_s, max(2, int(duration_s) + 1))
    period_s = rng.uniform(90, 600, 3)
    phase = rng.uniform(0, 2 * np.pi, 3)
    wave = np.sin(2 * np.pi * time_s[:, None] / period_s + phase).sum(axis=1)
    return RateCurve(time_s, hz * np.exp(spread * np.sqrt(2 / 3) * wave - spread**2 / 2))


def discharges(
    rng: np.random.Generator, curve: RateCurve, cv: float = 1.0, refractory_s: float = REFRACTORY_S
) -> Array:
    """Discharge times in seconds: gamma intervals of coefficient of variation `cv`; 1 is Poisson.

    Intervals are drawn at unit mean and bent through the curve, so `cv` holds where the rate is steady.
    """
    expected = curve.expected
    total = expected[-1]
    n = int(total + 6 * max(cv, 0.1) * np.sqrt(total + 1) + 10)
    shape = 1 / cv**2
    gaps = rng.gamma(shape, 1 / shape, n)
    if cv < 1:
        gaps[0] *= rng.uniform()  # we come in somewhere within an interval
    marks = np.cumsum(gaps)
    marks = marks[marks < total]
    # where the rate is zero the curve is flat: a hair of slope makes it invertible
    rising = expected + np.arange(len(expected)) * 1e-12
    return spaced(np.interp(marks, rising, curve.time_s), refractory_s)


def spaced(times_s: Array, refractory_s: float) -> Array:
    """Sorted times without those that follow another within the refractory time."""
    times_s = np.sort(times_s)
    return times_s[np.diff(times_s, prepend=-np.inf) >= refractory_s]


def with_doublets(rng: np.random.Generator, times_s: Array, probability: float) -> Array:
    """Times with a second discharge 4-8 ms after some of them."""
    twice = times_s[rng.uniform(size=len(times_s)) < probability]
    seconds = twice + rng.uniform(0.004, 0.008, len(twice))
    return spaced(np.concatenate([times_s, seconds]), REFRACTORY_S)
