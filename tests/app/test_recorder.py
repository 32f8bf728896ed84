"""The folder of a session: what is in it while it grows, at its end, and when the disk refuses."""

import csv
import errno
from pathlib import Path

import numpy as np
import pytest

from fasciscope.acquisition import Delivery, Loss, Piece
from fasciscope.app.recorder import LOSSES_NAMED, Recorder
from fasciscope.core import (
    ChannelInfo,
    Event,
    Label,
    SampleBlock,
    StorageError,
    StreamInfo,
    UsageError,
)
from fasciscope.datasets.edf_writer import CountRange, EdfWriter
from fasciscope.datasets.session import CLOCK, EVENTS, WIRE, WIRE_TIMES, SessionFacts, open_session

RATE_HZ = 100.0
INFO = StreamInfo("a board", RATE_HZ, (ChannelInfo("a", 2.0), ChannelInfo("b", None)))
FACTS = SessionFacts(
    INFO,
    (CountRange(-100, 100, 2.0), CountRange(0, 1023, None)),
    "2026-11-23T12:00:00+00:00",
    "x",
    "virtual:x",
)


def seconds(first: int, n: int = 1) -> Delivery:
    uv = np.tile([[2.0, 7.0]], (round(n * RATE_HZ), 1))
    block = SampleBlock(INFO, round(first * RATE_HZ), uv, None, 1000.0 + first + n)
    return Delivery((block,))


def event(onset: int) -> Event:
    return Event(
        channel=0,
        channels=(0,),
        start_sample=onset,
        peak_sample=onset + 1,
        end_sample=onset + 3,
        label=Label.FASCICULATION,
        probability=0.9,
        amplitude_uv=12.0,
        snr=9.0,
        shape=1,
        reasons=("it stands alone",),
        flags=(),
    )


def test_events_clock_wire_and_remarks_are_written_as_they_come(tmp_path: Path) -> None:
    folder = tmp_path / "night"
    with Recorder(folder, FACTS, keep_wire=True) as recorder:
        for second in range(5):
            recorder.take_wire(Piece(b"abc", float(second)))
            recorder.take(seconds(second))
        recorder.take_event(event(30))
        recorder.annotate("marker m")
        recorder.take(Delivery(messages=("the board says hello",), notices=("overload",)))
        recorder.finish({})
    rows = list(csv.DictReader((folder / EVENTS).read_text("utf-8").splitlines(), delimiter="\t"))
    assert [(row["trial_type"], row["onset"]) for row in rows] == [("fasciculation", "0.3000")]
    clock = [line.split() for line in (folder / CLOCK).read_text().splitlines()[1:]]
    assert [int(sample) for sample, _ in clock] == [99, 199, 299, 399, 499]
    assert [float(at_s) for _, at_s in clock] == [1001.0, 1002.0, 1003.0, 1004.0, 1005.0]
    assert (folder / WIRE).read_bytes() == b"abc" * 5
    assert len((folder / WIRE_TIMES).read_text().splitlines()) == 6
    remarks = {a.text: a.onset_s for a in open_session(folder).annotations}
    assert remarks["fasciculation a"] == pytest.approx(0.3)
    assert remarks["marker m"] == pytest.approx(5.0)
    assert {"the board says hello", "overload"} <= set(remarks)


def test_losses_are_named_one_by_one_or_together_if_there_are_many(tmp_path: Path) -> None:
    losses = tuple(Loss(10 * k + 1, 2, 1, 3) for k in range(LOSSES_NAMED + 5))
    with Recorder(tmp_path / "s", FACTS) as recorder:
        recorder.take(Delivery(seconds(0, 3).blocks, losses))
        recorder.finish({})
    named = [a for a in open_session(tmp_path / "s").annotations if "lost" in a.text]
    assert len(named) == LOSSES_NAMED + 1
    assert named[0].text == "2 samples lost, 1 to 3"
    assert named[-1].text == "10 samples lost, 5 to 15"


def test_a_folder_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        Recorder(tmp_path, FACTS)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_disk_that_refuses_ends_it_once_and_keeps_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: EdfWriter, *_what: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def some(folder: Path) -> None:
        with Recorder(folder, FACTS) as recorder:
            recorder.take(seconds(0, 4))
            monkeypatch.setattr(EdfWriter, "write", full)
            monkeypatch.setattr(EdfWriter, "close", full)
            recorder.take(seconds(4))

    with pytest.raises(StorageError, match=r"No space left.*is kept.*repair"):
        some(tmp_path / "s")
    monkeypatch.undo()
    assert open_session(tmp_path / "s").n_samples == 400


def test_a_place_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot be written"):
        Recorder(tmp_path / "file" / "under", FACTS)
