"""Floors: real motor-unit potentials placed at known times into real rest. They may only rise."""

import accuracy
import pytest

pytestmark = pytest.mark.skipif(not accuracy.DATA.exists(), reason="no real recordings here")


@pytest.fixture(autouse=True)
def _libraries() -> None:
    pytest.importorskip("neo")


def test_nearly_all_potentials_of_twelve_times_the_noise_are_found() -> None:
    found = accuracy.placed_potentials(12.0, seed=11)
    assert found.sensitivity >= 0.98
    assert found.ppv >= 0.98


def test_most_potentials_of_eight_times_the_noise_are_found() -> None:
    found = accuracy.placed_potentials(8.0, seed=11)
    assert found.sensitivity >= 0.88
    assert found.ppv >= 0.98


@pytest.mark.slow
def test_potentials_from_eight_times_the_noise_are_found_on_average() -> None:
    levels = (8.0, 10.0, 12.0, 16.0)
    runs = [accuracy.placed_potentials(snr, seed) for snr in levels for seed in (21, 22)]
    found = sum(runs, accuracy.NOTHING)
    assert found.f1 >= 0.975


@pytest.mark.slow
def test_potentials_of_eight_times_the_noise_are_found_on_average() -> None:
    found = sum((accuracy.placed_potentials(8.0, seed) for seed in range(40, 50)), accuracy.NOTHING)
    assert found.f1 >= 0.96


def test_rest_holds_no_false_alarm() -> None:
    found = accuracy.resting()
    assert found.false == 0  # in 3 minutes of 25 stretches, each judged as a recording of its own
