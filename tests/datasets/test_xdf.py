"""XDF: files written chunk by chunk as the specification says, and stamps that jitter, drift and pause."""

import struct
from pathlib import Path

import numpy as np
import pytest

from fasciscope.core import InputError, MissingFactError, Recording, UnsupportedError
from fasciscope.datasets import ReadOptions, open_recording
from fasciscope.datasets.xdf import _runs

pytest.importorskip("pyxdf")

RATE_HZ = 250.0


def chunk(tag: int, content: bytes) -> bytes:
    return b"\x04" + struct.pack("<IH", len(content) + 2, tag) + content


def stream_header(number: int, kind: str, form: str, names: list[str], unit: str) -> bytes:
    channels = "".join(
        f"<channel><label>{n}</label><unit>{unit}</unit><type>{kind}</type></channel>"
        for n in names
    )
    xml = (
        f"<?xml version='1.0'?><info><name>{kind}s</name><type>{kind}</type>"
        f"<channel_count>{len(names)}</channel_count>"
        f"<nominal_srate>{RATE_HZ if form != 'string' else 0}</nominal_srate>"
        f"<channel_format>{form}</channel_format><desc><channels>{channels}</channels></desc></info>"
    )
    return chunk(2, struct.pack("<I", number) + xml.encode())


def samples(number: int, stamps: np.ndarray, values: np.ndarray) -> bytes:
    rows = (
        b"\x08" + struct.pack("<d", t) + v.tobytes() for t, v in zip(stamps, values, strict=True)
    )
    head = struct.pack("<I", number) + b"\x04" + struct.pack("<I", len(stamps))
    return chunk(3, head + b"".join(rows))


def footer(number: int) -> bytes:
    return chunk(6, struct.pack("<I", number) + b"<?xml version='1.0'?><info></info>")


def file(tmp_path: Path, stamps: np.ndarray, kind: str = "EMG", unit: str = "microvolts") -> Path:
    values = np.stack([np.arange(len(stamps)), -np.arange(len(stamps))], axis=1).astype("<f4")
    path = tmp_path / "a.xdf"
    path.write_bytes(
        b"XDF:" + chunk(1, b"<?xml version='1.0'?><info><version>1.0</version></info>")
        + stream_header(1, kind, "float32", ["left", "right"], unit)
        + samples(1, stamps, values) + footer(1)
    )  # fmt: skip
    return path


def numbers(recording: Recording) -> np.ndarray:
    return np.concatenate([np.arange(b.first_sample, b.end_sample) for b in recording.blocks()])


def test_a_stream_reads_as_it_was_written(tmp_path: Path) -> None:
    recording = open_recording(file(tmp_path, 50.0 + np.arange(900) / RATE_HZ))
    signal = np.concatenate([block.uv for block in recording.blocks()])
    np.testing.assert_array_equal(signal, np.stack([np.arange(900), -np.arange(900)], axis=1))
    assert [c.name for c in recording.info.channels] == ["left", "right"]
    assert recording.info.rate_hz == RATE_HZ
    np.testing.assert_array_equal(numbers(recording), np.arange(900))


def test_lost_samples_of_a_steady_clock_are_gaps_down_to_one(tmp_path: Path) -> None:
    kept = np.arange(3000)
    kept = kept[(kept != 100) & ((kept < 1000) | (kept >= 1700))]
    recording = open_recording(file(tmp_path, kept / RATE_HZ))
    np.testing.assert_array_equal(numbers(recording), kept)


@pytest.mark.parametrize("true_hz", [249.95, 250.0, 250.05])
@pytest.mark.parametrize("noise_s", [0.0, 2e-3])
def test_a_gap_is_neither_hidden_nor_stretched_by_hours_of_drift(
    true_hz: float, noise_s: float
) -> None:
    n = 250 * 7200
    stamps = np.arange(n) / true_hz + np.random.default_rng(0).uniform(0, noise_s, n)
    stamps[n // 2 :] += 0.4
    runs = _runs(stamps, RATE_HZ)
    assert [(r.first_row, r.n_rows) for r in runs] == [(0, n // 2), (n // 2, n // 2)]
    assert runs[1].first_sample == pytest.approx(n // 2 + 100, abs=1)


def test_packets_and_a_sender_that_catches_up_lose_nothing() -> None:
    times = np.arange(20_000) / RATE_HZ
    packets = np.ceil(times * 20) / 20  # twenty packets a second, each with one stamp
    stalled = np.where((times > 30) & (times < 32), 32.0, packets)
    for stamps in (packets, stalled):
        assert [r.first_sample for r in _runs(stamps, RATE_HZ)] == [0]


def test_what_is_not_emg_is_asked_for_and_what_is_none_refused(tmp_path: Path) -> None:
    stamps = np.arange(900) / RATE_HZ
    with pytest.raises(MissingFactError, match="--channels"):
        open_recording(file(tmp_path, stamps, kind="EEG"))
    chosen = open_recording(file(tmp_path, stamps, kind="EEG"), ReadOptions(channels=("right",)))
    assert [c.name for c in chosen.info.channels] == ["right"]
    with pytest.raises(UnsupportedError, match="no EMG stream"):
        open_recording(file(tmp_path, stamps, kind="Gaze"))
    with pytest.raises(MissingFactError, match="--unit"):
        open_recording(file(tmp_path, stamps, unit=""))
    with pytest.raises(InputError, match="no numbers"):
        open_recording(file(tmp_path, np.full(9, np.nan)))
