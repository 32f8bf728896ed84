"""WAV files against SciPy, and against sizes that a crash leaves."""

import struct
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import wavfile

from fasciscope.core import (
    FasciscopeError,
    Flag,
    InputError,
    MissingFactError,
    Recording,
    UnsupportedError,
)
from fasciscope.datasets import ReadOptions, open_recording

Real = Callable[[str], Path]


def opened(path: Path, unit: str | None = "uV", **options: object) -> Recording:
    return open_recording(path, ReadOptions(unit=unit, **options))  # type: ignore[arg-type]


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    n = len(content) if size is None else size
    return name + struct.pack("<I", n) + content + bytes(len(content) % 2)


def form(
    kind: int = 1, channels: int = 1, rate: int = 1000, bits: int = 16, frame: int = 0
) -> bytes:
    frame = frame or channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", kind, channels, rate, 0, frame, bits))


def wav(path: Path, *chunks: bytes, magic: bytes = b"RIFF") -> Path:
    body = b"WAVE" + b"".join(chunks)
    path.write_bytes(magic + struct.pack("<I", len(body)) + body)
    return path


@pytest.mark.parametrize("dtype", ["int16", "int32", "float32", "float64", "uint8"])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_scipy_writes_reads_as_it_was(tmp_path: Path, dtype: str, channels: int) -> None:
    made = np.random.default_rng(0).normal(0, 50, (12345, channels)) + 100
    made = np.clip(made, 1, 254).astype(dtype)
    wavfile.write(tmp_path / "a.wav", 4000, made)
    recording = opened(tmp_path / "a.wav")
    zero = 128 if dtype == "uint8" else 0
    np.testing.assert_array_equal(signal(recording), made.astype(float) - zero)
    assert recording.info.rate_hz == 4000
    assert recording.n_samples == 12345
    assert recording.info.resolution_uv == (None if dtype.startswith("f") else 1.0)


def test_24_bit_extensible_reads_as_scipy_reads_it(tmp_path: Path) -> None:
    counts = np.random.default_rng(0).integers(-(1 << 23), 1 << 23, (5001, 2)).astype("<i4")
    raw = counts.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    guid = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    head = struct.pack("<HHIIHH", 0xFFFE, 2, 1000, 6000, 6, 24) + struct.pack("<HHI", 22, 24, 3)
    path = wav(tmp_path / "a.wav", chunk(b"fmt ", head + guid), chunk(b"data", raw))
    np.testing.assert_array_equal(signal(opened(path)), counts)
    np.testing.assert_array_equal(signal(opened(path)), wavfile.read(path)[1] >> 8)


@pytest.mark.parametrize(
    ("name", "n_marks"),
    [
        ("derived/emg_bursts.wav", 2),
        ("spikerbox_wav/BYB_Recording_2022-01-13_13.18.29.wav", 12),
    ],
)
def test_real_recordings_read_as_scipy_reads_them(real: Real, name: str, n_marks: int) -> None:
    recording = opened(real(name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy warns of SpikeRecorder's own chunk
        rate, counts = wavfile.read(real(name))
    np.testing.assert_array_equal(signal(recording)[:, 0], counts)
    assert recording.info.rate_hz == rate
    assert len(recording.annotations) == n_marks


def test_spikerecorders_names_and_start_are_kept(real: Real) -> None:
    recording = opened(real("spikerbox_wav/BYB_Recording_2022-01-13_13.18.29.wav"))
    assert recording.info.channels[0].name == "Hid channel 1"
    assert recording.provenance.start_time == "2022-01-13T13:18:29"


def test_a_wav_has_no_unit(tmp_path: Path) -> None:
    wavfile.write(tmp_path / "a.wav", 1000, np.arange(100, dtype=np.int16))
    with pytest.raises(MissingFactError, match="--unit"):
        opened(tmp_path / "a.wav", unit=None)
    np.testing.assert_array_equal(
        signal(opened(tmp_path / "a.wav", unit="mV"))[:, 0], np.arange(100) * 1e3
    )
    assert opened(tmp_path / "a.wav", unit="counts").info.channels[0].uv_per_count is None


def test_rails_are_clipped_and_nan_is_missing(tmp_path: Path) -> None:
    counts = np.zeros(5000, np.int16)
    counts[1998:2003] = 32767
    counts[10] = -32768
    wavfile.write(tmp_path / "a.wav", 1000, counts)
    blocks = list(opened(tmp_path / "a.wav").blocks())
    got = np.concatenate([b.valid for b in blocks])[:, 0]
    assert list(np.flatnonzero(~got)) == [1998, 1999, 2000, 2001, 2002]
    floats = np.zeros(100, np.float32)
    floats[[3, 5]] = np.nan, np.inf
    wavfile.write(tmp_path / "b.wav", 1000, floats)
    (block,) = opened(tmp_path / "b.wav").blocks()
    assert block.flags is not None
    assert list(np.flatnonzero(block.flags[:, 0] == Flag.MISSING)) == [3, 5]
    assert np.isfinite(block.uv).all()


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_sizes_that_a_crash_left_are_read_to_the_end(tmp_path: Path, size: int) -> None:
    counts = np.arange(1000, dtype="<i2")
    path = wav(tmp_path / "a.wav", form(), chunk(b"data", counts.tobytes(), size))
    path.write_bytes(path.read_bytes() + b"x")  # half a sample
    recording = opened(path)
    np.testing.assert_array_equal(signal(recording)[:, 0], counts)
    assert "not closed" in recording.provenance.notes[0]


def test_a_short_file_is_noted(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", form(), chunk(b"data", bytes(200), 5000))
    assert opened(path).n_samples == 100
    assert "200 of 5000" in opened(path).provenance.notes[0]


def test_a_truly_empty_recording_is_refused(tmp_path: Path) -> None:
    note = chunk(b"LIST", b"INFOcnam\x02\0\0\0a;")
    for tail in ((), (note,)):
        with pytest.raises(InputError, match="no sample"):
            opened(wav(tmp_path / "a.wav", form(), chunk(b"data", b""), *tail))


def test_rf64_sizes_are_read(tmp_path: Path) -> None:
    counts = np.arange(500, dtype="<i2")
    sizes = chunk(b"ds64", struct.pack("<QQQI", 0, 1000, 500, 0))
    data = chunk(b"data", counts.tobytes(), 0xFFFFFFFF)
    tail = chunk(b"LIST", b"INFO")
    path = wav(tmp_path / "a.wav", sizes, form(), data, tail, magic=b"RF64")
    np.testing.assert_array_equal(signal(opened(path))[:, 0], counts)
    assert opened(path).provenance.notes == ()


@pytest.mark.parametrize(
    ("fmt", "error"),
    [
        (form(kind=2, bits=4, frame=1), UnsupportedError),
        (form(kind=3, bits=16), UnsupportedError),
        (form(bits=64), UnsupportedError),
        (form(channels=0, frame=2), InputError),
        (form(channels=9000, frame=18000), InputError),
        (form(frame=7), InputError),
        (form(rate=0), InputError),
        (form(rate=0xFFFFFFFF), InputError),
        (chunk(b"fmt ", b"short"), InputError),
        (b"", InputError),
    ],
)
def test_forms_that_are_not_read_are_refused_at_once(
    tmp_path: Path, fmt: bytes, error: type[InputError]
) -> None:
    path = wav(tmp_path / "a.wav", fmt, chunk(b"data", bytes(40000)))
    began = time.monotonic()
    with pytest.raises(error):
        opened(path)
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("raw", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"OggS" + bytes(60)])
def test_what_is_no_wav_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(raw)
    with pytest.raises(InputError):
        opened(tmp_path / "a.wav")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_bytes_after_the_magic_read_or_are_refused(tmp_path: Path, data: st.DataObject) -> None:
    channels, bits = (
        data.draw(st.sampled_from([1, 2, 7])),
        data.draw(st.sampled_from([8, 24, 32, 64])),
    )
    sound = form(data.draw(st.sampled_from([1, 3, 0xFFFE])), channels, 1000, bits)
    body = data.draw(st.sampled_from([b"", sound, b"ds64" + bytes(4), sound + b"data"]))
    path = wav(tmp_path / "a.wav", body, data.draw(st.binary(max_size=300)))
    try:
        recording = opened(path)
        total = sum(block.n_samples for block in recording.blocks())
    except FasciscopeError:
        return
    assert total == recording.n_samples
