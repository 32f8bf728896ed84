"""AcqKnowledge: the real file against bioread's own values, cut and damaged ones."""

import logging
import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fasciscope.core import FasciscopeError, Flag, InputError, Recording, UnsupportedError
from fasciscope.datasets import ReadOptions, open_recording

bioread = pytest.importorskip("bioread")

Real = Callable[[str], Path]
NAME = "acq/r42_test.acq"
CHANNEL_1, CHANNEL_2 = 2976, 3232
"""Where the first two channels' headers begin; within them the places of what tests change."""
N_SAMPLES, SCALE, DIVIDER = 88, 92, 250
SAMPLES, SAMPLES_END = 19328, 82536


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


@pytest.fixture
def copy(real: Real, tmp_path: Path) -> Callable[..., Path]:
    """Give a copy of the real file with bytes changed and the end cut off."""

    def make(*changes: tuple[int, bytes], end: int | None = None) -> Path:
        raw = bytearray(real(NAME).read_bytes())
        for at, content in changes:
            raw[at : at + len(content)] = content
        path = tmp_path / "a.acq"
        path.write_bytes(raw[:end])
        return path

    return make


def test_the_real_file_reads_as_bioread_reads_it(real: Real) -> None:
    recording = open_recording(real(NAME), ReadOptions(channels=("1", "2")))
    truth = bioread.read(str(real(NAME)))
    assert [c.name for c in recording.info.channels] == [c.name for c in truth.channels[:2]]
    for at, channel in enumerate(truth.channels[:2]):
        np.testing.assert_allclose(signal(recording)[:, at], channel.data * 1e3, atol=1e-9)
    assert recording.info.rate_hz == 1000
    assert recording.info.resolution_uv == pytest.approx(0.152587890625)


def test_only_emg_is_read_and_the_others_are_named(real: Real) -> None:
    recording = open_recording(real(NAME))
    assert [c.name for c in recording.info.channels] == ["EMG (30 - 500 Hz)"]
    assert "EDA (0 - 35 Hz)" in recording.provenance.notes[1]


def test_appended_pieces_are_told_by_marks_and_a_note(real: Real) -> None:
    recording = open_recording(real(NAME))
    assert [(m.onset_s, m.text) for m in recording.annotations] == [
        (0.0, "Segment 1"),
        (3.881, "Segment 2"),
    ]
    assert "2 pieces that join without their pauses at 3.881 s" in recording.provenance.notes[0]


def test_a_run_at_the_rail_is_clipped(copy: Callable[..., Path]) -> None:
    frame = struct.pack("<hhhh", 0, 32767, 0, 0)
    blocks = list(open_recording(copy((SAMPLES + 8 * 50, frame * 20))).blocks())
    assert blocks[0].flags is not None
    clipped = np.flatnonzero(blocks[0].flags[:, 0] == Flag.CLIPPED)
    assert clipped.tolist() == list(range(50, 70))


@pytest.mark.parametrize("end", [1, 100, 3000, 10_000, SAMPLES - 1])
def test_a_file_that_ends_within_its_header_is_refused(copy: Callable[..., Path], end: int) -> None:
    with pytest.raises(InputError, match="no whole AcqKnowledge header"):
        open_recording(copy(end=end))


@pytest.mark.parametrize("end", [SAMPLES + 2, 50_000, SAMPLES_END - 1])
def test_a_file_that_ends_within_its_samples_is_refused_with_both_ends(
    copy: Callable[..., Path], end: int
) -> None:
    with pytest.raises(InputError, match=f"ends at byte {end}, but its samples at {SAMPLES_END}"):
        open_recording(copy(end=end))


@pytest.mark.parametrize("end", [SAMPLES_END, SAMPLES_END + 4, SAMPLES_END + 40])
def test_a_file_that_ends_within_its_marks_is_read_with_a_note(
    real: Real, copy: Callable[..., Path], end: int
) -> None:
    recording = open_recording(copy(end=end))
    np.testing.assert_array_equal(signal(recording), signal(open_recording(real(NAME))))
    assert recording.annotations == ()
    assert "marks are cut short" in recording.provenance.notes[0]


@pytest.mark.parametrize("head", [b"", b"RIFF....WAVE", b"\xff" * 4000, bytes(4000)])
def test_what_is_no_acqknowledge_file_is_refused(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.acq").write_bytes(head)
    with pytest.raises(InputError):
        open_recording(tmp_path / "a.acq")


@pytest.mark.parametrize("scale", [0.0, np.nan, np.inf])
def test_a_scale_that_is_none_is_refused(copy: Callable[..., Path], scale: float) -> None:
    with pytest.raises(InputError, match="scale"):
        open_recording(copy((CHANNEL_2 + SCALE, struct.pack("<d", scale))))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ([(CHANNEL_1 + N_SAMPLES, struct.pack("<i", 2**31 - 1))], "cut short"),
        (
            [
                (CHANNEL_1 + DIVIDER, struct.pack("<h", 32_749)),
                (CHANNEL_2 + DIVIDER, struct.pack("<h", 32_719)),
            ],
            "every 32749, 32719, 1, 1 samples",
        ),
        ([(CHANNEL_1 + DIVIDER, struct.pack("<h", -4))], "every -4, 1, 1, 1 samples"),
    ],
)
def test_claims_that_no_recorder_makes_are_refused_before_memory_is_asked_for(
    copy: Callable[..., Path], changes: list[tuple[int, bytes]], what: str
) -> None:
    path = copy(*changes)
    began = time.monotonic()
    tracemalloc.start()
    with pytest.raises(InputError, match=what):
        open_recording(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000
    assert time.monotonic() - began < 2.0


def test_bioread_does_not_talk_past_the_message(
    copy: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(InputError):
        open_recording(copy(end=50_000))
    assert caplog.records == []


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, SAMPLES - 1), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_any_bytes_of_the_header_changed_read_or_are_refused(
    copy: Callable[..., Path], changes: list[tuple[int, int]]
) -> None:
    path = copy(*((at, bytes([byte])) for at, byte in changes))
    try:
        assert np.isfinite(signal(open_recording(path))).all()
    except FasciscopeError:
        return


def test_without_bioread_the_message_says_how_to_get_it(
    real: Real, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = real(NAME)
    monkeypatch.setitem(__import__("sys").modules, "bioread", None)
    with pytest.raises(UnsupportedError, match=r"pip install .fasciscope\[formats\]"):
        open_recording(path)
