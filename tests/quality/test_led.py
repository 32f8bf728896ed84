"""What contractions are led by, and cramps of those who fasciculate: nothing else may tell them apart."""

from itertools import islice

import numpy as np
import pytest

from benchmarks.accuracy.case import Part
from benchmarks.accuracy.cramping import LONG_BEFORE_S, contractions, wayward
from benchmarks.accuracy.led import led, led_course, lengthened, paced_course, steady
from benchmarks.accuracy.material import DATA, HELD
from fasciscope.core import Label

RATE_HZ = 1000.0
real = pytest.mark.usefixtures("_recordings")


@pytest.fixture
def _recordings() -> None:
    if not DATA.exists():
        pytest.skip("no real recordings here")
    for name in ("neo", "h5py"):
        pytest.importorskip(name)


def level(uv: np.ndarray, s: float = 0.25) -> np.ndarray:
    n = round(s * RATE_HZ)
    return np.sqrt(np.square(uv[: len(uv) // n * n]).reshape(-1, n).mean(axis=1))


def test_the_steady_part_has_neither_ramps_nor_a_course() -> None:
    rng = np.random.default_rng(1)
    shape = np.interp(np.arange(6000) / RATE_HZ, [0, 1, 5, 6], [0, 1, 0.7, 0])
    flat = steady(rng.standard_normal(6000) * shape, RATE_HZ)
    assert flat is not None
    assert 3000 < len(flat) < 5200
    assert level(flat).std() / level(flat).mean() < 0.08


def test_a_contraction_that_is_hardly_held_has_no_steady_part() -> None:
    rng = np.random.default_rng(2)
    shape = np.interp(np.arange(2000) / RATE_HZ, [0, 1, 2], [0, 1, 0])
    assert steady(rng.standard_normal(2000) * shape, RATE_HZ) is None


def test_pieces_join_at_equal_power() -> None:
    rng = np.random.default_rng(3)
    flats = [rng.choice([-1.0, 1.0], n) for n in (1500, 2500)]
    whole = lengthened(flats, 60_000, RATE_HZ, rng)
    assert len(whole) == 60_000
    assert np.square(whole).mean() == pytest.approx(1.0, abs=0.01)
    assert np.abs(whole).max() <= np.sqrt(2.0) + 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_a_trapezoid_begins_and_ends_at_nothing(seed: int) -> None:
    course = led_course(np.random.default_rng(seed), RATE_HZ)
    assert course[0] == 0.0
    assert course[-1] < 0.01
    assert 2.4 <= len(course) / RATE_HZ <= 46.0
    assert course.max() < 1.5


@pytest.mark.parametrize("seed", range(5))
def test_a_pace_swings_and_never_rests(seed: int) -> None:
    course = paced_course(np.random.default_rng(seed), RATE_HZ)
    assert 3.0 < len(course) / RATE_HZ < 40.0
    assert 0.19 <= course.min() <= 0.6
    assert 0.9 < course.max() < 1.3
    beats = np.flatnonzero(np.diff((course > course.mean()).astype(int)) == 1)
    periods_s = np.diff(beats) / RATE_HZ
    assert periods_s.std() / periods_s.mean() < 0.15
    assert 0.35 < np.median(periods_s) < 1.8


def test_no_subject_is_in_both_parts() -> None:
    develop, test = ({s.subject for s in HELD if s.part is part} for part in Part)
    assert not develop & test


@real
def test_led_contractions_and_wayward_cramps_come_alike() -> None:
    cases = {name: list(islice(make(Part.DEVELOP, range(1)), 8))
             for name, make in (("led", led), ("wayward", wayward))}  # fmt: skip
    lively = {}
    for name, found in cases.items():
        for case in found:
            (long,) = [e for e in case.truth.events if e.label in (Label.CRAMP, Label.VOLUNTARY)]
            assert long.label is (Label.VOLUNTARY if name == "led" else Label.CRAMP)
            assert long.start_sample / case.truth.rate_hz == pytest.approx(LONG_BEFORE_S, abs=0.3)
            for other in case.truth.of(Label.FASCICULATION, 0):
                assert (
                    other.end_sample <= long.start_sample or other.start_sample >= long.end_sample
                )
        lively[name] = sum(
            any("cramp" not in e.ingredient for e in case.truth.of(Label.FASCICULATION, 0))
            for case in found
        )
    assert all(0 < n < 8 for n in lively.values())


@real
def test_the_same_seed_gives_the_same_case_and_another_another() -> None:
    one, again, other = (next(led(Part.DEVELOP, range(k, k + 1))).uv for k in (0, 0, 1))
    assert np.array_equal(one, again)
    assert one.shape != other.shape or not np.array_equal(one, other)


@real
def test_every_contraction_knows_its_site() -> None:
    sites = {held.site for held in contractions(Part.DEVELOP)}
    assert len(sites) == 5  # three muscles of a knee, flexor and extensor of a wrist
