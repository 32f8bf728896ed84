"""The surface motor-unit potential: tripoles running along fibres under a bipolar electrode pair.

Source: Rosenfalck's intracellular potential 96 z^3 exp(-z) - 90 mV (z in mm), its second derivative
lumped into three poles with neither net charge nor dipole moment (Merletti et al. 1999); infinite
medium, axial over radial conductivity 6, 4 m/s, innervation zone 5 mm, endings 10 mm wide
(science.md 7.1). Poles are born at the end plate and stop at the tendon, so charge is kept throughout.
"""

from dataclasses import dataclass

import numpy as np

from fasciscope.datasets.synth.setting import Array

ANISOTROPY = 6.0
SPACING_MM = 20.0
ZONE_MM = 5.0
ENDINGS_MM = 10.0
TERRITORY_MM = 2.5
COVER_MM = 3.0  # skin and fat: no fibre is nearer
LENGTH_S = 0.045


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where a unit lies: depth and sideways distance of its centre, electrodes' distance from the
    innervation zone, length of the fibres to either side of it, conduction velocity."""

    depth_mm: float
    lateral_mm: float = 0.0
    offset_mm: float = 30.0
    far_mm: float = 75.0
    near_mm: float = 60.0
    velocity_m_per_s: float = 4.0
    n_fibres: int = 40


def tripole() -> tuple[Array, Array]:
    """Charges and distances behind the front in mm (3,) of the lumped source.

    The second derivative changes sign at 0 and 3 -+ sqrt(3): each lobe becomes a pole at its centroid.
    """
    edges = np.array([0.0, 3 - np.sqrt(3), 3 + np.sqrt(3), 60.0])
    slope = (3 * edges**2 - edges**3) * np.exp(-edges)
    moment = edges * slope - edges**3 * np.exp(-edges)
    charges = np.diff(slope)
    return charges, np.diff(moment) / charges


def surface_muaps(
    geometry: Geometry, laterals_mm: tuple[float, ...], rng: np.random.Generator, rate_hz: float
) -> Array:
    """The potential of one unit under electrode pairs shifted sideways: (pairs, n), arbitrary scale.

    The first sample is the nerve's arrival at the end plates. Same draws from `rng` at any rate.
    """
    n = geometry.n_fibres
    radius = TERRITORY_MM * np.sqrt(rng.uniform(size=n))
    angle = rng.uniform(0, 2 * np.pi, n)
    depth = np.maximum(geometry.depth_mm + radius * np.cos(angle), COVER_MM)
    across = geometry.lateral_mm + radius * np.sin(angle)
    plate = rng.uniform(-ZONE_MM / 2, ZONE_MM / 2, n)
    ends = rng.uniform(-ENDINGS_MM / 2, ENDINGS_MM / 2, (2, n))
    speed = geometry.velocity_m_per_s * (1 + 0.03 * rng.standard_normal(n))  # mm per ms
    charges, behind = tripole()
    front = 1e3 * np.arange(int(LENGTH_S * rate_hz)) / rate_hz * speed[:, None]
    run = front[:, None, :] - behind[None, :, None]  # (fibres, poles, n)
    forward = plate[:, None, None] + _clipped(run, geometry.far_mm + ends[0] - plate)
    backward = plate[:, None, None] - _clipped(run, geometry.near_mm + ends[1] + plate)
    waves = []
    for lateral in laterals_mm:
        squared = ANISOTROPY * (depth**2 + (across - lateral) ** 2)[:, None, None]
        total = np.zeros(run.shape[2])
        for sign, place in ((1.0, -0.5), (-1.0, 0.5)):
            z = geometry.offset_mm + place * SPACING_MM
            field = 1 / np.sqrt(squared + (forward - z) ** 2)
            field += 1 / np.sqrt(squared + (backward - z) ** 2)
            total += sign * np.einsum("k,fkn->n", charges, field)
        waves.append(total / n)
    return np.array(waves)


def _clipped(run: Array, length: Array) -> Array:
    return np.clip(run, 0.0, length[:, None, None])
