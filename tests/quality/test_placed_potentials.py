"""Floors: real motor-unit potentials placed at known times into real rest. They may only rise."""

import accuracy
import pytest

pytestmark = pytest.mark.skipif(not accuracy.DATA.exists(), reason="no real recordings here")


@pytest.fixture(autouse=True)
def _libraries() -> None:
    pytest.importorskip("neo")


def test_nearly_all_potentials_of_twelve_times_the_noise_are_found() -> None:
    found = accuracy.placed_potentials(12.0, seed=11)
    assert found.sensitivity >= 0.96
    assert found.ppv >= 0.97


def test_most_potentials_of_eight_times_the_noise_are_found() -> None:
    found = accuracy.placed_potentials(8.0, seed=11)
    assert found.sensitivity >= 0.86
    assert found.ppv >= 0.95


@pytest.mark.slow
def test_potentials_from_eight_times_the_noise_are_found_on_average() -> None:
    levels = (8.0, 10.0, 12.0, 16.0)
    runs = [accuracy.placed_potentials(snr, seed) for snr in levels for seed in (21, 22)]
    found = sum(runs, accuracy.NOTHING)
    assert found.f1 >= 0.97


def test_rest_holds_few_false_alarms() -> None:
    found = accuracy.resting()
    assert found.false <= 2  # in 3 minutes of 25 stretches, each judged as a recording of its own
