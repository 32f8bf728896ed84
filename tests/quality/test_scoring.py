"""What the benchmark asks for, and what it does not."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.accuracy.case import Case, recording_of
from benchmarks.accuracy.score import tally
from benchmarks.accuracy.suites import bands
from fasciscope.core import Event, Label
from fasciscope.datasets.synth import Truth, TruthEvent

RATE_HZ = 100.0
N = 6000


def truth_of(*events: TruthEvent) -> Truth:
    return Truth(events, RATE_HZ, ("EMG1",), N)


def case_of(truth: Truth, band: str = "") -> Case:
    return Case("test", "nobody", recording_of(np.zeros(N), RATE_HZ), truth, band)


def sustained(label: Label, start_s: float, end_s: float, snr: float | None = 20.0) -> TruthEvent:
    start, end = round(start_s * RATE_HZ), round(end_s * RATE_HZ)
    return TruthEvent(label, 0, start, (start + end) // 2, end, "drawn", snr=snr)


def found(label: Label, start_s: float, end_s: float) -> Event:
    start, end = round(start_s * RATE_HZ), round(end_s * RATE_HZ)
    return Event(0, start, start, end, label, 0.9, snr=20.0)


CRAMP = sustained(Label.CRAMP, 10, 40)


def test_a_contraction_inside_a_cramp_is_neither_missed_nor_wrong() -> None:
    inside = sustained(Label.VOLUNTARY, 20, 24)
    alone = tally(case_of(truth_of(CRAMP, inside)), [found(Label.CRAMP, 10, 40)])
    both = [found(Label.CRAMP, 10, 40), found(Label.VOLUNTARY, 20, 24)]
    assert alone.states[Label.CRAMP] == (1, 0, 0)
    assert Label.VOLUNTARY not in alone.states or alone.states[Label.VOLUNTARY] == (0, 0, 0)
    assert tally(case_of(truth_of(CRAMP, inside)), both).states == alone.states


def test_what_is_not_above_the_noise_is_not_asked_for() -> None:
    faint = sustained(Label.VOLUNTARY, 50, 55, snr=1.2)
    assert tally(case_of(truth_of(CRAMP, faint)), []).states[Label.CRAMP] == (0, 0, 1)


def test_a_contraction_beside_a_cramp_is_asked_for() -> None:
    beside = sustained(Label.VOLUNTARY, 38, 50)
    assert tally(case_of(truth_of(CRAMP, beside)), []).states[Label.VOLUNTARY] == (0, 0, 1)


@pytest.mark.parametrize(("n", "often"), [(2, "0.5-5"), (12, "5-20"), (30, "20-60")])
def test_strong_potentials_are_told_by_how_often_they_come(n: int, often: str) -> None:
    events = [
        TruthEvent(Label.FASCICULATION, 0, at, at + 1, at + 3, "unit")
        for at in np.linspace(100, 5900, n).astype(int).tolist()
    ]
    case = case_of(truth_of(*events), "8-12")
    assert bands(case) == ["8-12", ">= 8", f">= 8, {often} a minute", "all"]
    assert bands(case_of(truth_of(*events), "5-8")) == ["5-8", "all"]


def test_what_lies_where_nobody_knows_is_neither_right_nor_wrong() -> None:
    here = TruthEvent(Label.FASCICULATION, 0, 1000, 1001, 1003, "unit")
    case = replace(case_of(truth_of(here)), known=((900, 1200),))
    inside, outside = (
        Event(0, at, at + 1, at + 3, Label.FASCICULATION, 0.9) for at in (1100, 3000)
    )
    counted = tally(case, [inside, outside])
    assert (counted.hits, counted.missed, counted.false) == (0, 1, 1)
    assert counted.minutes == pytest.approx(3.0 / 60)
    dead = Event(0, 1000, 1000, 2000, Label.NOT_ASSESSABLE, 1.0)
    assert tally(case, [dead]).minutes == pytest.approx(1.0 / 60)
