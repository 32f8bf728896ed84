"""Voluntary contraction: a Fuglevand pool under a drive, and the single unit that will not rest."""

from dataclasses import dataclass

import numpy as np

from fasciscope.core import Label
from fasciscope.datasets.synth.bank import long_event
from fasciscope.datasets.synth.fasciculation import draw_source
from fasciscope.datasets.synth.pool import make_pool
from fasciscope.datasets.synth.setting import Array, Layer, Setting, Stamps
from fasciscope.datasets.synth.train import RateCurve, discharges, steady
from fasciscope.datasets.synth.truth import TruthEvent

NAME = "voluntary"
POOL = 100
RECRUITMENT_RANGE = 30.0
LEAST_HZ, FIRST_PEAK_HZ, PEAK_FALL_HZ, GAIN = 8.0, 35.0, 10.0, 1.0
GRID_S = 0.02


@dataclass(frozen=True, slots=True)
class Voluntary:
    """One contraction from `at_s` on `channel`, with some of it on the `synergists`.

    None draws: 1.5-90 s (as long as cramps are), 20-500 uV RMS, a drive of 5-60 % of the largest,
    ramps of 0.1-1 s, interval CV 0.15-0.2. `synergists` are (channel, share of the level). Source:
    Fuglevand et al. 1993, parameters of science.md 7.1.
    """

    channel: int = 0
    at_s: float = 10.0
    duration_s: float | None = None
    level_uv: float | None = None
    drive: float | None = None
    rise_s: float | None = None
    synergists: tuple[tuple[int, float], ...] = ()
    ingredient: str = NAME

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Draw one drive for all channels, and a pool for each."""
        drawn = np.exp(rng.uniform(np.log([1.5, 20.0]), np.log([90.0, 500.0])))
        duration_s = float(drawn[0]) if self.duration_s is None else self.duration_s
        level_uv = float(drawn[1]) if self.level_uv is None else self.level_uv
        level = rng.uniform(0.05, 0.6) if self.drive is None else self.drive
        rise_s, fall_s = rng.uniform(0.1, 1.0, 2)
        if self.rise_s is not None:
            rise_s = fall_s = self.rise_s
        time_s = np.arange(0.0, duration_s + GRID_S, GRID_S)
        drive = level * trapezoid(time_s, duration_s, rise_s, fall_s) * unsteady(rng, time_s)
        stamps: list[Stamps] = []
        truth: list[TruthEvent] = []
        for channel, share in ((self.channel, 1.0), *self.synergists):
            if channel in setting.picked(None):
                fired = _contract(
                    setting, rng, channel, self.at_s + time_s, drive, level, share * level_uv
                )
                truth += long_event(fired, channel, setting, Label.VOLUNTARY, self.ingredient)
                stamps += fired
        return Layer(tuple(stamps), truth=tuple(truth))


def _contract(
    setting: Setting,
    rng: np.random.Generator,
    channel: int,
    time_s: Array,
    drive: Array,
    level: float,
    level_uv: float,
) -> list[Stamps]:
    """Discharges of the units that the drive recruits."""
    threshold = np.exp(np.log(RECRUITMENT_RANGE) * np.arange(1, POOL + 1) / POOL)
    peak = FIRST_PEAK_HZ - PEAK_FALL_HZ * (threshold - 1) / (RECRUITMENT_RANGE - 1)
    largest = threshold[-1] + (peak[-1] - LEAST_HZ) / GAIN
    recruited = threshold < max(level * largest, threshold[2])
    threshold, peak = threshold[recruited], peak[recruited]

    def rate(excitation: Array) -> Array:
        over = excitation - threshold[:, None]
        return np.where(over >= 0, np.minimum(LEAST_HZ + GAIN * over, peak[:, None]), 0.0)

    hz = rate(np.maximum(drive, 1e-3) * largest)
    plateau = np.maximum(rate(np.array([level * largest]))[:, 0], LEAST_HZ)
    pool = make_pool(
        rng, setting, channel, plateau, level_uv, size_range=100.0 ** (len(threshold) / POOL)
    )
    stamps = []
    for unit, curve in zip(pool, hz, strict=True):
        times = discharges(rng, RateCurve(time_s, curve), rng.uniform(0.15, 0.2))
        times = times[(times >= 0) & (times < setting.duration_s)]
        stamps.append(unit.stamped(times, setting))
    return stamps


def trapezoid(time_s: Array, duration_s: float, rise_s: float, fall_s: float) -> Array:
    """Up, hold, down; 0 to 1."""
    up = np.clip(time_s / rise_s, 0, 1)
    down = np.clip((duration_s - time_s) / fall_s, 0, 1)
    shape: Array = np.minimum(up, down)
    return shape


def unsteady(rng: np.random.Generator, time_s: Array) -> Array:
    """The common drive is never still: a slow trend and 0.3-3 Hz wavering of some per cent."""
    hz = rng.uniform(0.3, 3.0, 6)
    phase = rng.uniform(0, 2 * np.pi, 6)
    depth = rng.uniform(0.02, 0.12)
    waver = np.sin(2 * np.pi * hz * time_s[:, None] + phase).sum(axis=1) / np.sqrt(3)
    trend = rng.uniform(-0.3, 0.3) * (time_s / max(time_s[-1], 1e-9) - 0.5)
    wave: Array = np.clip(1 + depth * waver + trend, 0.2, 1.8)
    return wave


@dataclass(frozen=True, slots=True)
class TwitchyRest:
    """A person who cannot quite relax: one unit at 5-8 pulses a second, CV 0.15-0.25, for a while."""

    channel: int = 0
    at_s: float = 10.0
    duration_s: float = 10.0
    amplitude_uv: float = 60.0

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """One train, labelled voluntary."""
        if self.channel not in setting.picked(None):
            return Layer()
        unit = draw_source(rng, setting, self.channel, self.amplitude_uv).components[0]
        curve = steady(rng.uniform(5.0, 8.0), self.at_s, self.at_s + self.duration_s)
        times = discharges(rng, curve, rng.uniform(0.15, 0.25))
        times = times[times < setting.duration_s]
        size = np.clip(rng.normal(1, 0.05, len(times)), 0.5, 1.5)
        stamps = [unit.stamped(times, setting, size)]
        truth = long_event(stamps, self.channel, setting, Label.VOLUNTARY, "twitchy_rest")
        return Layer(tuple(stamps), truth=tuple(truth))
