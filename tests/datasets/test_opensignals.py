"""OpenSignals text: a real BITalino file, data-sheet arithmetic, lost packets."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fasciscope.core import FasciscopeError, Flag, InputError, MissingFactError, Recording
from fasciscope.datasets import ReadOptions, open_recording
from fasciscope.datasets.opensignals import transfer_uv_per_count

Real = Callable[[str], Path]
MAGIC = "# OpenSignals Text File Format\n"

BITALINO = {
    "sensor": ["EMG"], "device name": "aa", "column": ["nSeq", "I1", "I2", "O1", "O2", "A1"],
    "time": "7:3:47.29", "date": "2016-6-11", "device": "bitalino_rev", "sampling rate": 1000,
    "label": ["A1"], "resolution": [4, 1, 1, 1, 1, 10],
}  # fmt: skip
PLUX = {
    "sensor": ["EMG", "ECG"], "device name": "bb", "column": ["nSeq", "DI", "CH1", "CH2"],
    "device": "biosignalsplux", "sampling rate": 1000, "label": ["CH1", "CH2"],
    "resolution": [16, 16],
}  # fmt: skip


def text(devices: list[dict[str, Any]], rows: list[list[int]]) -> str:
    head = json.dumps({f"mac{i}": device for i, device in enumerate(devices)})
    body = "".join("\t".join(map(str, row)) + "\t\n" for row in rows)
    return f"{MAGIC}# {head}\n# EndOfHeader\n{body}"


def opened(tmp_path: Path, content: str, **options: object) -> Recording:
    path = tmp_path / "a.txt"
    path.write_text(content)
    return open_recording(path, ReadOptions(**options))  # type: ignore[arg-type]


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def numbers(recording: Recording) -> np.ndarray:
    return np.concatenate([np.arange(b.first_sample, b.end_sample) for b in recording.blocks()])


def test_an_ecg_is_read_only_when_asked_for(real: Real) -> None:
    path = real("opensignals/SampleECG.txt")
    with pytest.raises(MissingFactError, match="--channels"):
        open_recording(path)
    recording = open_recording(path, ReadOptions(channels=("A2",)))
    counts = np.loadtxt(path)[:, 5]
    np.testing.assert_allclose(signal(recording)[:, 0], (counts / 1024 - 0.5) * 3.3 / 1100 * 1e6)
    np.testing.assert_array_equal(numbers(recording), np.arange(22_350))
    assert recording.info.rate_hz == 1000
    assert recording.provenance.start_time == "2016-6-11T7:3:47.29"


def test_lines_taken_out_of_a_real_file_are_gaps(real: Real, tmp_path: Path) -> None:
    lines = real("opensignals/SampleECG.txt").read_text().splitlines()
    kept = np.r_[0:5, 6:16, 20:9000, 9010:22_350]
    content = "\n".join([*lines[:3], *(lines[3 + i] for i in kept)]) + "\n"
    np.testing.assert_array_equal(numbers(opened(tmp_path, content, channels=("A2",))), kept)


@pytest.mark.parametrize("count", [0, 1, 511, 512, 700, 1023])
def test_bitalinos_emg_is_that_of_the_data_sheet(tmp_path: Path, count: int) -> None:
    rows = [[i % 16, 1, 1, 0, 0, count] for i in range(40)]
    recording = opened(tmp_path, text([BITALINO], rows))
    np.testing.assert_allclose(signal(recording), (count / 1024 - 0.5) * 3.3 / 1009 * 1e6)
    assert recording.info.resolution_uv == pytest.approx(3.194, abs=1e-3)
    (block,) = recording.blocks()
    assert (block.flags is not None) == (count in (0, 1023))
    assert block.flags is None or (block.flags == Flag.CLIPPED).all()


def test_biosignalsplux_takes_its_emg_channel(tmp_path: Path) -> None:
    rows = [[i, 0, 30_000 + i, 5] for i in range(3000)]
    recording = opened(tmp_path, text([PLUX], rows))
    truth_mv = ((30_000 + np.arange(3000)) / 2**16 - 0.5) * 3 / 1000 * 1000
    np.testing.assert_allclose(signal(recording)[:, 0], truth_mv * 1e3)
    assert [c.name for c in recording.info.channels] == ["CH1"]
    assert "CH2" in recording.provenance.notes[0]


def test_two_devices_stand_side_by_side(tmp_path: Path) -> None:
    rows = [[i % 16, 1, 1, 0, 0, 512, i, 0, 32_768, 1] for i in range(100)]
    recording = opened(tmp_path, text([BITALINO, PLUX], rows))
    assert [c.name for c in recording.info.channels] == ["A1 aa", "CH1 bb"]
    np.testing.assert_allclose(signal(recording), 0.0)


def test_units_of_the_person_come_first(tmp_path: Path) -> None:
    content = text([BITALINO], [[i % 16, 1, 1, 0, 0, 600] for i in range(40)])
    raw = opened(tmp_path, content, unit="counts")
    assert raw.info.channels[0].uv_per_count is None
    np.testing.assert_array_equal(signal(raw), 600)


def test_a_sensor_without_data_sheet_needs_a_unit(tmp_path: Path) -> None:
    content = text([BITALINO | {"sensor": ["RAW"]}], [[i % 16, 1, 1, 0, 0, 6] for i in range(40)])
    with pytest.raises(MissingFactError, match="--unit"):
        opened(tmp_path, content, channels=("A1",))
    assert transfer_uv_per_count("bitalino", "EDA", 10) is None
    assert transfer_uv_per_count("biosignalsplux", "EMG", 16) == pytest.approx(0.045776, rel=1e-4)


@pytest.mark.parametrize(
    "content",
    [
        MAGIC, MAGIC + "# not json\n1\t2\n", MAGIC + "# []\n1\t2\n", MAGIC + "# {}\n1\t2\n",
        text([BITALINO | {"resolution": [10**6] * 6}], [[0] * 6]),
        text([BITALINO | {"sampling rate": "nan"}], [[0] * 6]),
        text([BITALINO | {"sampling rate": 0}], [[0] * 6]),
        text([BITALINO | {"label": ["a"] * 9}], [[0] * 6]),
        text([BITALINO], [[0] * 3]), text([BITALINO], [[0] * 6, [0] * 3, [0] * 6]),
        text([BITALINO], [[99] * 6]), text([BITALINO], []),
    ],
)  # fmt: skip
def test_damaged_files_are_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError):
        signal(opened(tmp_path, content))


JSON = st.recursive(
    st.one_of(
        st.none(), st.integers(-9, 99), st.floats(), st.sampled_from(["EMG", "bitalino", "A1"])
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from(sorted(BITALINO)), JSON, max_size=2), st.text(max_size=50))
def test_any_header_reads_or_is_refused(tmp_path: Path, change: dict[str, Any], tail: str) -> None:
    path = tmp_path / "a.txt"
    content = text([BITALINO | change], [[i % 16, 1, 1, 0, 0, 6] for i in range(5)]) + tail
    path.write_bytes(content.encode("utf-8", "replace"))
    try:
        assert np.isfinite(signal(open_recording(path))).all()
    except FasciscopeError:
        return


def test_a_counter_whose_width_is_not_told_goes_on_and_wraps_where_it_must(tmp_path: Path) -> None:
    for wrap in (1 << 8, 1 << 16, 1 << 32):
        kept = np.r_[0:300, 320:70_000]
        rows = [[(wrap - 250 + int(i)) % wrap, 0, 30_000, 5] for i in kept]
        np.testing.assert_array_equal(numbers(opened(tmp_path, text([PLUX], rows))), kept)


def test_a_counter_that_stands_still_is_refused_with_its_line(tmp_path: Path) -> None:
    rows = [[i, 0, 30_000, 5] for i in [*range(100), 99]]
    with pytest.raises(InputError, match="line 104: the sample counter stands still"):
        signal(opened(tmp_path, text([PLUX], rows)))
