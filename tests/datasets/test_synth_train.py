"""Discharge times against the statistics that they were asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from fasciscope.datasets.synth.cramp import Cramp
from fasciscope.datasets.synth.fasciculation import repeated
from fasciscope.datasets.synth.scenario import SCENARIOS
from fasciscope.datasets.synth.setting import Layer
from fasciscope.datasets.synth.train import (
    RateCurve,
    discharges,
    drifting,
    spaced,
    steady,
    with_doublets,
)
from fasciscope.datasets.synth.voluntary import Voluntary


def test_a_poisson_train_is_not_dispersed_more_or_less_than_poisson() -> None:
    times = discharges(np.random.default_rng(1), steady(0.5, 0.0, 20_000.0))
    counts = np.histogram(times, np.arange(0, 20_001, 20))[0]
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=0.12)
    assert kstest(np.diff(times), "expon", args=(0, 2.0)).pvalue > 0.001


@pytest.mark.parametrize("cv", [0.035, 0.15, 0.33, 0.45, 1.0])
def test_intervals_vary_as_asked(cv: float) -> None:
    gaps = np.diff(discharges(np.random.default_rng(2), steady(8.0, 0.0, 1000.0), cv, 0.0))
    assert gaps.std() / gaps.mean() == pytest.approx(cv, rel=0.06)
    assert 1 / gaps.mean() == pytest.approx(8.0, rel=0.04)


def test_a_train_follows_its_rate() -> None:
    curve = RateCurve(np.array([0.0, 100.0, 100.001, 200.0]), np.array([2.0, 2.0, 0.0, 0.0]))
    times = discharges(np.random.default_rng(3), curve)
    assert times.max() <= 100.01
    assert len(times) == pytest.approx(200, abs=60)


def test_slow_drift_keeps_the_mean_rate_in_the_long_run() -> None:
    rng = np.random.default_rng(4)
    means = [np.mean(drifting(rng, 1.0, 3600.0).hz) for _ in range(40)]
    assert np.mean(means) == pytest.approx(1.0, abs=0.1)


@given(st.lists(st.floats(0, 10), max_size=60), st.floats(0.001, 0.5))
@settings(max_examples=60, deadline=None)
def test_nothing_fires_within_its_refractory_time(times: list[float], refractory: float) -> None:
    kept = spaced(np.array(times), refractory)
    assert (np.diff(kept) >= refractory).all()
    assert set(kept) <= set(times)


def test_doublets_come_4_to_8_ms_after() -> None:
    times = np.arange(1000.0)
    twice = with_doublets(np.random.default_rng(5), times, 0.1)
    short = np.diff(twice)[np.diff(twice) < 0.5]
    assert len(short) == pytest.approx(100, abs=35)
    assert short.min() >= 0.004
    assert short.max() <= 0.008


def test_the_neuronal_type_repeats_itself_near_80_ms() -> None:
    times = repeated(np.random.default_rng(6), np.arange(0, 2000.0, 2.0))
    short = np.diff(times)[np.diff(times) < 1]
    assert len(short) == pytest.approx(300, abs=60)
    assert np.median(short) == pytest.approx(0.08, abs=0.003)


def unit_trains(layer: Layer, rate_hz: float) -> list[np.ndarray]:
    return [np.sort(s.start) / rate_hz for s in layer.stamps if len(s.start) > 40]


def test_cramp_units_fire_as_published() -> None:
    """Science.md 3.1, S28: 14.5 +- 5.1 a second, between 6 and 25, interval CV 44.6 +- 9.7 %."""
    setting = SCENARIOS["cramp"].setting()
    cramp = Cramp(0, 10.0, 60.0, 100.0, 40, 0.0)
    trains = unit_trains(cramp.lay(setting, np.random.default_rng(7)), setting.rate_hz)
    assert len(trains) >= 30
    gaps = [np.diff(train) for train in trains]
    cv = np.array([g.std() / g.mean() for g in gaps])
    rate = np.array([1 / g.mean() for g in gaps])
    assert cv.mean() == pytest.approx(0.446, abs=0.06)
    assert rate.mean() == pytest.approx(14.5, abs=3.0)
    assert rate.min() > 5
    assert rate.max() < 25
    doublets = np.concatenate([g < 0.01 for g in gaps])
    assert doublets.mean() == pytest.approx(0.04, abs=0.015)


def test_voluntary_units_fire_far_more_evenly() -> None:
    setting = SCENARIOS["voluntary"].setting()
    layer = Voluntary(0, 5.0, 40.0, 100.0, 0.3, 0.5).lay(setting, np.random.default_rng(8))
    gaps = [np.diff(train[train > 8]) for train in unit_trains(layer, setting.rate_hz)]
    cv = np.median([g.std() / g.mean() for g in gaps if len(g) > 50])
    assert 0.12 < cv < 0.3
    assert all(6 < 1 / g.mean() < 36 for g in gaps if len(g) > 50)
