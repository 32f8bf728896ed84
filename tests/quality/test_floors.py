"""Floors under the benchmark's figures, on seeded data of its test part. They may only rise.

The quick ones are a part of it; the whole takes minutes. Synthetic and composed signals are not patients.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy.case import Part
from benchmarks.accuracy.material import DATA
from benchmarks.accuracy.run import ALL, Row, run

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks/accuracy/results.json"

F1 = {
    ("placed", ">= 8"): 0.97,
    ("placed", "8-12"): 0.955,
    ("placed", "12-25"): 0.98,
    ("placed", "5-8"): 0.78,
    ("placed, lively", ">= 8"): 0.945,
    ("placed, lively", "5-8"): 0.72,
    ("coarse boards", "tier B: 500 Hz"): 0.97,
    ("coarse boards", "tier C: 250 Hz"): 0.91,
    ("disturbed", ALL): 0.94,
    ("mixed", ALL): 0.95,
}
FALSE_PER_MIN = {
    ("rest", ALL): 0.2,
    ("movement", ALL): 0.8,
    ("tonic unit", ALL): 0.3,
    ("brief jerks", ALL): 0.4,
    ("contraction", ALL): 0.4,
}
STATES = {
    ("cramp", "sensitivity"): 0.83,
    ("cramp", "ppv"): 0.95,
    ("voluntary", "sensitivity"): 0.88,
    ("voluntary", "ppv"): 0.85,
}
TOGETHER_SUITES = ["contraction", "led", "paced", "cramp", "wayward"]
TOLD_APART = {"synthetic, cramp": "cramp", "synthetic, contraction": "voluntary"}


def by_name(rows: list[Row]) -> dict[tuple[str, str], Any]:
    return {(row.suite, row.band): row for row in rows}


@pytest.fixture(autouse=True)
def _libraries(request: pytest.FixtureRequest) -> None:
    if "synthetic" in request.node.name:
        return
    if not DATA.exists():
        pytest.skip("no real recordings here")
    for name in ("neo", "h5py"):
        pytest.importorskip(name)


def test_rest_holds_next_to_no_false_alarm() -> None:
    row = by_name(run(Part.TEST, ["rest"]))["rest", ALL]
    assert row.figures.minutes > 2
    assert row.figures.false_per_min.value <= FALSE_PER_MIN["rest", ALL]
    assert row.live_same == row.live_cases > 0


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["placed", "lively", "coarse", "disturbed", "composed"])
def test_potentials_are_found(suite: str) -> None:
    rows = by_name(run(Part.TEST, [suite], 2))
    for key in rows.keys() & F1.keys():
        assert rows[key].figures.f1.value >= F1[key], key
    assert rows.keys() & F1.keys()
    whole = next(row for (_, band), row in rows.items() if band == ALL)
    assert whole.figures.late_ms <= 1.0
    assert whole.figures.calibration_error <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["movement", "tonic", "jerks", "contraction"])
def test_activity_by_will_is_hardly_ever_called_fasciculation(suite: str) -> None:
    rows = by_name(run(Part.TEST, [suite], 2))
    (key,) = rows.keys() & FALSE_PER_MIN.keys()
    assert rows[key].figures.false_per_min.value <= FALSE_PER_MIN[key]


@pytest.mark.slow
def test_cramps_and_real_contractions_are_told_apart() -> None:
    rows = by_name(run(Part.TEST, TOGETHER_SUITES, 2))
    figures = rows["cramps and contractions", ALL].figures
    for (label, figure), least in STATES.items():
        assert figures.states[label][figure].value >= least, (label, figure)
    assert max(figures.onset_s) <= 1.0


@pytest.mark.slow
def test_all_evoked_potentials_are_found() -> None:
    row = by_name(run(Part.TEST, ["evoked"]))["evoked potentials", ALL]
    assert (row.figures.hits, row.figures.missed) == (40, 0)


def test_synthetic_cramps_and_contractions_are_told_apart() -> None:
    rows = by_name(run(Part.TEST, ["sustained"], 2))
    for suite, label in TOLD_APART.items():
        told = rows[suite, ALL].figures.states[label]
        assert told["sensitivity"].value == told["ppv"].value == 1.0


@pytest.mark.slow
def test_synthetic_cramps_and_contractions_are_told_apart_in_a_hundred_sessions() -> None:
    rows = by_name(run(Part.TEST, ["sustained"], 50))
    for suite, label in TOLD_APART.items():
        told = rows[suite, ALL].figures.states[label]
        assert told["sensitivity"].value >= 0.95
        assert told["ppv"].value >= 0.95


@pytest.mark.slow
def test_synthetic_rhythms_are_hardly_ever_called_fasciculation() -> None:
    for (_, band), row in by_name(run(Part.TEST, ["rhythms"], 2)).items():
        assert row.figures.false <= 0.01 * 100 * row.figures.cases, band


def test_the_published_figures_are_above_the_floors() -> None:
    """What docs/accuracy.md shows is the file that the benchmark wrote."""
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"]
    ours = {(r["suite"], r["band"]): r["figures"] for r in rows if r["finder"] == "fasciscope"}
    for key, least in F1.items():
        assert ours[key]["f1"]["value"] >= least, key
    for key, most in FALSE_PER_MIN.items():
        assert ours[key]["false_per_min"]["value"] <= most, key
    states = ours["cramps and contractions", ALL]["states"]
    for (label, figure), least in STATES.items():
        assert states[label][figure]["value"] >= least, (label, figure)
