"""OpenSignals HDF5: a real biosignalsplux file, its counter's gaps, several devices, other HDF5."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fasciscope.core import (
    FasciscopeError,
    Flag,
    InputError,
    MissingFactError,
    Recording,
    UnsupportedError,
)
from fasciscope.datasets import ReadOptions, open_recording

h5py = pytest.importorskip("h5py")

Real = Callable[[str], Path]
NAME = "biosignalsnotebooks/emg_bursts.h5"


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def numbers(recording: Recording) -> np.ndarray:
    return np.concatenate([np.arange(b.first_sample, b.end_sample) for b in recording.blocks()])


def device(
    path: Path,
    counts: np.ndarray,
    counter: np.ndarray | None = None,
    name: str = "00:07",
    sensors: str = "EMG",
    **attrs: Any,
) -> Path:
    """Add a device to the file; `counts` are (n_samples, n_channels)."""
    told = {"device": "biosignalsplux", "sampling rate": 1000, "resolution": [16] * counts.shape[1]}
    told |= {"date": "2020-1-2", "time": "10:00:00.5"}
    told |= {key.replace("_", " "): value for key, value in attrs.items()}
    with h5py.File(path, "a") as handle:
        group = handle.create_group(name)
        for key, value in told.items():
            if value is not None:
                group.attrs[key] = value
        for i, column in enumerate(counts.T):
            data = group.create_dataset(f"raw/channel_{i + 1}", data=column.reshape(-1, 1))
            data.attrs["sensor"] = sensors
            data.attrs["label"] = f"c{i + 1}"
        if counter is not None:
            group.create_dataset("raw/nSeq", data=counter.reshape(-1, 1))
    return path


def counts(n: int = 3000, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(2).integers(30_000, 36_000, (n, channels)).astype(np.uint16)


def plux_uv(values: np.ndarray, bits: int = 16) -> np.ndarray:
    """The data sheet of biosignalsplux' EMG sensor: 3 V over 2^n, a gain of 1000."""
    return np.asarray((values / 2**bits - 0.5) * 3.0 / 1000 * 1e6)


def test_the_real_file_reads_as_its_data_sheet_says(real: Real) -> None:
    recording = open_recording(real(NAME))
    with h5py.File(real(NAME)) as handle:
        stored = handle["00:07:80:3B:46:61/raw/channel_3"][:]
    np.testing.assert_allclose(signal(recording), plux_uv(stored))
    np.testing.assert_array_equal(numbers(recording), np.arange(28_519))
    assert recording.info.rate_hz == 1000
    assert [c.name for c in recording.info.channels] == ["EMG PORT3_CHN1"]
    assert recording.provenance.start_time == "2017-01-23T10:28:51.69"
    assert recording.info.resolution_uv == pytest.approx(3e6 / 1000 / 2**16)


def test_the_wav_copy_holds_the_same_signal(real: Real) -> None:
    wav = open_recording(real("derived/emg_bursts.wav"), ReadOptions(unit="counts"))
    ratio = signal(wav)[:, 0] / 21.96836
    np.testing.assert_allclose(signal(open_recording(real(NAME)))[:, 0], ratio, atol=0.05)


@pytest.mark.parametrize("wrap", [1 << 8, 1 << 16])
def test_numbers_that_the_counter_lacks_are_gaps(tmp_path: Path, wrap: int) -> None:
    kept = np.r_[0:500, 600:601, 610 : wrap + 900]
    path = device(tmp_path / "a.h5", counts(len(kept)), (kept + 7) % wrap)
    recording = open_recording(path)
    np.testing.assert_array_equal(numbers(recording), kept)
    np.testing.assert_allclose(signal(recording), plux_uv(counts(len(kept))))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 200)), min_size=1, max_size=8))
def test_any_gaps_shorter_than_a_turn_come_back(
    tmp_path: Path, runs: list[tuple[int, int]]
) -> None:
    """A counter that runs to 2^16 at least once, so that its width is seen."""
    parts, at = [np.arange(1 << 16)], 1 << 16
    for n, lost in runs:
        parts.append(np.arange(at + lost, at + lost + n))
        at += lost + n
    kept = np.concatenate(parts)
    (tmp_path / "a.h5").unlink(missing_ok=True)
    path = device(tmp_path / "a.h5", np.zeros((len(kept), 1), np.uint16), kept % (1 << 16))
    np.testing.assert_array_equal(numbers(open_recording(path)), kept)


def test_a_counter_of_other_length_than_the_samples_is_refused(tmp_path: Path) -> None:
    path = device(tmp_path / "a.h5", counts(), np.arange(2990))
    with pytest.raises(InputError, match="2990 sequence numbers for 3000 samples"):
        open_recording(path)


def test_each_channel_has_the_scale_of_its_own_resolution(tmp_path: Path) -> None:
    values = np.full((1000, 11), 100, np.uint16)
    values[:, 1] = np.arange(1000)
    path = device(tmp_path / "a.h5", values, resolution=[16, 12] + [16] * 9)
    recording = open_recording(path, ReadOptions(channels=("EMG c2",)))
    np.testing.assert_allclose(signal(recording)[:, 0], plux_uv(values[:, 1], 12))


def test_rails_are_clipped(tmp_path: Path) -> None:
    values = counts()
    values[100:110], values[200:205] = 65535, 0
    (block, *_) = open_recording(device(tmp_path / "a.h5", values)).blocks()
    assert block.flags is not None
    clipped = np.flatnonzero(block.flags[:, 0] == Flag.CLIPPED)
    assert clipped.tolist() == [*range(100, 110), *range(200, 205)]


def test_a_unit_of_the_person_comes_first(tmp_path: Path) -> None:
    path = device(tmp_path / "a.h5", counts())
    np.testing.assert_array_equal(
        signal(open_recording(path, ReadOptions(unit="counts"))), counts()
    )
    np.testing.assert_array_equal(
        signal(open_recording(path, ReadOptions(unit="mV"))), counts() * 1e3
    )


def test_a_sensor_without_data_sheet_needs_a_unit(tmp_path: Path) -> None:
    path = device(tmp_path / "a.h5", counts(), sensors="RAW")
    with pytest.raises(MissingFactError, match="--unit"):
        open_recording(path, ReadOptions(channels=("1",)))


def test_channels_of_several_devices_are_read_one_device_at_a_time(tmp_path: Path) -> None:
    path = device(tmp_path / "a.h5", counts(), name="left")
    device(path, counts(2000), name="right")
    with pytest.raises(MissingFactError, match=r"2 devices \(left, right\).*--channels"):
        open_recording(path)
    recording = open_recording(path, ReadOptions(channels=("EMG c1 right",)))
    np.testing.assert_allclose(signal(recording), plux_uv(counts(2000)))


@pytest.mark.parametrize("rate", [0, -1000, float("nan"), "fast", [1000, 500]])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, rate: Any) -> None:
    with pytest.raises(InputError):
        open_recording(device(tmp_path / "a.h5", counts(), sampling_rate=rate))


def test_a_rate_that_is_not_told_is_asked_for(tmp_path: Path) -> None:
    path = device(tmp_path / "a.h5", counts(), sampling_rate=None)
    with pytest.raises(MissingFactError, match="--rate"):
        open_recording(path)
    assert open_recording(path, ReadOptions(rate_hz=500.0)).info.rate_hz == 500


@pytest.mark.parametrize("bits", [0, -3, 33, 1000])
def test_a_resolution_that_is_none_is_refused(tmp_path: Path, bits: int) -> None:
    with pytest.raises(InputError, match="allowed are 1 to 32"):
        open_recording(device(tmp_path / "a.h5", counts(), resolution=[bits]))


@pytest.mark.parametrize("told", [{"date": None}, {"time": None}, {"date": "yesterday"}])
def test_a_start_that_is_not_told_stays_open(tmp_path: Path, told: dict[str, Any]) -> None:
    path = device(tmp_path / "a.h5", counts(), **told)
    assert open_recording(path).provenance.start_time is None


def test_other_hdf5_is_refused_by_the_names_in_it_at_once(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as handle:
        handle["table"] = np.zeros((400_000, 2))
        handle["version"] = 3
        handle.create_group("subject")
    began = time.monotonic()
    with pytest.raises(UnsupportedError, match="among subject, table, version"):
        open_recording(tmp_path / "a.h5")
    assert time.monotonic() - began < 1.0


def test_a_device_without_channels_or_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no channel"):
        open_recording(device(tmp_path / "a.h5", counts(5, 0), np.arange(5)))
    with pytest.raises(InputError, match="no sample"):
        open_recording(device(tmp_path / "b.h5", counts(0)))


def test_channels_of_unequal_length_are_refused(tmp_path: Path) -> None:
    path = device(tmp_path / "a.h5", counts(channels=2))
    with h5py.File(path, "a") as handle:
        del handle["00:07/raw/channel_2"]
        handle["00:07/raw/channel_2"] = counts(2990)
    with pytest.raises(InputError):
        signal(open_recording(path, ReadOptions(channels=("1", "2"), unit="uV")))


def test_a_name_without_hdf5_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_bytes(b"no HDF5 at all")
    with pytest.raises(UnsupportedError, match="of no kind that is read here"):
        open_recording(tmp_path / "a.h5")


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.3, 0.7, 0.99, 0.9999])
def test_a_file_that_ends_early_is_refused(real: Real, tmp_path: Path, share: float) -> None:
    raw = real(NAME).read_bytes()
    (tmp_path / "a.h5").write_bytes(raw[: max(16, int(len(raw) * share))])
    with pytest.raises(InputError):
        signal(open_recording(tmp_path / "a.h5"))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), min_size=1, max_size=9))
def test_any_bytes_changed_read_or_are_refused(
    tmp_path: Path, changes: list[tuple[int, int]]
) -> None:
    path = tmp_path / "b.h5"
    path.unlink(missing_ok=True)
    device(path, counts(50), np.arange(50))
    raw = bytearray(path.read_bytes())
    for at, byte in changes:
        raw[at % len(raw)] = byte
    path.write_bytes(raw)
    try:
        assert np.isfinite(signal(open_recording(path, ReadOptions(unit="uV")))).all()
    except FasciscopeError:
        return
