"""Repetitive activity that is not fasciculation: metronomic units, myokymia, tremor, leg movements."""

from dataclasses import dataclass

import numpy as np

from fasciscope.core import Label
from fasciscope.datasets.synth.bank import long_event
from fasciscope.datasets.synth.fasciculation import draw_source
from fasciscope.datasets.synth.pool import make_pool
from fasciscope.datasets.synth.setting import Array, Layer, Setting, merged
from fasciscope.datasets.synth.train import discharges, steady
from fasciscope.datasets.synth.voluntary import Voluntary


@dataclass(frozen=True, slots=True)
class Metronome:
    """One unit that discharges for minutes at 6.3 Hz with a CV of 3.5 % (science.md 2.3, S39)."""

    channel: int = 0
    start_s: float = 0.0
    end_s: float | None = None
    hz: float = 6.3
    cv: float = 0.035
    amplitude_uv: float = 80.0

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """One train."""
        end_s = setting.duration_s if self.end_s is None else self.end_s
        times = discharges(rng, steady(self.hz, self.start_s, end_s), self.cv)
        return _train(setting, rng, self.channel, times, self.amplitude_uv, "metronome")


@dataclass(frozen=True, slots=True)
class Myokymia:
    """One unit in bursts of 3-10 discharges at 20-60 Hz that recur regularly (science.md 3.2)."""

    channel: int = 0
    start_s: float = 0.0
    end_s: float | None = None
    every_s: float = 0.9
    amplitude_uv: float = 80.0

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Bursts of about the same number at about the same rate, marching."""
        end_s = setting.duration_s if self.end_s is None else self.end_s
        bursts = discharges(rng, steady(1 / self.every_s, self.start_s, end_s), 0.1)
        hz, usual = rng.uniform(20, 60), rng.integers(3, 9)
        times = np.concatenate(
            [
                first + np.cumsum(rng.gamma(100, 1 / (100 * hz), usual + rng.integers(0, 3)))
                for first in bursts
            ]
            or [np.zeros(0)]
        )
        return _train(setting, rng, self.channel, np.sort(times), self.amplitude_uv, "myokymia")


def _train(
    setting: Setting,
    rng: np.random.Generator,
    channel: int,
    times_s: Array,
    amplitude_uv: float,
    ingredient: str,
) -> Layer:
    if channel not in setting.picked(None):
        return Layer()
    unit = draw_source(rng, setting, channel, amplitude_uv).components[0]
    times_s = times_s[times_s < setting.duration_s]
    size = np.clip(rng.normal(1, 0.04, len(times_s)), 0.5, 1.5)
    stamps = [unit.stamped(times_s, setting, size)]
    truth = long_event(stamps, channel, setting, Label.REPETITIVE, ingredient)
    return Layer(tuple(stamps), truth=tuple(truth))


@dataclass(frozen=True, slots=True)
class Tremor:
    """Bursts of many units at 4-12 Hz on all `channels` (alternating between them if `alternating`)."""

    channels: tuple[int, ...] | None = None
    at_s: float = 10.0
    duration_s: float = 20.0
    hz: float = 5.5
    level_uv: float = 60.0
    n_units: int = 25
    alternating: bool = True

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """A shared clock; each channel its own pool."""
        end_s = min(self.at_s + self.duration_s, setting.duration_s)
        beats = discharges(rng, steady(self.hz, self.at_s, end_s), 0.05)
        layers = []
        for number, channel in enumerate(setting.picked(self.channels)):
            late_s = 0.5 / self.hz if self.alternating and number % 2 else 0.0
            layers.append(self._site(setting, rng, channel, beats + late_s))
        return merged(layers)

    def _site(
        self, setting: Setting, rng: np.random.Generator, channel: int, beats_s: Array
    ) -> Layer:
        rates = np.full(self.n_units, self.hz)
        stamps = []
        size = rng.uniform(0.7, 1.3, len(beats_s))
        for unit in make_pool(rng, setting, channel, rates, self.level_uv, size_range=20.0):
            fires = rng.uniform(size=len(beats_s)) < np.clip(0.8 * size, 0, 1)
            times = beats_s[fires] + rng.normal(0, 0.12 / self.hz, int(fires.sum()))
            again = times[rng.uniform(size=len(times)) < 0.3] + rng.uniform(0.03, 0.05)
            times = np.sort(np.concatenate([times, again]))
            times = times[(times >= 0) & (times < setting.duration_s)]
            stamps.append(unit.stamped(times, setting))
        truth = long_event(stamps, channel, setting, Label.REPETITIVE, "tremor")
        return Layer(tuple(stamps), truth=tuple(truth))


@dataclass(frozen=True, slots=True)
class LegMovements:
    """Periodic leg movements: 0.5-5 s of contraction every 20-40 s (science.md 3.2); voluntary in kind."""

    channel: int = 0
    start_s: float = 5.0
    level_uv: float = 60.0

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Contractions without anyone's will, which a signal cannot tell from those with it."""
        n = int(setting.duration_s / 20) + 1
        starts = self.start_s + np.cumsum(rng.uniform(20, 40, n)) - 20
        layers = [
            Voluntary(
                self.channel,
                float(at_s),
                float(rng.uniform(0.5, 5.0)),
                self.level_uv,
                float(rng.uniform(0.05, 0.2)),
                ingredient="leg_movement",
            ).lay(setting, rng)
            for at_s in starts[starts < setting.duration_s - 1]
        ]
        return merged(layers)
