"""The heartbeat on an electrode: PQRST complexes that follow breathing."""

from dataclasses import dataclass

import numpy as np

from fasciscope.core import Label
from fasciscope.datasets.synth.bank import brief_events, make_bank, stamp
from fasciscope.datasets.synth.setting import Array, Layer, Setting

# ECGSYN (McSharry et al. 2003) as ported in NeuroKit2: angle in degrees, size, width in radians.
WAVES = (
    (-70.0, 1.2, 0.25),
    (-15.0, -5.0, 0.1),
    (0.0, 30.0, 0.1),
    (15.0, -7.5, 0.1),
    (100.0, 0.75, 0.4),
)
BREATH_HZ = (0.2, 0.3)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Beats on `channels` (None: all), R wave about `amplitude_uv`, less on each further channel."""

    channels: tuple[int, ...] | None = None
    amplitude_uv: float = 250.0
    beats_per_min: float = 66.0

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """One heart, seen by each channel with its own gain and sign."""
        channels = setting.picked(self.channels)
        breath_hz, phase = rng.uniform(*BREATH_HZ), rng.uniform(0, 2 * np.pi)
        beats = beat_times(rng, setting.duration_s, self.beats_per_min, breath_hz, phase)
        gain = (
            self.amplitude_uv * 0.8 ** np.arange(len(channels)) * rng.choice([-1, 1], len(channels))
        )
        fine = gain[:, None] * complex_wave(60 / self.beats_per_min, setting.fine_hz)
        bank = make_bank(fine, setting)
        size = 1 + 0.1 * np.sin(2 * np.pi * breath_hz * beats + phase + 1.0)
        event = np.arange(len(beats))
        stamps = [stamp(bank, channels, beats, size, setting, event)]
        units = np.zeros(len(beats), dtype=np.int64)
        truth = [
            found
            for channel in channels
            for found in brief_events(
                stamps, channel, setting, Label.ECG, "ecg", units, [()] * len(beats)
            )
        ]
        return Layer(tuple(stamps), truth=tuple(truth))


def complex_wave(beat_s: float, rate_hz: float) -> Array:
    """One PQRST (1, n), R wave 1, beginning 0.3 of a beat before it; ECGSYN's equation solved."""
    angle = 2 * np.pi * (np.arange(int(0.8 * beat_s * rate_hz)) / rate_hz / beat_s - 0.3)
    wave = np.zeros_like(angle)
    for degrees, size, width in WAVES:
        apart = angle - np.deg2rad(degrees)
        wave += size * width**2 * np.exp(-(apart**2) / (2 * width**2))
    ends = np.minimum(np.arange(len(wave)), np.arange(len(wave))[::-1]) / (0.05 * len(wave))
    faded: Array = wave / wave.max() * np.clip(ends, 0, 1)
    return faded[None, :]


def beat_times(
    rng: np.random.Generator, duration_s: float, per_min: float, breath_hz: float, phase: float
) -> Array:
    """Beats whose intervals follow breathing (4 %), a 0.1-Hz wave (2 %) and chance (1 %)."""
    n = int(duration_s * per_min / 60 * 1.3) + 5
    rough = np.arange(n) * 60 / per_min
    swing = 0.04 * np.sin(2 * np.pi * breath_hz * rough + phase)
    swing += 0.02 * np.sin(2 * np.pi * 0.1 * rough + 2 * phase) + 0.01 * rng.standard_normal(n)
    beats: Array = np.cumsum(60 / per_min * (1 + swing)) - rng.uniform(0.3, 1.0)
    return beats[beats < duration_s]
