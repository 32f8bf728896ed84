"""Every real recording of the manifest is read as the manifest describes it, or refused with a reason."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fasciscope.core import FasciscopeError, InputError, Recording
from fasciscope.datasets import ReadOptions, open_recording

# What the files leave out, as a person would add it.
COUNTS = ReadOptions(unit="counts")
OPTIONS: dict[str, ReadOptions] = {
    "biosppy/ecg.txt": ReadOptions(unit="counts", channels=("ECG",)),
    "biosppy/": COUNTS,
    "derived/emg_bursts.wav": COUNTS,
    "spikerbox_wav/": COUNTS,
    "emgflow/": ReadOptions(unit="mV"),
    "emggo/": ReadOptions(unit="uV"),
    "libemg/": ReadOptions(rate_hz=200.0, unit="counts"),
    "uci_lower_limb/": ReadOptions(rate_hz=1000.0, unit="mV"),
    "uci_physical_action/": ReadOptions(rate_hz=1000.0, unit="uV"),
    "opensignals/": ReadOptions(channels=("A2",)),
}
REFUSED: dict[str, str] = {
    "biosignalsnotebooks/emg_bursts_info.json": "beside a recording",
    "brainvision_tms/Example Data 1.events.json": "beside a recording",
    "derived/emg_bursts-events.txt": "marks",
    "events/": "beside a recording",
    "muap/": "waveforms of single units",
    "spikerbox_wav/BYB_Recording_2022-01-13_13.18.29-events.txt": "marks",
    "xdf/minimal.xdf": "no EMG stream",
}
NEED = {
    ".smr": "neo", ".vhdr": "neo", ".eeg": "neo", ".vmrk": "neo", ".h5": "h5py", ".acq": "bioread",
    ".c3d": "ezc3d", ".xdf": "pyxdf",
}  # fmt: skip


def entries() -> Iterator[Any]:
    from os import environ

    top = Path(__file__).resolve().parents[2]
    manifest = Path(environ.get("FASCISCOPE_TEST_DATA", top.parent / "shared" / "data"))
    manifest /= "MANIFEST.json"
    if not manifest.exists():
        yield pytest.param(None, id="no manifest")
        return
    for entry in json.loads(manifest.read_text())["files"]:
        yield pytest.param(entry, id=entry["file"])


def lookup(table: dict[str, Any], name: str) -> Any:
    return next((value for key, value in table.items() if name.startswith(key)), None)


@pytest.mark.parametrize("entry", list(entries()))
def test_it_is_read_as_the_manifest_says_or_refused_with_a_reason(entry: Any, real: Any) -> None:
    if entry is None:
        pytest.skip("no real recordings here (set FASCISCOPE_TEST_DATA)")
    path = real(entry["file"])
    if path.suffix in NEED:
        pytest.importorskip(NEED[path.suffix])
    reason = lookup(REFUSED, entry["file"])
    if reason is not None:
        with pytest.raises(InputError, match=reason):
            open_recording(path)
        return
    recording = open_recording(path, lookup(OPTIONS, entry["file"]))
    n_samples, finite = span_of(recording)
    assert finite
    if entry["n_channels"] and "openhdemg" not in entry["file"]:  # it counts groups of channels
        assert recording.info.n_channels <= entry["n_channels"]
    if entry["fs"]:
        assert recording.info.rate_hz == pytest.approx(entry["fs"], rel=0.002)
    if entry["duration_s"]:
        seconds = n_samples / recording.info.rate_hz
        assert seconds == pytest.approx(entry["duration_s"], rel=0.01, abs=0.02)


def span_of(recording: Recording) -> tuple[int, bool]:
    """Samples from the first to the last, and whether all are numbers; blocks must be in order."""
    end, finite = 0, True
    for block in recording.blocks():
        assert block.first_sample >= end
        end = block.end_sample
        finite &= bool(np.isfinite(block.uv).all())
    return end, finite


def test_derived_copies_hold_the_same_signal_as_their_sources(real: Any) -> None:
    pytest.importorskip("neo")
    edf = open_recording(real("derived/tremor_mvc_flex_Flex.edf"))
    smr = open_recording(real("spike2/tremor_mvc_flex.smr"), ReadOptions(channels=("Flex",)))
    one = np.concatenate([block.uv for block in edf.blocks()])
    other = np.concatenate([block.uv for block in smr.blocks()])[: len(one)]
    assert np.abs(one - other).max() < 0.2  # half a count of the 16-bit copy


def test_a_sensor_with_a_published_transfer_function_is_in_microvolts(real: Any) -> None:
    h5py = pytest.importorskip("h5py")
    path = real("biosignalsnotebooks/emg_bursts.h5")
    recording = open_recording(path)
    got = np.concatenate([block.uv[:, 0] for block in recording.blocks()])
    with h5py.File(path) as handle:
        counts = handle[next(iter(handle))]["raw/channel_3"][:, 0].astype(float)
    assert np.abs(got - (counts / 2**16 - 0.5) * 3.0 / 1000.0 * 1e6).max() < 1e-9


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.smr", b"\x03\x00(C) CED 87" + bytes(200)),
        ("a.vhdr", b"BrainVision Data Exchange Header File Version 1.0\n"),
        ("a.vhdr", b"BrainVision\n[Common Infos]\nDataFile=../x.eeg\nMarkerFile=y.vmrk\n"),
        ("a.eeg", b"1234"),
        ("a.h5", b"\x89HDF\r\n\x1a\n" + bytes(500)),
        ("a.mat", b"MATLAB 5.0 MAT-file" + bytes(200)),
        ("a.mat", b"MATLAB 7.3 MAT-file" + bytes(2000)),
        ("a.npz", b"PK\x03\x04" + bytes(200)),
        ("a.acq", bytes(300)),
        ("a.acq", b"\xff" * 4000),
        ("a.c3d", b"\x02\x50" + bytes(100)),
        ("a.c3d", b"\x02\x50" + b"\xff" * 4000),
        ("a.xdf", b"XDF:" + bytes(300)),
        ("a.xdf", b"XDF:" + b"\xff" * 3000),
    ],
)
def test_damaged_files_of_foreign_formats_are_refused(
    name: str, content: bytes, tmp_path: Path
) -> None:
    for suffix, library in NEED.items():
        if name.endswith(suffix):
            pytest.importorskip(library)
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FasciscopeError):
        list(open_recording(path, ReadOptions(rate_hz=1000.0, unit="uV")).blocks())


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
@pytest.mark.parametrize(
    "name",
    ["acq/r42_test.acq", "c3d/markers_analogs.c3d", "biosignalsnotebooks/emg_bursts.h5",
     "emggo/Sample Data.mat", "spike2/tremor_mvc_ext.smr", "derived/openbci_S02_REST.xdf"],
)  # fmt: skip
def test_a_cut_file_is_refused_or_read_to_where_it_is_whole(
    name: str, share: float, real: Any, tmp_path: Path
) -> None:
    source = real(name)
    if source.suffix in NEED:
        pytest.importorskip(NEED[source.suffix])
    path = tmp_path / source.name
    content = source.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    try:
        recording = open_recording(path, ReadOptions(unit="uV"))
        n_samples, _ = span_of(recording)
    except FasciscopeError:
        return
    assert n_samples > 0


def test_a_matrix_with_a_rate_beside_it_is_read_from_npz(tmp_path: Path) -> None:
    path = tmp_path / "rest.npz"
    data = np.arange(3000.0).reshape(1000, 3)
    np.savez(path, emg=data, fs=500.0)
    recording = open_recording(path, ReadOptions(unit="uV"))
    got = np.concatenate([block.uv for block in recording.blocks()])
    assert recording.info.rate_hz == 500.0
    assert np.array_equal(got, data)


def test_pickled_objects_in_an_archive_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.npz"
    np.savez(path, emg=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError):
        open_recording(path)


def test_a_pause_in_the_time_stamps_of_xdf_is_a_gap() -> None:
    from fasciscope.datasets.xdf import _runs

    stamps = np.concatenate([np.arange(1000) / 250.0, 8.0 + np.arange(500) / 250.0])
    runs = _runs(stamps, 250.0)
    assert [(r.first_sample, r.n_rows) for r in runs] == [(0, 1000), (2000, 500)]
