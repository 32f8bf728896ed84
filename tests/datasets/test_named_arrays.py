"""MATLAB and NumPy archives: real files, round trips of any array, layouts refused, hostile sizes."""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fasciscope.core import (
    FasciscopeError,
    Flag,
    InputError,
    MissingFactError,
    Recording,
    UnsupportedError,
)
from fasciscope.datasets import ReadOptions, named_arrays, open_recording

h5py = pytest.importorskip("h5py")

Real = Callable[[str], Path]
FORMS = ("v5", "v5 packed", "v7.3", "npz", "npz packed")
UV = ReadOptions(unit="uV")


def save(folder: Path, form: str, **values: Any) -> Path:
    """A file of that form which holds `values`, by their names; a dict is a struct."""
    if form.startswith("npz"):
        path = folder / "a.npz"
        (np.savez_compressed if "packed" in form else np.savez)(path, **values)
        return path
    path = folder / "a.mat"
    if form.startswith("v5"):
        scipy.io.savemat(path, values, do_compression="packed" in form)
        return path
    with h5py.File(path, "w", userblock_size=512) as handle:
        for name, value in values.items():
            if isinstance(value, dict):
                for inner, item in value.items():
                    put(handle, f"{name}/{inner}", item)
            else:
                put(handle, name, value)
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, written by a test".ljust(124) + b"\0\2IM")
    return path


def put(handle: Any, name: str, value: Any) -> None:
    if isinstance(value, str):
        handle[name] = np.array([[ord(letter)] for letter in value], np.uint16)
        handle[name].attrs["MATLAB_class"] = np.bytes_("char")
    else:
        handle[name] = np.atleast_2d(value).T


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def missing(recording: Recording) -> np.ndarray:
    return np.concatenate(
        [
            np.zeros(b.uv.shape, bool) if b.flags is None else b.flags & Flag.MISSING > 0
            for b in recording.blocks()
        ]
    )


def emg(n: int = 3000, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 30, (n, channels))


def npz_of(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def npy(shape: tuple[int, ...], descr: str = "<f8", body: bytes = b"") -> bytes:
    head = io.BytesIO()
    about = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(head, about)
    return head.getvalue() + body


# ---- real files


def test_the_real_otbiolab_export_reads_as_scipy_reads_it(real: Real) -> None:
    path = real("openhdemg/otb_testfile.mat")
    recording = open_recording(path)
    truth = scipy.io.loadmat(path, simplify_cells=True)
    assert len(recording.info.channels) == 64
    assert recording.info.rate_hz == truth["SamplingFrequency"] == 2048
    np.testing.assert_array_equal(signal(recording), truth["Data"][:, :64])
    assert "acquired data" in recording.provenance.notes[0]


def test_the_real_struct_of_emggo_reads_as_scipy_reads_it(real: Real) -> None:
    path = real("emggo/Sample Data.mat")
    with pytest.raises(MissingFactError, match="--unit"):
        open_recording(path)
    recording = open_recording(path, UV)
    truth = scipy.io.loadmat(path, simplify_cells=True)["EMG"]
    np.testing.assert_array_equal(signal(recording)[:, 0], truth["channelData"])
    assert recording.info.rate_hz == truth["fs"] == 250


@pytest.mark.parametrize("name", ["surface_single_units", "vl_hdsemg_openhdemg_muaps"])
def test_real_waveforms_of_single_units_are_no_recording(real: Real, name: str) -> None:
    with pytest.raises(UnsupportedError, match="waveforms of single units"):
        open_recording(real(f"muap/{name}.npz"))


# ---- round trips


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["emg", "EMG", "data", "Signal", "x"])
def test_every_form_reads_matrix_rate_and_unit_by_their_names(
    tmp_path: Path, form: str, name: str
) -> None:
    recording = open_recording(save(tmp_path, form, **{name: emg()}, fs=2000.0, unit="mV"))
    np.testing.assert_allclose(signal(recording), emg() * 1e3)
    assert recording.info.rate_hz == 2000
    assert [c.name for c in recording.info.channels] == ["EMG1", "EMG2"]


@pytest.mark.parametrize("form", ["v5", "v5 packed", "v7.3"])
def test_a_struct_may_hold_them_all(tmp_path: Path, form: str) -> None:
    inside = {"emg": emg(), "fs": 500.0, "units": "uV"}
    recording = open_recording(save(tmp_path, form, S=inside, remark="of May"))
    np.testing.assert_array_equal(signal(recording), emg())
    assert recording.info.rate_hz == 500


KINDS = st.one_of(
    hnp.integer_dtypes(), hnp.unsigned_integer_dtypes(), hnp.floating_dtypes(sizes=(32, 64))
)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=2, min_side=1, max_side=40).filter(
    lambda shape: np.prod(shape) > 1
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(FORMS), hnp.arrays(KINDS, SHAPES))
def test_any_matrix_of_numbers_comes_back_with_time_on_its_long_side(
    tmp_path: Path, form: str, values: np.ndarray
) -> None:
    recording = open_recording(save(tmp_path, form, emg=values, fs=1000.0), UV)
    matrix = np.atleast_2d(values)
    truth = (matrix.T if matrix.shape[0] < matrix.shape[1] else matrix).astype(np.float64)
    sound = np.isfinite(truth)
    np.testing.assert_array_equal(signal(recording), np.where(sound, truth, 0.0))
    np.testing.assert_array_equal(missing(recording), ~sound)
    assert recording.n_samples == len(truth)


@pytest.mark.parametrize("form", FORMS)
def test_numbers_that_are_none_are_missing_on_their_channel_alone(
    tmp_path: Path, form: str
) -> None:
    values = emg()
    values[10:15, 1] = np.nan
    values[2999, 0] = np.inf
    recording = open_recording(save(tmp_path, form, emg=values, fs=1000.0), UV)
    np.testing.assert_array_equal(missing(recording), ~np.isfinite(values))
    assert np.isfinite(signal(recording)).all()


def test_small_integers_are_not_widened_in_memory(tmp_path: Path) -> None:
    import tracemalloc

    path = save(tmp_path, "npz packed", emg=np.zeros(20_000_000, np.int8), fs=1000.0)
    tracemalloc.start()
    open_recording(path, UV)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000  # as float64 it is 160 MB


# ---- what is not told, or told twice


@pytest.mark.parametrize("form", FORMS)
def test_a_rate_that_is_not_told_is_asked_for(tmp_path: Path, form: str) -> None:
    path = save(tmp_path, form, emg=emg())
    with pytest.raises(MissingFactError, match="--rate"):
        open_recording(path, UV)
    assert open_recording(path, ReadOptions(rate_hz=800.0, unit="uV")).info.rate_hz == 800


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rate", [0.0, -5.0, np.nan, np.inf, np.arange(3.0)])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, form: str, rate: Any) -> None:
    with pytest.raises(InputError):
        open_recording(save(tmp_path, form, emg=emg(), fs=rate), UV)


@pytest.mark.parametrize("form", FORMS)
def test_several_matrices_of_one_shape_are_refused_by_their_names(
    tmp_path: Path, form: str
) -> None:
    path = save(tmp_path, form, emg=emg(), raw=emg(), fs=1000.0)
    with pytest.raises(UnsupportedError, match=r"2 matrices.*emg 3000x2, raw 3000x2.*own"):
        open_recording(path, UV)
    path = save(tmp_path, form, left=emg(), right=emg(), fs=1000.0)
    with pytest.raises(UnsupportedError, match="left 3000x2, right 3000x2"):
        open_recording(path, UV)


def test_of_matrices_that_differ_in_shape_the_one_called_emg_is_read(tmp_path: Path) -> None:
    path = save(tmp_path, "npz", x=np.arange(3000.0), emg=emg(), fs=1000.0)
    np.testing.assert_array_equal(signal(open_recording(path, UV)), emg())


def test_a_text_called_emg_does_not_hide_the_matrix_beside_it(tmp_path: Path) -> None:
    path = save(tmp_path, "v5", emg="left calf", data=emg(), fs=1000.0, about={"x": emg(9)})
    np.testing.assert_array_equal(signal(open_recording(path, UV)), emg())


def test_two_structs_with_a_signal_are_refused_by_their_names(tmp_path: Path) -> None:
    one = {"emg": emg(), "fs": 1000.0}
    with pytest.raises(UnsupportedError, match="2 structs with a signal: left dict, right dict"):
        open_recording(save(tmp_path, "v5", left=one, right=one), UV)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [np.zeros((4, 5, 6)), np.array([1 + 2j] * 9), np.zeros(0), 3.0])
def test_what_is_no_matrix_of_numbers_is_refused_by_its_shape(
    tmp_path: Path, form: str, value: Any
) -> None:
    with pytest.raises(UnsupportedError, match="no matrix called emg"):
        open_recording(save(tmp_path, form, emg=value, fs=1000.0), UV)


def test_an_otbiolab_export_whose_labels_do_not_fit_is_refused(tmp_path: Path) -> None:
    names = np.array(["a [uV]", "b [uV]", "c [uV]"], dtype=object)
    path = save(tmp_path, "v5", Data=emg(), Description=names, SamplingFrequency=2048.0)
    with pytest.raises(InputError, match="3 columns are described"):
        open_recording(path)


# ---- damage


@pytest.mark.parametrize(
    ("name", "head"), [("a.mat", b"MATLAB 4.2 MAT"), ("a.npz", b"\x93NUMPY"), ("a.npz", b"Rar!")]
)
def test_files_that_begin_otherwise_are_of_no_kind_read_here(
    tmp_path: Path, name: str, head: bytes
) -> None:
    (tmp_path / name).write_bytes(head + bytes(500))
    with pytest.raises(UnsupportedError, match="of no kind that is read here"):
        open_recording(tmp_path / name, UV)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("share", [0.003, 0.02, 0.3, 0.7, 0.95, 0.999])
def test_a_file_that_ends_early_is_refused(tmp_path: Path, form: str, share: float) -> None:
    path = save(tmp_path, form, fs=1000.0, emg=emg())
    raw = path.read_bytes()
    path.write_bytes(raw[: max(16, int(len(raw) * share))])
    with pytest.raises(InputError):
        signal(open_recording(path, UV))


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(FORMS),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=9),
)
def test_any_bytes_changed_read_or_are_refused(
    tmp_path: Path, form: str, changes: list[tuple[float, int]]
) -> None:
    path = save(tmp_path, form, emg=emg(40), fs=1000.0, unit="uV")
    raw = bytearray(path.read_bytes())
    for share, byte in changes:
        raw[int(share * len(raw))] = byte
    path.write_bytes(raw)
    try:
        assert np.isfinite(signal(open_recording(path))).all()
    except FasciscopeError:
        return


def test_pickled_objects_are_refused_unopened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (pytest.fail, ("it was unpickled",))

    path = save(tmp_path, "npz", emg=np.array([Trap(), 1], dtype=object), fs=1000.0)
    with pytest.raises(InputError, match=r"emg\.npy holds pickled Python objects"):
        open_recording(path, UV)


@pytest.mark.parametrize(
    "member",
    [
        npy((10**14,), body=bytes(64)),
        npy((10**7, 10**7), "<i2", bytes(64)),
        npy((9,), body=bytes(71)),
        npy((-1, -9), body=bytes(72)),
    ],
)
def test_a_header_that_claims_more_than_its_member_holds_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: bytes
) -> None:
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("memory was asked for"))
    began = time.monotonic()
    with pytest.raises(InputError, match=r"emg\.npy says .* but holds \d+ bytes"):
        open_recording(npz_of(tmp_path / "a.npz", emg=member), UV)
    assert time.monotonic() - began < 1.0


def test_members_that_are_tables_or_no_arrays_are_refused(tmp_path: Path) -> None:
    table = np.zeros(9, dtype=[("emg", "<f8"), ("Ω", "<f8")])
    with pytest.warns(UserWarning, match="format 3.0"):
        path = save(tmp_path, "npz", emg=table)
    with pytest.raises(InputError, match=r"version 3\.0"):
        open_recording(path, UV)
    with pytest.raises(InputError, match="cannot be read as NumPy archive"):
        open_recording(npz_of(tmp_path / "b.npz", emg=b"no array at all"), UV)


def mat(path: Path, *elements: bytes) -> Path:
    path.write_bytes(
        b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM" + b"".join(elements)
    )
    return path


def packed(content: bytes) -> bytes:
    inside = zlib.compress(content, 9)
    return struct.pack("<II", 15, len(inside)) + inside


@pytest.mark.parametrize(
    "element",
    [
        struct.pack("<II", 14, 3_000_000_000),
        packed(struct.pack("<II", 14, 3_000_000_000) + bytes(10_000)),
    ],
)
def test_an_element_that_claims_3_gb_is_refused_at_once(tmp_path: Path, element: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match=r"unpacks to 2\.8 GB; allowed are 2 GB"):
        open_recording(mat(tmp_path / "a.mat", element), UV)
    assert time.monotonic() - began < 1.0


def test_an_element_that_unpacks_to_more_than_it_claims_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_arrays, "MAX_BYTES", 3 << 20)
    monkeypatch.setattr(scipy.io, "loadmat", lambda *_, **__: pytest.fail("it was unpacked"))
    bomb = packed(struct.pack("<II", 14, 100) + bytes(50 << 20))
    with pytest.raises(InputError, match="unpacks to"):
        open_recording(mat(tmp_path / "a.mat", bomb), UV)


def test_a_file_of_zeros_behind_its_head_is_refused_at_once(tmp_path: Path) -> None:
    path = mat(tmp_path / "a.mat")
    with path.open("ab") as handle:
        handle.truncate(1 << 30)
    began = time.monotonic()
    with pytest.raises(InputError):
        open_recording(path, UV)
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("form", ["npz packed", "v5 packed", "v7.3"])
def test_what_unpacks_to_more_than_is_allowed_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    path = save(tmp_path, form, emg=np.zeros((30_000, 2)), fs=1000.0)
    monkeypatch.setattr(named_arrays, "MAX_BYTES", 400_000)
    with pytest.raises(InputError, match=r"0\.0 GB; allowed are"):
        open_recording(path, UV)


def test_many_hdf5_matrices_are_counted_together(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    with h5py.File(path, "w", userblock_size=512) as handle:
        for i in range(3):  # declared, never written
            handle.create_dataset(f"s/emg{i}", (100_000_000,), "f8", chunks=(1000,))
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM")
    with pytest.raises(InputError, match=r"declares 2\.2 GB"):
        open_recording(path, UV)
