"""Cramp: fasciculations that grow into an irregular, waxing discharge of many units, and die away.

Source: elicited cramp of abductor hallucis, 48 units (science.md 3.1, S28): 14.5 +- 5.1 pulses a
second, 6 to 25, interval CV 45 %, doublets 4 %, common modulation at 1.4 Hz, 23.6 +- 16.2 s.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fasciscope.core import Label
from fasciscope.datasets.synth.bank import long_event
from fasciscope.datasets.synth.fasciculation import Source, Volley
from fasciscope.datasets.synth.pool import Unit, make_pool
from fasciscope.datasets.synth.setting import Array, Layer, Setting, Stamps
from fasciscope.datasets.synth.train import RateCurve, discharges, spaced, with_doublets
from fasciscope.datasets.synth.waveform import Waveform

NAME = "cramp"
MEAN_HZ, SPREAD_HZ, LEAST_HZ, MOST_HZ = 14.5, 5.1, 6.0, 25.0
WAXING_HZ, WAXING_DEPTH = 1.4, 0.25
DOUBLETS = 0.04
SIZES = 15.0
GAP_CV = 0.33  # of the renewal process; waxing, slowing and doublets bring the whole to 0.45
SHORTEST_S, LONGEST_S = 5.0, 180.0


@dataclass(frozen=True, slots=True)
class Cramp:
    """One cramp on one channel, beginning at `at_s`.

    `duration_s`, `level_uv` (RMS when all units fire), `n_units` and `prodrome_s` are drawn where
    None: duration log-normal about 28 s, 40-500 uV, 10-60 units, 0-60 s of rising fasciculation
    before. `stretched` ends it abruptly, as pulling on the muscle does. `waveforms` are real units to
    take in place of computed ones. The common waxing, of `waxing_depth` RMS, is a line at `waxing_hz` (about
    1.4 Hz where None); its phase walks by `wander` radians in the root of a second, which makes the line
    wander^2 / 2 pi hertz wide.
    """

    channel: int = 0
    at_s: float = 60.0
    duration_s: float | None = None
    level_uv: float | None = None
    n_units: int | None = None
    prodrome_s: float | None = None
    stretched: bool = False
    waveforms: tuple[Waveform, ...] = ()
    waxing_hz: float | None = None
    waxing_depth: float = WAXING_DEPTH
    wander: float = 0.0

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Draw the cramp; nothing if the board has no such channel."""
        if self.channel not in setting.picked(None):
            return Layer()
        drawn = float(np.clip(rng.lognormal(np.log(28.0), 0.6), SHORTEST_S, LONGEST_S))
        duration_s = drawn if self.duration_s is None else self.duration_s
        level = float(np.exp(rng.uniform(np.log(40), np.log(500))))
        level_uv = level if self.level_uv is None else self.level_uv
        n_units = self.n_units or int(rng.integers(10, 61))
        rates = np.clip(rng.normal(MEAN_HZ, 0.6 * SPREAD_HZ, n_units), LEAST_HZ + 2, MOST_HZ - 2)
        shallow = rng.uniform(4.0, 12.0)
        pool = make_pool(
            rng,
            setting,
            self.channel,
            rates,
            level_uv,
            depth_mm=(shallow, shallow + 8.0),
            size_range=SIZES,  # a patch of muscle, units of all sizes: not in order of size
            waveforms=self.waveforms,
        )
        pool.sort(key=lambda unit: unit.lateral_mm + rng.normal(0, 2.0))  # it spreads across
        stamps = self._storm(setting, rng, pool, rates, duration_s)
        before = self._prodrome(setting, rng, pool)
        truth = long_event(stamps, self.channel, setting, Label.CRAMP, NAME)
        return Layer((*before.stamps, *stamps), truth=(*before.events(), *truth))

    def _storm(
        self,
        setting: Setting,
        rng: np.random.Generator,
        pool: list[Unit],
        rates_hz: Array,
        duration_s: float,
    ) -> list[Stamps]:
        spread_s = min(rng.uniform(1.0, 10.0), duration_s / 3)
        joins = np.sort(rng.beta(1.0, 1.2, len(pool))) * spread_s
        joins[0] = 0.0
        leaves = duration_s * (1 - rng.uniform(0, 0.3, len(pool)))
        if self.stretched:
            leaves = duration_s - rng.uniform(0, 0.3, len(pool))
        leaves[int(rng.integers(len(pool)))] = duration_s
        phase, drawn_hz = rng.uniform(0, 2 * np.pi), rng.normal(WAXING_HZ, 0.15)
        waxing_hz = drawn_hz if self.waxing_hz is None else self.waxing_hz
        astray = _walk(rng, duration_s + 2.0, self.wander)
        stamps = []
        for unit, rate, join, leave in zip(pool, rates_hz, joins, leaves, strict=True):
            time_s = np.arange(join, max(leave, join + 1.0), 0.02)
            shape = _course(time_s, duration_s, self.stretched)
            turn = 2 * np.pi * waxing_hz * time_s + phase + astray(time_s)
            wax = 1 + self.waxing_depth * np.sqrt(2) * np.sin(turn)
            hz = np.clip(rate * shape * wax, LEAST_HZ * 0.8, MOST_HZ)
            times = discharges(rng, RateCurve(self.at_s + time_s, hz), GAP_CV)
            times = with_doublets(rng, times, DOUBLETS)
            times = times[(times >= 0) & (times < setting.duration_s)]
            stamps.append(
                unit.stamped(times, setting, np.clip(rng.normal(1, 0.08, len(times)), 0.5, 1.5))
            )
        return stamps

    def _prodrome(self, setting: Setting, rng: np.random.Generator, pool: list[Unit]) -> Volley:
        drawn = rng.uniform(0, 60)
        prodrome_s = drawn if self.prodrome_s is None else self.prodrome_s
        start_s = max(self.at_s - prodrome_s, 0.0)
        volley = Volley(setting, self.channel, "cramp_prodrome")
        if self.at_s - start_s < 1.0:
            return volley
        time_s = np.linspace(start_s, self.at_s - 0.3, 50)
        rising = np.linspace(0, 1, 50) ** 2
        first = [unit for unit in pool[: max(3, len(pool) // 4)] if np.ptp(unit.fine[0]) > 0]
        for number, unit in enumerate(first):
            curve = RateCurve(time_s, (0.02 + 1.2 * rising) / len(first))
            times = spaced(discharges(rng, curve), 0.05)
            times = times[times < setting.duration_s]
            source = Source((unit,), (0.0,), (0.0,), float(rng.uniform(0.03, 0.1)))
            volley.fire(rng, number, source, times, 0.05, 0.0)
        return volley


def _walk(rng: np.random.Generator, length_s: float, wander: float) -> Callable[[Array], Array]:
    """A random walk of radians over seconds; without it nothing is drawn."""
    if wander == 0.0:
        return np.zeros_like
    grid_s = np.arange(0.0, length_s, 0.02)
    walk = np.cumsum(rng.standard_normal(len(grid_s))) * wander * np.sqrt(0.02)
    return lambda time_s: np.interp(time_s, grid_s, walk)


def _course(time_s: Array, duration_s: float, stretched: bool) -> Array:
    """How the common drive rises, holds and, left alone, slows down."""
    part = time_s / duration_s
    rise = 0.75 + 0.25 * np.clip(part / 0.15, 0, 1)
    fall = 1.0 if stretched else 1 - 0.55 * np.clip((part - 0.7) / 0.3, 0, 1)
    course: Array = rise * fall
    return course
