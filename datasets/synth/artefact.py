"""What electrodes and cables do: pops, steps, taps and swings."""

from dataclasses import dataclass

import numpy as np

from fasciscope.core import Label
from fasciscope.datasets.synth.bank import make_bank, stamp
from fasciscope.datasets.synth.setting import Array, Layer, Setting, Stamps, merged
from fasciscope.datasets.synth.train import discharges, steady
from fasciscope.datasets.synth.truth import TruthEvent


@dataclass(frozen=True, slots=True)
class Pops:
    """Electrode pops: a step that recovers exponentially, the same on all channels at once."""

    channels: tuple[int, ...] | None = None
    per_min: float = 4.0
    amplitude_uv: tuple[float, float] = (100.0, 1500.0)
    recovery_s: tuple[float, float] = (0.02, 0.5)
    start_s: float = 0.0
    end_s: float | None = None

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Each pop has its own size, sign and recovery."""
        layers = []
        for at_s in _chances(setting, rng, self.per_min, self.start_s, self.end_s):
            tau_s = np.exp(rng.uniform(*np.log(self.recovery_s)))
            size = np.exp(rng.uniform(*np.log(self.amplitude_uv))) * rng.choice([-1, 1])
            time_s = np.arange(int(6 * tau_s * setting.fine_hz)) / setting.fine_hz
            wave = size * np.exp(-time_s / tau_s) * np.minimum(1, time_s / 5e-4)
            layers.append(_artefact(setting, self.channels, at_s, wave, 3 * tau_s, "pop"))
        return merged(layers)


@dataclass(frozen=True, slots=True)
class Taps:
    """Knocks on the electrode: a damped swing at 15-60 Hz for 20-80 ms, unlike on each channel."""

    channels: tuple[int, ...] | None = None
    per_min: float = 4.0
    amplitude_uv: tuple[float, float] = (100.0, 1500.0)
    start_s: float = 0.0
    end_s: float | None = None

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Each tap strikes one channel hardest."""
        layers = []
        for at_s in _chances(setting, rng, self.per_min, self.start_s, self.end_s):
            hz, tau_s = rng.uniform(15, 60), rng.uniform(0.02, 0.08)
            size = np.exp(rng.uniform(*np.log(self.amplitude_uv)))
            time_s = np.arange(int(6 * tau_s * setting.fine_hz)) / setting.fine_hz
            wave = np.sin(2 * np.pi * hz * time_s) * np.exp(-time_s / tau_s)
            wave -= wave.sum() * (each := np.exp(-time_s / (2 * tau_s))) / each.sum()
            gains = rng.uniform(0.2, 1.0, len(setting.picked(self.channels)))
            layers.append(
                _artefact(setting, self.channels, at_s, size * wave, 3 * tau_s, "tap", gains)
            )
        return merged(layers)


@dataclass(frozen=True, slots=True)
class CableSwing:
    """Movement: 2-6 s of swaying below 10 Hz, hundreds of microvolts, with rubbing on top."""

    channels: tuple[int, ...] | None = None
    per_min: float = 2.0
    amplitude_uv: tuple[float, float] = (300.0, 3000.0)
    start_s: float = 0.0
    end_s: float | None = None

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Each swing dies away; the channels sway alike but not equally."""
        layers = []
        for at_s in _chances(setting, rng, self.per_min, self.start_s, self.end_s):
            length_s = rng.uniform(2.0, 6.0)
            time_s = np.arange(int(length_s * setting.fine_hz)) / setting.fine_hz
            shape = np.minimum(1, time_s / 0.15) * (1 - time_s / length_s) ** 1.5
            hz, phase = rng.uniform(0.8, 9.0, 5), rng.uniform(0, 2 * np.pi, 5)
            sway = np.sin(2 * np.pi * np.outer(hz, time_s) + phase[:, None]) / hz[:, None] ** 0.5
            size = np.exp(rng.uniform(*np.log(self.amplitude_uv)))
            wave = size * shape * (sway.sum(axis=0) / 2 + _rubbing(rng, time_s))
            gains = rng.uniform(0.3, 1.0, len(setting.picked(self.channels)))
            layers.append(
                _artefact(setting, self.channels, at_s, wave, length_s, "cable_swing", gains)
            )
        return merged(layers)


def _rubbing(rng: np.random.Generator, time_s: Array) -> Array:
    """A little of 20-60 Hz that comes and goes: what is left of motion above 20 Hz."""
    hz, phase = rng.uniform(20, 60, 8), rng.uniform(0, 2 * np.pi, 8)
    rub: Array = np.sin(2 * np.pi * np.outer(hz, time_s) + phase[:, None]).sum(axis=0) / 80
    return rub


def _chances(
    setting: Setting, rng: np.random.Generator, per_min: float, start_s: float, end_s: float | None
) -> Array:
    last_s = setting.duration_s if end_s is None else min(end_s, setting.duration_s)
    return discharges(rng, steady(per_min / 60, start_s, last_s))


def _artefact(
    setting: Setting,
    channels: tuple[int, ...] | None,
    at_s: float,
    wave: Array,
    length_s: float,
    ingredient: str,
    gains: Array | None = None,
) -> Layer:
    """One placed wave, and an artefact event on each channel."""
    picked = setting.picked(channels)
    columns = np.ones(len(picked)) if gains is None else gains
    bank = make_bank(columns[:, None] * wave, setting)
    placed: Stamps = stamp(bank, picked, np.array([at_s]), np.ones(1), setting)
    start = int(placed.start[0])
    end = min(start + max(2, int(length_s * setting.rate_hz)), setting.n_samples)
    if end <= start:
        return Layer((placed,))
    truth = []
    for column, channel in enumerate(picked):
        seen = bank[placed.phase[0], column]
        peak = min(start + int(np.abs(seen).argmax()), end - 1)
        truth.append(
            TruthEvent(Label.ARTEFACT, channel, start, peak, end, ingredient, float(np.ptp(seen)))
        )
    return Layer((placed,), truth=tuple(truth))
