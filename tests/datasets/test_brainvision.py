"""BrainVision: the real TMS recording against MNE, and headers in the manners that the format allows."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fasciscope.core import FasciscopeError, Flag, InputError, Recording, UnsupportedError
from fasciscope.datasets import ReadOptions, open_recording

Real = Callable[[str], Path]

HEADER = """Brain Vision Data Exchange Header File Version 1.0
; a remark
[Common Infos]
DataFile={stem}.eeg
MarkerFile={stem}.vmrk
DataFormat=BINARY
DataOrientation={orientation}
NumberOfChannels=2
SamplingInterval=1000

[Binary Infos]
BinaryFormat={form}

[Channel Infos]
Ch1=left\\1 arm,,0.5,µV,more
Ch2=EMG2,,0.001,mV
"""
MARKERS = "Brain Vision Data Exchange Marker File, Version 1.0\n[Marker Infos]\n"


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def numbers(recording: Recording) -> np.ndarray:
    return np.concatenate([np.arange(b.first_sample, b.end_sample) for b in recording.blocks()])


def counts(n: int = 3000) -> np.ndarray:
    return np.random.default_rng(3).integers(-999, 999, (n, 2))


def file(
    tmp_path: Path,
    values: np.ndarray,
    form: str = "INT_16",
    orientation: str = "MULTIPLEXED",
    markers: str = "",
    encoding: str = "utf-8",
) -> Path:
    dtype = {"INT_16": "<i2", "INT_32": "<i4", "IEEE_FLOAT_32": "<f4"}[form]
    stored = values.T if orientation == "VECTORIZED" else values
    (tmp_path / "a.eeg").write_bytes(np.ascontiguousarray(stored).astype(dtype).tobytes())
    (tmp_path / "a.vmrk").write_text(MARKERS + markers, encoding=encoding)
    header = HEADER.format(stem="a", orientation=orientation, form=form)
    (tmp_path / "a.vhdr").write_text(header, encoding=encoding)
    return tmp_path / "a.vhdr"


def test_the_real_recording_reads_as_mne_reads_it(real: Real) -> None:
    mne = pytest.importorskip("mne")
    path = real("brainvision_tms/Example Data 1.vhdr")
    recording = open_recording(path)
    truth = mne.io.read_raw_brainvision(path, verbose="ERROR")
    np.testing.assert_allclose(signal(recording), truth.get_data().T * 1e6, atol=1e-9)
    assert [c.name for c in recording.info.channels] == truth.ch_names
    assert recording.info.rate_hz == truth.info["sfreq"]
    assert recording.info.resolution_uv == 0.5


def test_pulses_stand_where_the_manifests_own_list_has_them(real: Real) -> None:
    recording = open_recording(real("brainvision_tms/Example Data 1.vhdr"))
    told = json.loads(real("brainvision_tms/Example Data 1.events.json").read_text())
    pulses = [mark.onset_s for mark in recording.annotations if mark.text == "S255"]
    np.testing.assert_allclose(pulses, told["events"]["TMS"], atol=1e-4)


@pytest.mark.parametrize("ending", [".eeg", ".vmrk"])
def test_any_of_the_three_files_opens_the_recording(real: Real, ending: str) -> None:
    path = real("brainvision_tms/Example Data 1.vhdr")
    assert open_recording(path.with_suffix(ending)).n_samples == open_recording(path).n_samples


@pytest.mark.parametrize("form", ["INT_16", "INT_32", "IEEE_FLOAT_32"])
@pytest.mark.parametrize("orientation", ["MULTIPLEXED", "VECTORIZED"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_every_layout_of_the_format_reads_the_same(
    tmp_path: Path, form: str, orientation: str, encoding: str
) -> None:
    path = file(tmp_path, counts(), form, orientation, encoding=encoding)
    # the first name is that of an arm, not of EMG: both are asked for
    recording = open_recording(path, ReadOptions(channels=("1", "2")))
    np.testing.assert_allclose(signal(recording), counts() * [0.5, 1.0])
    assert [c.name for c in recording.info.channels] == ["left, arm", "EMG2"]
    assert recording.info.rate_hz == 1000


def test_a_run_at_the_rail_is_clipped(tmp_path: Path) -> None:
    values = counts()
    values[100:120, 1] = 32767
    blocks = list(open_recording(file(tmp_path, values), ReadOptions(channels=("2",))).blocks())
    flags = np.concatenate(
        [np.zeros(b.uv.shape, np.uint8) if b.flags is None else b.flags for b in blocks]
    )
    assert np.flatnonzero(flags[:, 0] == Flag.CLIPPED).tolist() == list(range(100, 120))


def test_a_pause_is_a_gap_as_long_as_its_dates_say(tmp_path: Path) -> None:
    markers = (
        "Mk1=New Segment,,1,1,0,20260101120000000000\n"
        "Mk2=Stimulus,S  1,501,1,0\n"
        "Mk3=New Segment,,1001,1,0,20260101120003500000\n"
        "Mk4=Comment,moved\\1 stood,1501,200,0\n"
    )
    recording = open_recording(file(tmp_path, counts(), markers=markers))
    np.testing.assert_array_equal(numbers(recording), np.r_[0:1000, 3500:5500])
    assert [(m.onset_s, m.duration_s, m.text) for m in recording.annotations] == [
        (0.5, 0.0, "S  1"),
        (4.0, 0.2, "moved, stood"),
    ]
    assert recording.provenance.start_time == "2026-01-01T12:00:00"
    assert recording.n_samples == 5500


def test_a_pause_of_unknown_length_is_a_gap_with_a_note(tmp_path: Path) -> None:
    markers = "Mk1=New Segment,,1,1,0,00000000000000000000\nMk2=New Segment,,1001,1,0\n"
    recording = open_recording(file(tmp_path, counts(), markers=markers))
    np.testing.assert_array_equal(numbers(recording), np.r_[0:1000, 1001:3001])
    assert "unknown length" in " ".join(recording.provenance.notes)


def test_segments_that_adjoin_by_their_dates_are_one_stretch(tmp_path: Path) -> None:
    markers = (
        "Mk1=New Segment,,1,1,0,20260101120000000000\n"
        "Mk2=New Segment,,1001,1,0,20260101120001000000\n"
    )
    recording = open_recording(file(tmp_path, counts(), markers=markers))
    np.testing.assert_array_equal(numbers(recording), np.arange(3000))
    assert "unknown length" not in " ".join(recording.provenance.notes)


def test_dates_that_run_backwards_are_a_pause_of_unknown_length(tmp_path: Path) -> None:
    markers = (
        "Mk1=New Segment,,1,1,0,20260101120100000000\n"
        "Mk2=New Segment,,1001,1,0,20260101120000000000\n"
    )
    recording = open_recording(file(tmp_path, counts(), markers=markers))
    np.testing.assert_array_equal(numbers(recording), np.r_[0:1000, 1001:3001])
    assert "unknown length" in " ".join(recording.provenance.notes)


def test_renamed_files_and_a_header_without_markers_are_read(tmp_path: Path) -> None:
    path = file(tmp_path, counts())
    for ending in (".vhdr", ".eeg"):
        (tmp_path / f"a{ending}").rename(tmp_path / f"b{ending}")
    path = tmp_path / "b.vhdr"
    path.write_text(path.read_text().replace("MarkerFile=a.vmrk\n", ""))
    assert open_recording(path).n_samples == 3000


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("Brain Vision Data", "Something", "begins"),
        ("DataFile=a.eeg", "DataFile=../a.eeg", "own folder"),
        ("SamplingInterval=1000", "SamplingInterval=0", "interval"),
        ("SamplingInterval=1000", "SamplingInterval=x", "no whole"),
        ("NumberOfChannels=2", "NumberOfChannels=7", "no whole"),
        ("NumberOfChannels=2\n", "", "no whole"),
        ("[Channel Infos]", "[Other]", "no whole"),
        (",,0.5,", ",,0,", "resolution"),
        ("=BINARY", "=ASCII", "as text"),
        ("=INT_16", "=INT_12", "binary format"),
    ],
)
def test_damaged_headers_are_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    path = file(tmp_path, counts())
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError, match=what):
        open_recording(path)


@pytest.mark.parametrize("lost", [1, 2, 3, 401, 11_995])
def test_of_samples_that_were_cut_short_the_whole_ones_are_read(tmp_path: Path, lost: int) -> None:
    path = file(tmp_path, counts(), markers="Mk1=Comment,late,2999,1,0\nMk2=Comment,soon,1,1,0\n")
    data = tmp_path / "a.eeg"
    data.write_bytes(data.read_bytes()[:-lost])
    recording = open_recording(path, ReadOptions(channels=("1", "2")))
    n = (12_000 - lost) // 4
    np.testing.assert_allclose(signal(recording), counts()[:n] * [0.5, 1.0])
    assert recording.n_samples == n
    assert recording.provenance.notes[0] == (
        f"The recording is cut short: {n} samples are whole, {(-lost) % 4} bytes are left over."
    )
    assert [m.text for m in recording.annotations] == (["soon", "late"] if n >= 2998 else ["soon"])
    assert ("1 markers behind" in " ".join(recording.provenance.notes)) == (n < 2998)


def test_a_cut_between_two_samples_is_seen_by_the_number_that_the_header_tells(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, counts())
    path.write_text(path.read_text().replace("[Common Infos]", "[Common Infos]\nDataPoints=3000"))
    assert open_recording(path, ReadOptions(channels=("2",))).provenance.notes == ()
    data = tmp_path / "a.eeg"
    data.write_bytes(data.read_bytes()[:4000])
    recording = open_recording(path)
    assert recording.provenance.notes[0] == (
        "The recording is cut short: 1000 of 3000 samples are there."
    )
    np.testing.assert_array_equal(numbers(recording), np.arange(1000))


def test_the_real_recording_cut_mid_way_reads_as_far_as_it_goes(real: Real, tmp_path: Path) -> None:
    whole = real("brainvision_tms/Example Data 1.vhdr")
    for ending in (".vhdr", ".vmrk"):
        (tmp_path / f"a{ending}").write_bytes(whole.with_suffix(ending).read_bytes())
    raw = whole.with_suffix(".eeg").read_bytes()
    (tmp_path / "a.eeg").write_bytes(raw[: len(raw) // 2 + 1])
    got, truth = signal(open_recording(tmp_path / "a.vhdr")), signal(open_recording(whole))
    assert len(truth) // 2 - 1 <= len(got) <= len(truth) // 2
    np.testing.assert_array_equal(got, truth[: len(got)])


@pytest.mark.parametrize("orientation", ["MULTIPLEXED", "VECTORIZED"])
@pytest.mark.parametrize("size", [0, 3])
def test_samples_of_which_none_is_whole_are_refused(
    tmp_path: Path, orientation: str, size: int
) -> None:
    path = file(tmp_path, counts(), orientation=orientation)
    (tmp_path / "a.eeg").write_bytes(bytes(size))
    with pytest.raises(InputError, match=f"has {size} bytes, not one sample of 2 channels"):
        open_recording(path)


def test_cut_samples_that_stand_channel_after_channel_are_refused(tmp_path: Path) -> None:
    path = file(tmp_path, counts(), orientation="VECTORIZED")
    data = tmp_path / "a.eeg"
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"after the other\. It was cut short"):
        open_recording(path)
    path = file(tmp_path, counts(), orientation="VECTORIZED")
    path.write_text(path.read_text().replace("[Common Infos]", "[Common Infos]\nDataPoints=3000"))
    data.write_bytes(data.read_bytes()[:8000])
    with pytest.raises(InputError, match=r"after the other\. It was cut short"):
        open_recording(path)


def test_missing_companions_are_refused(tmp_path: Path) -> None:
    path = file(tmp_path, counts())
    (tmp_path / "a.eeg").unlink()
    with pytest.raises(InputError, match="beside it"):
        open_recording(path)
    with pytest.raises(InputError, match="is not"):
        open_recording(file(tmp_path, counts(), markers="Mk1=Stimulus,x\n"))
    (tmp_path / "b.eeg").write_bytes(b"1234")
    with pytest.raises(InputError, match=r"b\.vhdr"):
        open_recording(tmp_path / "b.eeg")


LINES = st.sampled_from(
    ["[Common Infos]", "[Channel Infos]", "DataFile=a.eeg", "DataFile=", "NumberOfChannels=-1",
     "NumberOfChannels=1", "SamplingInterval=nan", "SamplingInterval=1000", "Ch1=EMG,,1,uV", "Ch1=",
     "Ch1=a,b,1e999", "MarkerFile=a.vmrk", "=", "x"]
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(st.lists(LINES, max_size=14).map("\n".join), st.text(max_size=80)))
def test_any_header_reads_or_is_refused(tmp_path: Path, body: str) -> None:
    path = file(tmp_path, counts(20))
    head = "Brain Vision Data Exchange Header File Version 1.0\n"
    path.write_bytes((head + body).encode("utf-8", "replace"))
    try:
        assert np.isfinite(signal(open_recording(path))).all()
    except (FasciscopeError, UnsupportedError):
        return


def test_a_marker_file_too_large_to_be_read_whole_is_refused_not_cut(tmp_path: Path) -> None:
    path = file(tmp_path, counts())
    with (tmp_path / "a.vmrk").open("ab") as handle:
        handle.truncate((1 << 24) + 1)
    with pytest.raises(InputError, match="Split the recording"):
        open_recording(path, ReadOptions())
