"""OpenBCI GUI text: real Ganglion files against the csv module, and counters with planted losses."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fasciscope.core import FasciscopeError, InputError, MissingFactError, Recording
from fasciscope.datasets import ReadOptions, open_recording

Real = Callable[[str], Path]

OLD = "%OpenBCI Raw EEG Data\n%\n%Sample Rate = 250.0 Hz\n%First Column = SampleIndex\n"
NEW = (
    "%OpenBCI Raw EXG Data\n%Number of channels = 4\n%Sample Rate = 200 Hz\n"
    "%Board = OpenBCI_GUI$BoardGanglionNative\n"
    "Sample Index, EXG Channel 0, EXG Channel 1, EXG Channel 2, EXG Channel 3, Accel Channel 0, "
    "Other, Timestamp, Timestamp (Formatted)\n"
)


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def numbers(recording: Recording) -> np.ndarray:
    return np.concatenate([np.arange(b.first_sample, b.end_sample) for b in recording.blocks()])


def clock(seconds: float) -> str:
    return f"10:{int(seconds // 60):02d}:{seconds % 60:06.3f}"


def cyton(kept: np.ndarray, modulus: int = 256, step: int = 1, timed: bool = True) -> str:
    rows = (
        f"{int(i) * step % modulus}, " + f"{i}.25, " * 8 + "0.0, 0.0, 1.0"
        + (f", {clock(i / 250)}" if timed else "") + "\n"
        for i in kept
    )  # fmt: skip
    return OLD + "".join(rows)


def ganglion(kept: np.ndarray) -> str:
    """BrainFlow's manner: 0 once, 1 to 100 twice."""
    index = np.concatenate(([0], np.repeat(np.arange(1, 101), 2)))
    rows = (
        f"{index[i % 201]}, {i}, 2, 3, 4, 0.5, 9, {1.7e9 + i / 200:.6f}, 2026-01-01 10:00:00.000\n"
        for i in kept
    )
    return NEW + "".join(rows)


def opened(tmp_path: Path, text: str, **options: object) -> Recording:
    path = tmp_path / "OpenBCI-RAW-a.txt"
    path.write_text(text)
    return open_recording(path, ReadOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["S02_S1REST", "S03_S1REST", "S07_S1R0"])
def test_real_ganglion_files_read_as_the_csv_module_reads_them(real: Real, name: str) -> None:
    path = real(f"openbci_ganglion/OpenBCI-RAW-{name}.txt")
    recording = open_recording(path)
    with path.open(newline="") as handle:
        rows = [row for row in csv.reader(handle) if not row[0].startswith("%")]
    truth = np.array([row[1:5] for row in rows], dtype=float)
    np.testing.assert_array_equal(signal(recording), truth)
    np.testing.assert_array_equal(numbers(recording), np.arange(len(truth)))
    assert recording.info.rate_hz == 200
    assert all(channel.uv_per_count == 1.0 for channel in recording.info.channels)


def test_lines_taken_out_of_a_real_file_are_gaps(real: Real, tmp_path: Path) -> None:
    lines = real("openbci_ganglion/OpenBCI-RAW-S02_S1REST.txt").read_text().splitlines()
    head, rows = lines[:6], lines[6:]
    kept = np.r_[0:150, 151:300, 340:1000, 1800:6000]
    text = "\n".join([*head, *(rows[i] for i in kept)]) + "\n"
    np.testing.assert_array_equal(numbers(opened(tmp_path, text)), kept)


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize(("modulus", "step"), [(256, 1), (201, 1), (101, 1), (256, 2)])
def test_lost_samples_are_gaps_however_the_counter_wraps(
    tmp_path: Path, modulus: int, step: int, timed: bool
) -> None:
    kept = np.arange(9000)
    cycle = -(-modulus // step)
    kept = kept[(kept != 300) & ~((kept > 5000) & (kept < 5000 + cycle - 1)) & (kept != 8191)]
    recording = opened(tmp_path, cyton(kept, modulus, step, timed))
    np.testing.assert_array_equal(numbers(recording), kept)
    np.testing.assert_array_equal(signal(recording)[:, 7], kept + 0.25)
    assert recording.info.n_channels == 8


@pytest.mark.parametrize("writer", [cyton, ganglion])
def test_whole_lost_cycles_are_told_by_the_clock(
    tmp_path: Path, writer: Callable[[np.ndarray], str]
) -> None:
    kept = np.r_[0:1000, 1699:4001, 8999:9300]
    np.testing.assert_array_equal(numbers(opened(tmp_path, writer(kept))), kept)


def test_a_stalled_radio_that_catches_up_loses_nothing(tmp_path: Path) -> None:
    rows = cyton(np.arange(3000)).splitlines()[4:]
    late = [
        row.rpartition(", ")[0] + f", {clock(max(i / 250, 8.0) if i >= 1000 else i / 250)}"
        for i, row in enumerate(rows)
    ]
    recording = opened(tmp_path, OLD + "\n".join(late) + "\n")
    np.testing.assert_array_equal(numbers(recording), np.arange(3000))


def test_version_5_reads_by_its_column_names(tmp_path: Path) -> None:
    kept = np.r_[0:500, 513:1500]
    recording = opened(tmp_path, ganglion(kept))
    np.testing.assert_array_equal(numbers(recording), kept)
    np.testing.assert_array_equal(signal(recording)[:, 0], kept)
    assert [c.name for c in recording.info.channels] == [f"EXG Channel {i}" for i in range(4)]
    assert recording.info.rate_hz == 200
    assert (
        opened(tmp_path, ganglion(kept), channels=("2",)).info.channels[0].name == "EXG Channel 1"
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (OLD, "no sample"),
        (OLD + "0, 1, 2\n", "rows of 3 cells"),
        (NEW, "no sample"),
        (NEW.replace("EXG C", "ABC C") + "0, 1, 2, 3, 4, 5, 6, 7, 8\n", "Was the file edited"),
        (cyton(np.arange(20)) + "x\n", "line 25: 1 cells"),
        (cyton(np.arange(20)) + "n, " + "1, " * 8 + "0, 0, 1, 10:00:00.0\n", "line 25"),
        (cyton(np.arange(20)) + "1.5, " + "1, " * 8 + "0, 0, 1, 10:00:00.0\n", "line 25: the sample c"),
    ],
)  # fmt: skip
def test_damaged_files_are_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        signal(opened(tmp_path, text))


def test_a_file_without_rate_asks_for_it(tmp_path: Path) -> None:
    text = cyton(np.arange(20)).replace("%Sample Rate = 250.0 Hz\n", "")
    with pytest.raises(MissingFactError, match="--rate"):
        opened(tmp_path, text)
    assert opened(tmp_path, text, rate_hz=250.0).info.rate_hz == 250


def test_a_counter_without_one_number_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 5"):
        signal(opened(tmp_path, OLD + "nan, 0, 0, 0, 0, 0, 0, 0\n"))


ROWS = st.lists(
    st.lists(st.sampled_from(["0", "1", "255", "-3", "nan", "1e300", "x", "10:00:00.1", ""]), max_size=14)
    .map(", ".join),
    max_size=10,
).map("\n".join)  # fmt: skip


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from([OLD, NEW, "%OpenBCI Raw EEG Data\n"]), st.one_of(ROWS, st.text(max_size=99))
)
def test_any_text_after_the_magic_reads_or_is_refused(tmp_path: Path, head: str, body: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes((head + body).encode("utf-8", "replace"))
    try:
        got = numbers(open_recording(path))
    except FasciscopeError:
        return
    assert (np.diff(got) > 0).all()
