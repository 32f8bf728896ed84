"""Motor units of a site: where they lie, how large they are, what they look like on each channel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fasciscope.datasets.synth.bank import make_bank, stamp
from fasciscope.datasets.synth.muap import Geometry, surface_muaps
from fasciscope.datasets.synth.setting import Array, Setting, Stamps
from fasciscope.datasets.synth.waveform import Waveform, at_rate

SHALLOWEST_MM, DEEPEST_MM = 4.0, 20.0
NEIGHBOUR_MM = 25.0
"""Sideways distance between electrode pairs on one muscle."""

LARGEST_SHARE = 0.06
INNERVATION_RANGE = 100.0  # fibres of the largest unit over those of the smallest (Fuglevand 1993)


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One source: fine-rate wave in microvolts (columns, n), its channels, and its bank."""

    fine: Array
    channels: tuple[int, ...]
    bank: Array
    lateral_mm: float

    def stamped(self, onset_s: Array, setting: Setting, scale: Array | float = 1.0) -> Stamps:
        """Its discharges."""
        sizes = np.broadcast_to(np.asarray(scale, dtype=np.float64), onset_s.shape)
        return stamp(self.bank, self.channels, onset_s, sizes, setting)


def drawn_geometry(
    rng: np.random.Generator,
    depth_mm: tuple[float, float] = (SHALLOWEST_MM, DEEPEST_MM),
    width_mm: float = 8.0,
    n_fibres: int = 40,
) -> Geometry:
    """Somewhere in the muscle, up to `width_mm` aside, electrodes off the innervation zone."""
    return Geometry(
        depth_mm=rng.uniform(*depth_mm),
        lateral_mm=rng.uniform(-width_mm, width_mm),
        offset_mm=rng.choice([-1.0, 1.0]) * rng.uniform(18.0, 38.0),
        far_mm=rng.uniform(60.0, 90.0),
        near_mm=rng.uniform(60.0, 90.0),
        velocity_m_per_s=rng.uniform(3.6, 4.6),
        n_fibres=n_fibres,
    )


def single_wave(
    rng: np.random.Generator, setting: Setting, channel: int, geometry: Geometry
) -> Array:
    """Fine-rate waves (columns, n) on `channel` and its neighbours; on `channel` 1 uV peak to peak."""
    laterals = tuple(NEIGHBOUR_MM * (c - channel) for c in heard_on(setting, channel))
    waves = surface_muaps(geometry, laterals, rng, setting.fine_hz)
    unit: Array = waves / np.ptp(waves[0])
    return unit


def heard_on(setting: Setting, channel: int) -> tuple[int, ...]:
    """The channel itself and those on the same muscle."""
    return (channel, *setting.neighbours(channel))


def unit_of(fine: Array, setting: Setting, channel: int, lateral_mm: float = 0.0) -> Unit:
    """A unit from its fine-rate waves."""
    return Unit(fine, heard_on(setting, channel), make_bank(fine, setting), lateral_mm)


def make_pool(
    rng: np.random.Generator,
    setting: Setting,
    channel: int,
    rates_hz: Array,
    level_uv: float,
    *,
    depth_mm: tuple[float, float] = (SHALLOWEST_MM, DEEPEST_MM),
    size_range: float = INNERVATION_RANGE,
    width_mm: float = 10.0,
    waveforms: Sequence[Waveform] = (),
) -> list[Unit]:
    """Units in order of recruitment, later ones larger, that together give `level_uv` RMS.

    The RMS of the summed potentials at the discharge rates `rates_hz` (n_units,) follows from
    Campbell's theorem: the square is the sum of rate times energy. Depth makes a potential smaller
    and slower as the volume conductor does. `waveforms` are real ones to draw from in place of that;
    other channels do not hear them.
    """
    n = len(rates_hz)
    sizes = np.exp(np.log(size_range) * np.arange(n) / max(n - 1, 1))
    waves, laterals = [], []
    own = heard_on(setting, channel)
    shifts = tuple(NEIGHBOUR_MM * (c - channel) for c in own)
    for size in sizes:
        geometry = drawn_geometry(rng, depth_mm, width_mm, n_fibres=16)
        if waveforms:
            waves.append(
                size * _real(waveforms[int(rng.integers(len(waveforms)))], setting, len(own))
            )
        else:
            waves.append(size * surface_muaps(geometry, shifts, rng, setting.fine_hz))
        laterals.append(geometry.lateral_mm)
    power = rates_hz * [np.square(wave[0]).sum() / setting.fine_hz for wave in waves]
    gains = shared(power, max(LARGEST_SHARE, 2 / n))
    gains *= level_uv / np.sqrt(np.dot(gains**2, power))
    return [
        unit_of(gain * wave, setting, channel, lateral)
        for gain, wave, lateral in zip(gains, waves, laterals, strict=True)
    ]


def _real(waveform: Waveform, setting: Setting, n_channels: int) -> Array:
    """(n_channels, n) a real potential at the fine rate, on the first channel only; 1 peak to peak."""
    wave = at_rate(waveform, setting.fine_hz)
    waves = np.zeros((n_channels, len(wave)))
    waves[0] = wave / np.ptp(wave)
    return waves


def shared(power: Array, share: float) -> Array:
    """Factors at most 1 that leave no unit more than about `share` of the total power.

    A large unit just below the skin would otherwise drown all others, which whole muscles rarely show.
    """
    gains = np.ones(len(power))
    for _ in range(5):
        total = np.dot(gains**2, power)
        gains = np.minimum(gains, np.sqrt(share * total / power))
    return gains
