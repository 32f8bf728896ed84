"""The simulated potential against the figures of science.md 2.1 and the physics of its source."""

import numpy as np
import pytest

from fasciscope.datasets.synth.bank import band_limited
from fasciscope.datasets.synth.muap import Geometry, surface_muaps, tripole
from fasciscope.datasets.synth.pool import drawn_geometry, make_pool, shared
from fasciscope.datasets.synth.scenario import SCENARIOS

FINE_HZ = 16_000.0


def wave_at(depth_mm: float, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return surface_muaps(Geometry(depth_mm, n_fibres=300), (0.0,), rng, FINE_HZ)[0]


def test_the_source_has_neither_net_charge_nor_dipole_moment() -> None:
    charges, behind = tripole()
    assert abs(charges.sum()) < 1e-12
    assert abs(charges @ behind) < 1e-12
    assert list(np.sign(charges)) == [1, -1, 1]


def test_the_poles_follow_rosenfalcks_potential() -> None:
    # the charge of each pole is the integral of the second derivative between its zeros
    z = np.linspace(0, 60, 600_001)
    second = (6 * z - 6 * z**2 + z**3) * np.exp(-z)
    edges = [0, 3 - 3**0.5, 3 + 3**0.5, 60]
    charges, behind = tripole()
    for k in range(3):
        part = (z >= edges[k]) & (z <= edges[k + 1])
        assert np.trapezoid(second[part], z[part]) == pytest.approx(charges[k], abs=1e-4)
        centre = np.trapezoid(second[part] * z[part], z[part]) / charges[k]
        assert centre == pytest.approx(behind[k], abs=1e-3)


@pytest.mark.parametrize("depth_mm", [5.0, 10.0, 15.0, 20.0])
def test_a_potential_lasts_10_to_20_ms_above_a_tenth_of_its_peak(depth_mm: float) -> None:
    size = np.abs(wave_at(depth_mm))
    above = np.flatnonzero(size >= 0.1 * size.max())
    assert 10 <= 1e3 * (above[-1] - above[0]) / FINE_HZ <= 21  # published 10-20


@pytest.mark.parametrize("depth_mm", [5.0, 10.0, 15.0, 20.0])
def test_its_spectrum_lies_where_surface_potentials_lie(depth_mm: float) -> None:
    power = np.abs(np.fft.rfft(wave_at(depth_mm), 1 << 16)) ** 2
    hz = np.fft.rfftfreq(1 << 16, 1 / FINE_HZ)
    share = np.cumsum(power) / power.sum()
    assert 40 <= hz[np.searchsorted(share, 0.5)] <= 105  # published 44-95
    assert 80 <= hz[np.searchsorted(share, 0.95)] <= 165  # published 86-148


def test_deeper_units_are_smaller_and_slower() -> None:
    swings = [np.ptp(wave_at(depth)) for depth in (5.0, 10.0, 15.0, 20.0)]
    assert swings == sorted(swings, reverse=True)
    assert swings[0] > 5 * swings[-1]


def test_it_begins_and_ends_at_zero() -> None:
    wave = wave_at(10.0)
    assert abs(wave[0]) < 1e-9
    assert abs(wave[-1]) < 1e-3 * np.abs(wave).max()


def test_two_fibre_rates_draw_the_same_chance() -> None:
    coarse = surface_muaps(Geometry(8.0), (0.0,), np.random.default_rng(1), 8000.0)[0]
    fine = surface_muaps(Geometry(8.0), (0.0,), np.random.default_rng(1), 16_000.0)[0]
    np.testing.assert_allclose(fine[::2], coarse, atol=1e-12)


def test_every_phase_of_a_bank_is_the_same_wave() -> None:
    # a phase is a pure delay of a fraction of a sample
    setting = SCENARIOS["quiet"].setting()
    unit = make_pool(np.random.default_rng(2), setting, 0, np.array([10.0]), 50.0)[0]
    spectra = np.fft.rfft(unit.bank[:, 0], 1024, axis=-1)
    delay = np.arange(setting.phases)[:, None] / setting.phases
    undone = spectra * np.exp(2j * np.pi * np.fft.rfftfreq(1024) * delay)
    undone = undone[:, :400]  # below 0.4 of the rate, where the board's filter lets pass
    np.testing.assert_allclose(
        undone, undone[:1].repeat(setting.phases, 0), atol=1e-3 * abs(spectra).max()
    )


def test_a_pool_has_the_level_that_campbells_theorem_promises() -> None:
    setting = SCENARIOS["quiet"].setting()
    rng = np.random.default_rng(5)
    rates = np.full(30, 12.0)
    total = np.zeros(20 * 2000)
    for unit, rate in zip(make_pool(rng, setting, 0, rates, 100.0), rates, strict=True):
        for start in rng.integers(0, len(total) - 200, int(rate * 20)):
            total[start : start + unit.bank.shape[2]] += unit.bank[0, 0]
    assert np.std(total) == pytest.approx(100.0, rel=0.1)


def test_no_unit_drowns_the_others() -> None:
    power = np.array([1.0] * 40 + [1000.0])
    gains = shared(power, 0.06)
    part = gains**2 * power
    assert part.max() / part.sum() < 0.09
    assert (gains[:40] == 1).all()


def test_geometry_stays_within_its_bounds() -> None:
    rng = np.random.default_rng(0)
    drawn = [drawn_geometry(rng) for _ in range(200)]
    assert all(4 <= g.depth_mm <= 20 and 3.6 <= g.velocity_m_per_s <= 4.6 for g in drawn)


def test_the_measuring_band_takes_hum_and_drift_away() -> None:
    t = np.arange(4000) / 2000
    rest = np.hanning(4000) * (np.sin(2 * np.pi * 2 * t) + np.sin(2 * np.pi * 800 * t))
    assert np.abs(band_limited(rest, 2000.0)).max() < 0.02
