"""What is always there: electrode noise with slow changes of gain, baseline drift, mains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt, sosfreqz

from fasciscope.datasets.synth.bank import band_weight
from fasciscope.datasets.synth.setting import Array, Layer, Setting

LOWEST_HZ = 0.3
"""Down to here the noise rises as 1/f."""

SECTIONS = 3


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise of every channel: `rms_uv` in 20-450 Hz (drawn a channel), white and 1/f.

    `pink` squared times 10 Hz is the corner below which the power rises as 1/f. `swing` bounds a
    gain that wanders over minutes; `baseline_uv` is the size of the slow drift, `offset_uv` of the
    electrodes' standing voltage. Wet electrodes 1-5 uV, dry 5-20 uV (science.md 7.3).
    """

    rms_uv: tuple[float, float] = (1.5, 4.0)
    pink: float = 1.0
    swing: tuple[float, float] = (0.8, 1.3)
    baseline_uv: float = 30.0
    offset_uv: float = 500.0

    def field(self, setting: Setting, seed: np.random.SeedSequence) -> "NoiseField":
        """The noise of one recording."""
        return NoiseField(self, setting, seed)


class NoiseField:
    """One recording's noise, made chunk after chunk; `chunks` starts anew and gives the same again."""

    def __init__(self, noise: Noise, setting: Setting, seed: np.random.SeedSequence) -> None:
        self.setting = setting
        self._setup_seed, self._sample_seed = seed.spawn(2)
        rng = np.random.default_rng(self._setup_seed)
        n = setting.n_channels
        self.rms_uv: Array = rng.uniform(*noise.rms_uv, n)
        self._middle = float(np.mean(np.log(noise.swing)))
        self._reach = float(np.diff(np.log(noise.swing))[0]) / 2
        self._gain_hz = 1 / rng.uniform(60, 400, (n, 3))
        self._gain_phase = rng.uniform(0, 2 * np.pi, (n, 3))
        self._drift_hz = rng.uniform(0.02, 0.4, (n, 4))
        self._drift_phase = rng.uniform(0, 2 * np.pi, (n, 4))
        self._drift_uv = noise.baseline_uv / 2
        self._offset_uv = rng.uniform(-noise.offset_uv, noise.offset_uv, (n, 1))
        self._sos = pink_filter(noise.pink, setting.rate_hz)
        self._white_in_band = _in_band(np.array([[1.0, 0, 0, 1, 0, 0]]), setting.rate_hz)
        self._scale = self.rms_uv[:, None] / _in_band(self._sos, setting.rate_hz)

    def gain(self, time_s: Array) -> Array:
        """(n_channels, n): the slow factor on the noise."""
        turns = 2 * np.pi * self._gain_hz[:, :, None] * time_s + self._gain_phase[:, :, None]
        gain: Array = np.exp(self._middle + self._reach * np.sin(turns).mean(axis=1))
        return gain

    def rms_at(self, samples: NDArray[np.int64], channel: int) -> Array:
        """RMS in 20-450 Hz at these samples, the converter's steps included."""
        time_s = np.asarray(samples) / self.setting.rate_hz
        steps_uv = self.setting.board.lsb_uv / np.sqrt(12) * self._white_in_band
        rms: Array = np.hypot(self.rms_uv[channel] * self.gain(time_s)[channel], steps_uv)
        return rms

    def generator(self) -> "NoiseRun":
        """A run from sample 0; feed it with the times of consecutive chunks."""
        return NoiseRun(self, np.random.default_rng(self._sample_seed))

    def baseline(self, time_s: Array) -> Array:
        """(n_channels, n): standing voltage and slow drift."""
        turns = 2 * np.pi * self._drift_hz[:, :, None] * time_s + self._drift_phase[:, :, None]
        drift: Array = self._offset_uv + self._drift_uv * np.sin(turns).sum(axis=1)
        return drift

    def shaped(self, white: Array, state: Array) -> tuple[Array, Array]:
        """White noise (n_channels, n) through the 1/f filter, scaled to its RMS."""
        pink, state = sosfilt(self._sos, white, axis=-1, zi=state)
        return self._scale * pink, state

    def settled(self) -> Array:
        """The filter's state before the first sample."""
        return np.zeros((self._sos.shape[0], self.setting.n_channels, 2))


class NoiseRun:
    """The noise in order of time."""

    def __init__(self, field: NoiseField, rng: np.random.Generator) -> None:
        self._field, self._rng = field, rng
        self._state = field.settled()

    def next(self, time_s: Array) -> Array:
        """(n_channels, n) microvolts for the chunk at these times."""
        white = self._rng.standard_normal((self._field.setting.n_channels, len(time_s)))
        noise, self._state = self._field.shaped(white, self._state)
        return noise * self._field.gain(time_s) + self._field.baseline(time_s)


def pink_filter(pink: float, rate_hz: float) -> Array:
    """Sections whose gain is 1 at high frequency and rises as f^-1/2 (power 1/f) below a corner.

    Each section is a pole below a zero; they share the fall between 0.3 Hz and the corner, which
    lies at 10 Hz times `pink` squared.
    """
    corner_hz = 10.0 * max(pink, 1e-3) ** 2
    edges = np.geomspace(min(LOWEST_HZ, corner_hz / 2), corner_hz, 2 * SECTIONS)
    sections = []
    for pole_hz, zero_hz in zip(edges[::2], edges[1::2], strict=True):
        pole, zero = (np.exp(-2 * np.pi * hz / rate_hz) for hz in (pole_hz, zero_hz))
        sections.append([1.0, -zero, 0.0, 1.0, -pole, 0.0])
    return np.array(sections)


def _in_band(sos: Array, rate_hz: float) -> float:
    """RMS in the measuring band of unit white noise through the filter."""
    hz = np.linspace(0, rate_hz / 2, 4001)[1:-1]
    _, response = sosfreqz(sos, hz, fs=rate_hz)
    return float(np.sqrt(np.mean(np.abs(response) ** 2 * band_weight(rate_hz, hz))))


@dataclass(frozen=True, slots=True)
class Mains:
    """Hum of `hz` with harmonics; frequency wanders by up to 0.1 Hz, amplitude by a third.

    `amplitude_uv` is the fundamental's on the first channel; the others draw 0.4 to 1 of it.
    """

    hz: float = 50.0
    amplitude_uv: float = 8.0
    harmonics: tuple[tuple[int, float], ...] = ((2, 0.08), (3, 0.3), (5, 0.12), (7, 0.05))

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """A pure function of time: nothing to carry between chunks."""
        n = setting.n_channels
        gains = self.amplitude_uv * np.concatenate([[1.0], rng.uniform(0.4, 1.0, n - 1)])
        phase = rng.uniform(0, 2 * np.pi, (n, 1 + len(self.harmonics)))
        drift_hz, sway_hz = rng.uniform(0.005, 0.03), rng.uniform(0.01, 0.05, n)
        nyquist_hz = 0.4 * setting.rate_hz if setting.board.antialias else np.inf
        parts = [
            (order, size)
            for order, size in ((1, 1.0), *self.harmonics)
            if order * self.hz < nyquist_hz
        ]

        def hum(time_s: Array) -> Array:
            wander = 0.1 / (2 * np.pi * drift_hz) * np.sin(2 * np.pi * drift_hz * time_s)
            turns = 2 * np.pi * (self.hz * time_s + wander)
            sway = 1 + 0.33 * np.sin(2 * np.pi * sway_hz[:, None] * time_s)
            total = np.zeros((n, len(time_s)))
            for k, (order, size) in enumerate(parts):
                total += size * np.sin(order * turns + phase[:, k, None])
            return gains[:, None] * sway * total

        return Layer(waves=(hum,))
