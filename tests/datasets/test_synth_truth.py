"""The truth file: what is written is read again, and what is wrong is refused by line."""

from pathlib import Path

import pytest

from fasciscope.core import InputError, Label, StorageError
from fasciscope.datasets import SCENARIOS, Truth, TruthEvent, read_truth, synthesise


def test_truth_survives_the_way_through_its_file(tmp_path: Path) -> None:
    truth = synthesise(SCENARIOS["demo"]).truth
    truth.write(tmp_path / "truth.tsv")
    again = read_truth(tmp_path / "truth.tsv", truth.rate_hz)
    assert (again.rate_hz, again.channels, again.n_samples) == (
        truth.rate_hz,
        truth.channels,
        truth.n_samples,
    )
    assert len(again.events) == len(truth.events)
    for a, b in zip(again.events, truth.events, strict=True):
        assert (a.label, a.channel, a.start_sample, a.peak_sample, a.end_sample) == (
            b.label,
            b.channel,
            b.start_sample,
            b.peak_sample,
            b.end_sample,
        )
        assert (a.unit, a.ingredient, a.flags) == (b.unit, b.ingredient, b.flags)
        assert a.snr == (None if b.snr is None else pytest.approx(b.snr, rel=1e-5))
    assert not list(tmp_path.glob("*.part"))


def test_a_quiet_recording_still_says_how_long_it_is(tmp_path: Path) -> None:
    Truth((), 500.0, ("A", "B"), 5000).write(tmp_path / "t.tsv")
    assert read_truth(tmp_path / "t.tsv", 500.0) == Truth((), 500.0, ("A", "B"), 5000)


def test_events_are_picked_by_label_and_channel() -> None:
    events = tuple(TruthEvent(Label.ECG, c, 10, 11, 12, "ecg") for c in (0, 1, 1))
    truth = Truth(events, 100.0, ("A", "B"), 100)
    assert len(truth.of(Label.ECG)) == 3
    assert len(truth.of(Label.ECG, 1)) == 2
    assert truth.of(Label.CRAMP) == ()


@pytest.mark.parametrize("flag", ["echo", "collision", "overlap", "lost"])
def test_what_nobody_can_find_is_optional(flag: str) -> None:
    assert TruthEvent(Label.FASCICULATION, 0, 1, 2, 3, "f", flags=("doublet", flag)).optional
    assert not TruthEvent(Label.FASCICULATION, 0, 1, 2, 3, "f", flags=("doublet",)).optional


HEAD = "onset\tduration\ttrial_type\tchannel\tpeak\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("onset,duration\n", "line 1: no column"),
        (HEAD + "0\t10\trecording\tA\tn/a\nx\t1\tecg\tA\t1\n", "line 3: onset is 'x'"),
        (HEAD + "0\t10\trecording\tA\tn/a\n1\t1\tnonsense\tA\t1\n", "line 3: trial_type"),
        (HEAD + "0\t10\trecording\tA\n", "line 2: 4 cells under 5 columns"),
        (HEAD + "0\tinf\trecording\tA\tn/a\n", "line 2: duration is 'inf'"),
        (HEAD, "no 'recording' row"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "t.tsv").write_text(text)
    with pytest.raises(InputError, match=says):
        read_truth(tmp_path / "t.tsv", 1000.0)


def test_an_absent_or_binary_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_truth(tmp_path / "none.tsv", 1000.0)
    (tmp_path / "b.tsv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="UTF-8"):
        read_truth(tmp_path / "b.tsv", 1000.0)


def test_an_unwritable_place_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        Truth((), 1.0, ("A",), 1).write(tmp_path / "no" / "t.tsv")
