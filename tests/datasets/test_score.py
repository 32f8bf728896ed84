"""Scores of whole event lists, from objects and from files."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fasciscope.core import Event, InputError, Label
from fasciscope.datasets import SCENARIOS, Truth, TruthEvent, score_events, score_files, synthesise
from fasciscope.datasets.score import score_marks
from fasciscope.datasets.score_epochs import cohen_kappa, macro_f1
from fasciscope.datasets.score_marks import Mark, overlap

TRUTH = synthesise(SCENARIOS["demo"]).truth


def event_of(true: TruthEvent, late: int = 0) -> Event:
    return Event(
        true.channel,
        true.start_sample + late,
        true.peak_sample + late,
        true.end_sample + late,
        true.label,
        0.9,
        true.amplitude_uv,
        true.snr,
    )


PERFECT = [event_of(event) for event in TRUTH.events]


def test_the_truth_scores_full_marks_against_itself() -> None:
    score = score_events(PERFECT, TRUTH)
    for points in score.points:
        assert (points.f1.value, points.false, points.missed) == (1.0, 0, 0)
        assert points.error_s == 0
        assert points.optional > 0
    assert all(state.f1.value == 1.0 for state in score.states if state.hits)
    assert score.epochs.kappa == pytest.approx(1.0)
    assert score.false_alarms == 0


def test_nothing_found_misses_all() -> None:
    score = score_events([], TRUTH)
    assert score.primary.hits == 0
    assert score.primary.missed == sum(
        e.label == Label.FASCICULATION and not e.optional for e in TRUTH.events
    )
    assert score.primary.f1.value == 0
    assert np.isnan(score.primary.ppv.value)


def test_lateness_beyond_15_ms_counts_only_at_50() -> None:
    late = [event_of(event, 60) for event in TRUTH.events if event.label == Label.FASCICULATION]
    score = score_events(late[:10], TRUTH)
    assert score.points[0].hits < 3
    assert score.points[1].hits + score.points[1].optional == 10
    assert score.points[1].error_s == pytest.approx(0.03, abs=1e-6)


def mark(label: Label, start: float, end: float, channel: str = "A", **more: object) -> Mark:
    return Mark(label, channel, start, (start + end) / 2, end, **more)  # type: ignore[arg-type]


FASCICULATION = Label.FASCICULATION


def test_optional_truth_is_neither_missed_nor_false() -> None:
    true = [
        mark(FASCICULATION, 1.0, 1.02),
        mark(FASCICULATION, 1.03, 1.05, optional=True),
        mark(FASCICULATION, 5.0, 5.02, optional=True),
    ]
    found = [mark(FASCICULATION, 1.0, 1.02), mark(FASCICULATION, 1.031, 1.051)]
    points = score_marks(found, true, ["A"], 60.0).primary
    assert (points.hits, points.false, points.missed, points.optional) == (1, 0, 0, 1)


def test_truth_that_must_be_found_comes_before_optional_truth() -> None:
    true = [mark(FASCICULATION, 1.0, 1.02, optional=True), mark(FASCICULATION, 1.012, 1.032)]
    points = score_marks([mark(FASCICULATION, 1.0, 1.02)], true, ["A"], 60.0).primary
    assert (points.hits, points.optional) == (1, 0)


def test_false_alarms_are_counted_on_rest_only() -> None:
    true = [mark(Label.CRAMP, 10, 40), mark(Label.NOT_ASSESSABLE, 35, 50)]
    found = [mark(FASCICULATION, t, t + 0.02) for t in (5.0, 20.0, 45.0, 55.0)]
    score = score_marks(found, true, ["A", "B"], 60.0)
    assert score.primary.false == 4
    assert score.false_alarms == 2
    assert score.rest_min == pytest.approx((20 + 60) / 60)
    assert score.false_alarms_per_min.value == pytest.approx(2 / (80 / 60))


def test_channels_are_not_confused() -> None:
    score = score_marks(
        [mark(FASCICULATION, 1, 1.02, "B")], [mark(FASCICULATION, 1, 1.02)], ["A", "B"], 10.0
    )
    assert (score.primary.hits, score.primary.false, score.primary.missed) == (0, 1, 1)


def test_states_pair_where_they_share_half_of_their_union() -> None:
    true = [mark(Label.CRAMP, 10, 30), mark(Label.CRAMP, 50, 60)]
    found = [mark(Label.CRAMP, 12, 31), mark(Label.CRAMP, 50, 54), mark(Label.VOLUNTARY, 70, 72)]
    cramp, voluntary, _ = score_marks(found, true, ["A"], 80.0).states
    assert (cramp.hits, cramp.false, cramp.missed) == (1, 1, 1)
    assert cramp.onset_error_s == pytest.approx(2.0)
    assert (voluntary.hits, voluntary.false) == (0, 1)


def test_overlap_is_symmetric_and_bounded() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        a, b = (mark(Label.CRAMP, *np.sort(rng.uniform(0, 10, 2))) for _ in range(2))
        assert overlap(a, b) == overlap(b, a)
        assert 0 <= overlap(a, b) <= 1
    assert overlap(a, a) == 1


def test_epochs_tell_states_apart_and_leave_out_what_was_lost() -> None:
    true = [
        mark(Label.CRAMP, 2, 5),
        mark(FASCICULATION, 7, 7.02),
        mark(Label.NOT_ASSESSABLE, 8, 10),
    ]
    found = [mark(Label.VOLUNTARY, 2, 5), mark(FASCICULATION, 7, 7.02)]
    epochs = score_marks(found, true, ["A"], 10.0).epochs
    table = np.array(epochs.confusion)
    at = {name: k for k, name in enumerate(epochs.states)}
    assert table.sum() == 8
    assert table[at["cramp"], at["voluntary"]] == 3
    assert table[at["rest"], at["rest"]] == 4
    assert table[at["fasciculation"], at["fasciculation"]] == 1


def test_kappa_and_macro_f1_match_a_worked_example() -> None:
    # Cohen's kappa, the textbook grant example: 20, 5, 10, 15 -> 0.4
    table = np.array([[20, 5], [10, 15]])
    assert cohen_kappa(table) == pytest.approx(0.4)
    assert macro_f1(table) == pytest.approx((40 / 55 + 30 / 45) / 2)
    assert np.isnan(cohen_kappa(np.zeros((2, 2), dtype=np.int64)))
    assert np.isnan(cohen_kappa(np.array([[5, 0], [0, 0]])))


def test_snr_bins_hold_every_truth_once() -> None:
    half = [event for n, event in enumerate(PERFECT) if n % 2]
    points = score_events(half, TRUTH).primary
    assert sum(of for *_, of in points.snr_bins) == points.hits + points.missed
    assert sum(hit for _, _, hit, _ in points.snr_bins) == points.hits


def test_exchanging_found_and_true_exchanges_false_and_missed() -> None:
    rng = np.random.default_rng(3)
    a, b = ([mark(FASCICULATION, t, t + 0.02) for t in rng.uniform(0, 20, n)] for n in (30, 40))
    one, two = (score_marks(x, y, ["A"], 20.0).primary for x, y in ((a, b), (b, a)))
    assert (one.hits, one.false, one.missed) == (two.hits, two.missed, two.false)
    assert one.f1 == two.f1


def test_files_score_as_objects_do(tmp_path: Path) -> None:
    found = PERFECT[::2]
    TRUTH.write(tmp_path / "truth.tsv")
    lines = [
        "onset\tduration\ttrial_type\tchannel\tpeak\tamplitude_uv\tsnr\tprobability\tshape\tflags\treasons"
    ]
    lines += [
        f"{e.start_sample / 2000:.4f}\t{(e.end_sample - e.start_sample) / 2000:.4f}\t{e.label}\t"
        f"{TRUTH.channels[e.channel]}\t{e.peak_sample / 2000:.4f}\tn/a\tn/a\t0.9\tn/a\tn/a\tn/a"
        for e in found
    ]
    (tmp_path / "events.tsv").write_text("\n".join(lines) + "\n")
    from_files = score_files(tmp_path / "events.tsv", tmp_path / "truth.tsv")
    from_objects = score_events(found, TRUTH)
    assert from_files.primary.f1 == from_objects.primary.f1
    assert from_files.primary.snr_bins == from_objects.primary.snr_bins
    assert from_files.rest_min == pytest.approx(from_objects.rest_min)
    for a, b in zip(from_files.states, from_objects.states, strict=True):
        assert (a.label, a.f1) == (b.label, b.f1)
    assert from_files.epochs.confusion == from_objects.epochs.confusion
    assert not from_files.assumed_length
    assert json.loads(json.dumps(from_files.as_dict(), allow_nan=False))["points"]


def test_an_events_file_can_stand_as_truth(tmp_path: Path) -> None:
    text = "onset\tduration\ttrial_type\tchannel\n1.0\t0.02\tfasciculation\tA\n"
    (tmp_path / "a.tsv").write_text(text)
    score = score_files(tmp_path / "a.tsv", tmp_path / "a.tsv")
    assert score.primary.f1.value == 1.0
    assert score.assumed_length


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("1.0\t-2\tecg\tA", "line 2: duration is -2"),
        ("1.0\t2\ttwitch\tA", "line 2: trial_type is 'twitch'; allowed are fasciculation"),
        ("one\t2\tecg\tA", "line 2: onset is 'one'"),
        ("1.0\t2\tecg\tB", "no channel in common: B against GM-R, TA-L"),
    ],
)
def test_a_wrong_events_file_is_refused_with_its_line(tmp_path: Path, line: str, says: str) -> None:
    TRUTH.write(tmp_path / "truth.tsv")
    (tmp_path / "events.tsv").write_text("onset\tduration\ttrial_type\tchannel\n" + line + "\n")
    with pytest.raises(InputError, match=says):
        score_files(tmp_path / "events.tsv", tmp_path / "truth.tsv")


def test_an_empty_truth_has_no_score_but_false_alarms() -> None:
    score = score_events(PERFECT[:3], replace(TRUTH, events=()))
    assert np.isnan(score.primary.sensitivity.value)
    assert score.false_alarms_per_min.value > 0
    assert Truth((), 10.0, (), 0).events == ()
