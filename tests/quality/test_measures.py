"""Floors under the quality of measures; real units in real rest are not patients."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy.case import Part
from benchmarks.accuracy.grouping import adjusted_rand_index, grouped
from benchmarks.accuracy.material import DATA
from benchmarks.accuracy.measures import Measured, measured
from benchmarks.accuracy.measuring import Measuring, tables
from benchmarks.accuracy.patterns import patterns
from benchmarks.accuracy.repeating import bootstrapped_icc, repeated
from benchmarks.accuracy.table import write
from benchmarks.accuracy.timing import timed


@pytest.fixture
def _recordings() -> None:
    if not DATA.exists():
        pytest.skip("no real recordings here")
    pytest.importorskip("neo")


def at(rows: list[Measured], rate_hz: float, size: float) -> Measured:
    return next(row for row in rows if (row.rate_hz, row.size) == (rate_hz, size))


def test_the_adjusted_rand_index_is_that_of_a_published_example() -> None:
    """Yeung & Ruzzo 2001 (supplement to Bioinformatics 17:763): ten objects, 0.313."""
    table = np.array([[1, 1, 0], [1, 2, 1], [0, 0, 4]])
    rows, columns = np.indices(table.shape).reshape(2, -1).repeat(table.ravel(), axis=1)
    assert adjusted_rand_index(rows.tolist(), columns.tolist()) == pytest.approx(0.313, abs=5e-4)


def test_the_adjusted_rand_index_is_one_for_equal_groupings_whatever_they_are_called() -> None:
    assert adjusted_rand_index([1, 1, 2, 3], [7, 7, 5, 9]) == 1.0
    assert adjusted_rand_index([4, 4, 4], [1, 1, 1]) == 1.0
    assert adjusted_rand_index([1, 2, 3, 4], [1, 1, 1, 1]) == 0.0


def test_the_adjusted_rand_index_is_nought_on_average_by_chance() -> None:
    rng = np.random.default_rng(5)
    drawn = [
        adjusted_rand_index(*(x.tolist() for x in rng.integers(3, size=(2, 30))))
        for _ in range(500)
    ]
    assert np.mean(drawn) == pytest.approx(0.0, abs=0.01)


def test_rates_that_repeat_themselves_agree() -> None:
    rates = np.array([[1.0, 1.0], [5.0, 5.0], [9.0, 9.0]])
    agreement = bootstrapped_icc(rates)
    assert agreement.value == pytest.approx(1.0)
    assert agreement.low == pytest.approx(1.0)


@pytest.mark.usefixtures("_recordings")
def test_size_and_time_of_potentials_are_true_in_one_session() -> None:
    rows = measured(Part.TEST, sizes=(25.0,), most=1)
    own, fine, slow = rows[0], at(rows, 2000.0, 25.0), at(rows, 250.0, 25.0)
    assert own.off["amplitude"].median == pytest.approx(1.0, abs=0.02)
    assert own.error_ms.median <= 0.5
    assert fine.found >= 0.95 * fine.placed > 20
    assert fine.off["amplitude"].median == pytest.approx(1.0, abs=0.1)
    assert fine.error_ms.median <= 1.0
    assert "amplitude" not in slow.off


@pytest.mark.slow
@pytest.mark.usefixtures("_recordings")
@pytest.mark.parametrize("rate_hz", [2000.0, 1000.0])
def test_measures_of_strong_potentials_are_true_on_average(rate_hz: float) -> None:
    row = at(measured(Part.TEST, sizes=(25.0,)), rate_hz, 25.0)
    assert row.found >= 0.99 * row.placed
    assert row.off["amplitude"].median == pytest.approx(1.0, abs=0.1)
    assert row.off["area"].median == pytest.approx(1.0, abs=0.15)
    assert row.off["phases"].median == 0.0
    assert abs(row.off["duration"].median) <= 4.0
    assert row.error_ms.median <= 1.0


@pytest.mark.slow
@pytest.mark.usefixtures("_recordings")
def test_lasting_shapes_are_the_waves_of_units() -> None:
    strong = next(row for row in grouped(Part.TEST) if row.band == "12-25")
    assert strong.correlation.median >= 0.97
    assert strong.size.median == pytest.approx(1.0, abs=0.1)
    assert strong.rand.median >= 0.5


@pytest.mark.slow
def test_sessions_have_their_pattern_an_honest_probability_and_true_intervals() -> None:
    found = patterns(Part.TEST)
    assert min(kind.right.value for kind in found.kinds) >= 0.75
    assert np.mean([kind.right.value for kind in found.kinds]) >= 0.95
    assert found.calibration_error <= 0.05
    assert found.covered.high >= 0.95


@pytest.mark.slow
def test_times_tell_chance_from_clusters_and_followers_are_counted() -> None:
    chance, clusters, _, followed = timed(Part.TEST)
    assert chance.by_intervals.low <= 0.05
    assert chance.by_counts.low <= 0.05
    assert clusters.by_counts.value >= 0.9
    assert clusters.dispersion > 2
    assert followed.followed_found == pytest.approx(followed.followed_true, abs=0.06)


@pytest.mark.slow
def test_synthetic_rates_are_near_the_truth_and_repeat_as_it_does() -> None:
    rates = repeated(Part.TEST)
    assert rates.found_to_true.value >= 0.95
    assert rates.halves_found.value >= rates.halves_true.value - 0.1


@pytest.mark.slow
def test_few_synthetic_rates_are_told_and_written(tmp_path: Path) -> None:
    few = patterns(Part.TEST, sessions=1)
    found = Measuring([], [], repeated(Part.TEST, sessions=3), few, timed(Part.TEST, sessions=1))
    assert "3 synthetic sessions" in tables(found)
    assert all(kind.name in tables(found) for kind in few.kinds)
    file = tmp_path / "figures.json"
    write(file, Part.TEST, [], found)
    assert '"found_to_true"' in file.read_text(encoding="utf-8")
