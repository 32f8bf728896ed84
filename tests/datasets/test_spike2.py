"""Spike2: real files against neo's own reading and an EDF copy, pauses, unequal channels, cut files."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fasciscope.core import InputError, MissingFactError, Recording, UnsupportedError
from fasciscope.datasets import ReadOptions, open_recording
from fasciscope.datasets.sampled import Signal
from fasciscope.datasets.select import Column
from fasciscope.datasets.spike2 import _Spike2

neo_rawio = pytest.importorskip("neo.rawio")

Real = Callable[[str], Path]


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


@pytest.mark.parametrize("name", ["motor_units", "tremor_mvc_ext", "tremor_postural"])
def test_real_files_read_as_neo_reads_them(real: Real, name: str) -> None:
    path = real(f"spike2/{name}.smr")
    recording = open_recording(path)
    raw = neo_rawio.Spike2RawIO(str(path))
    raw.parse_header()
    signals = raw.header["signal_channels"]
    for at, channel in enumerate(recording.info.channels):
        (index,) = np.flatnonzero(signals["name"] == channel.name)
        stream = list(raw.header["signal_streams"]["id"]).index(signals[index]["stream_id"])
        counts = raw.get_analogsignal_chunk(0, 0, None, None, stream)[:, 0]
        scale = {"uV": 1.0, " Volt": 1e6}[str(signals[index]["units"])]
        truth = counts * float(signals[index]["gain"]) * scale
        np.testing.assert_allclose(signal(recording)[: len(truth), at], truth, rtol=1e-12)
        assert channel.uv_per_count == pytest.approx(float(signals[index]["gain"]) * scale)


def test_the_edf_copy_holds_the_same_signal(real: Real) -> None:
    smr = signal(
        open_recording(real("spike2/tremor_mvc_flex.smr"), ReadOptions(channels=("Flex",)))
    )
    edf = signal(open_recording(real("derived/tremor_mvc_flex_Flex.edf")))
    assert np.abs(smr[: len(edf)] - edf).max() < 0.1  # one count of the copy is 0.15 uV


def test_channels_of_other_units_and_rates_are_left_out_and_named(real: Real) -> None:
    path = real("spike2/motor_units.smr")
    recording = open_recording(path)
    assert [c.name for c in recording.info.channels] == ["DIA SMU"]
    assert recording.info.rate_hz == 25_000
    assert "CO2 (1000 Hz)" in recording.provenance.notes[0]
    with pytest.raises(MissingFactError, match="different rates"):
        open_recording(path, ReadOptions(channels=("DIA SMU", "flow"), unit="uV"))


class TwoChannels:
    """As neo gives a file of two channels: the second starts a sample late, is longer and paused."""

    firsts = ((0, 1), (50, 51))
    lengths = ((20, 22), (10, 10))

    def segment_count(self, _block: int) -> int:
        return 2

    def segment_t_start(self, _block: int, segment: int) -> float:
        return 3.0 + min(self.firsts[segment]) / 1000

    def get_signal_t_start(self, _block: int, segment: int, stream: int) -> float:
        return 3.0 + self.firsts[segment][stream] / 1000

    def get_signal_size(self, _block: int, segment: int, stream: int) -> int:
        return self.lengths[segment][stream]

    def get_analogsignal_chunk(
        self, _block: int, segment: int, start: int, stop: int, stream: int
    ) -> np.ndarray:
        assert 0 <= start < stop <= self.lengths[segment][stream]
        first = self.firsts[segment][stream]
        return np.arange(first + start, first + stop)[:, None] + 1000 * stream


def test_unequal_channels_share_a_grid_and_pauses_are_gaps() -> None:
    signals = tuple(Signal(Column(name, "uV", "", 1000.0)) for name in "ab")
    file = _Spike2(TwoChannels(), signals)
    spans = file.spans([0, 1])
    assert [(s.first_sample, s.first_row, s.n_rows) for s in spans] == [(0, 0, 23), (50, 23, 11)]
    first, second = (
        np.concatenate(
            [file.rows([0, 1], row, row + 1) for row in range(s.first_row, s.first_row + s.n_rows)]
        )
        for s in spans
    )
    np.testing.assert_array_equal(first[:, 0], [*range(20), np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(first[:, 1], [np.nan, *range(1001, 1023)])
    np.testing.assert_array_equal(second[:, 0], [*range(50, 60), np.nan])
    np.testing.assert_array_equal(second[:, 1], [np.nan, *range(1051, 1061)])


@pytest.mark.parametrize("share", [0.0005, 0.01, 0.5, 0.9, 0.98, 0.99, 0.999])
def test_a_file_that_ends_early_is_refused_unless_only_padding_is_gone(
    real: Real, tmp_path: Path, share: float
) -> None:
    source = real("spike2/tremor_mvc_ext.smr")
    raw = source.read_bytes()
    path = tmp_path / "a.smr"
    path.write_bytes(raw[: int(len(raw) * share)])
    try:
        recording = open_recording(path)
    except InputError:
        assert share < 0.99
        return
    np.testing.assert_array_equal(signal(recording), signal(open_recording(source)))


def test_without_neo_the_message_says_how_to_get_it(
    real: Real, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = real("spike2/tremor_mvc_ext.smr")
    monkeypatch.setitem(__import__("sys").modules, "neo.rawio", None)
    with pytest.raises(UnsupportedError, match=r"pip install .fasciscope\[formats\]"):
        open_recording(path)


def test_the_extra_keeps_neo_to_the_minor_version_whose_index_is_known() -> None:
    import neo

    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    formats = tomllib.loads(pyproject.read_text())["project"]["optional-dependencies"]["formats"]
    assert "neo>=0.14,<0.15" in formats
    assert neo.__version__.startswith("0.14.")


@pytest.mark.parametrize("index", [None, {}, {n: np.zeros(3) for n in range(99)}])
def test_a_neo_that_keeps_its_index_otherwise_is_named_with_the_one_to_install(
    real: Real, monkeypatch: pytest.MonkeyPatch, index: Any
) -> None:
    parse = neo_rawio.Spike2RawIO.parse_header

    def parse_otherwise(raw: Any) -> None:
        parse(raw)
        if index is None:
            del raw._all_data_blocks
        else:
            raw._all_data_blocks = index

    monkeypatch.setattr(neo_rawio.Spike2RawIO, "parse_header", parse_otherwise)
    with pytest.raises(UnsupportedError, match=r"neo 0\.14\.\d+.*pip install .neo>=0\.14,<0\.15"):
        open_recording(real("spike2/tremor_mvc_ext.smr"))


def test_marks_keep_their_order_and_their_channels_name() -> None:
    from fasciscope.datasets.spike2 import _marks

    raw = SimpleNamespace(
        header={
            "event_channels": np.array([("Keyboard", "5")], dtype=[("name", "U9"), ("id", "U9")])
        },
        segment_count=lambda _block: 1,
        event_count=lambda *_: 2,
        get_event_timestamps=lambda *_: (np.array([40, 20]), None, np.array(["x", ""])),
        rescale_event_timestamp=lambda ticks, *_: ticks / 10.0,
    )
    assert [(m.onset_s, m.text) for m in _marks(raw, 1.0)] == [(1.0, "Keyboard"), (3.0, "x")]
