"""A session's folder is read with the very samples, gaps and flags that were written."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.acquisition import Delivery
from fasciscope.app.recorder import Recorder
from fasciscope.core import (
    FILL_S,
    ChannelInfo,
    Flag,
    InputError,
    SampleBlock,
    StreamInfo,
    UsageError,
)
from fasciscope.datasets import ReadOptions, open_recording
from fasciscope.datasets.edf_writer import CountRange
from fasciscope.datasets.session import (
    FACTS,
    OPEN_FACTS,
    SessionFacts,
    is_session,
    open_session,
    read_facts,
)

RATE_HZ = 250.0
FILL_N = round(FILL_S * RATE_HZ)
SCALE = 4.5e6 / 24 / (2**23 - 1)


def facts_of(bits: int = 24) -> SessionFacts:
    spread = CountRange(-(1 << bits - 1), (1 << bits - 1) - 1, SCALE)
    channels = (
        ChannelInfo("calf", SCALE, "gastrocnemius", "left"),
        ChannelInfo("thigh", SCALE),
    )
    info = StreamInfo("a board", RATE_HZ, channels, (0.0, 65.5), SCALE)
    return SessionFacts(
        info, (spread,) * 2, "2026-11-23T12:00:00.000+00:00", "cyton", "virtual:cyton", ("beware",)
    )


def block(first: int, counts: np.ndarray, filled: int = 0, clipped: bool = False) -> SampleBlock:
    flags = None
    if filled or clipped:
        flags = np.zeros(counts.shape, np.uint8)
        flags[:filled] = Flag.MISSING
    return SampleBlock(facts_of().info, first, counts * SCALE, flags, first / RATE_HZ)


def recorded(folder: Path, blocks: list[SampleBlock], *, whole: bool = True) -> Path:
    with Recorder(folder, facts_of()) as recorder:
        for one in blocks:
            recorder.take(Delivery((one,)))
        if whole:
            recorder.finish({"n_samples": recorder.next_sample})
    return folder


def rows(blocks: list[SampleBlock]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers, samples and flags of all that is there."""
    at = np.concatenate([np.arange(b.first_sample, b.end_sample) for b in blocks])
    uv = np.concatenate([b.uv for b in blocks])
    flags = np.concatenate(
        [np.zeros(b.uv.shape, np.uint8) if b.flags is None else b.flags for b in blocks]
    )
    return at, uv, flags


@settings(max_examples=25, deadline=None)
@given(
    parts=st.lists(
        st.tuples(st.integers(1, 900), st.sampled_from([0, 1, 7, FILL_N, FILL_N + 1, 200, 777])),
        min_size=1,
        max_size=8,
    ),
    seed=st.integers(0, 99),
)
def test_what_is_read_is_what_was_recorded(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    given_blocks, at = [], 0
    last = np.zeros((1, 2), np.int64)
    for n, gap in parts:
        counts = rng.integers(-(1 << 23) + 1, (1 << 23) - 1, (n, 2))
        filled = gap if at and gap <= FILL_N else 0
        start = at + (gap if at and gap > FILL_N else 0)
        counts = np.concatenate([np.repeat(last, filled, axis=0), counts])
        given_blocks.append(block(start, counts, filled))
        at, last = given_blocks[-1].end_sample, counts[-1:]
    folder = recorded(tmp_path_factory.mktemp("s") / "session", given_blocks)
    read = open_recording(folder)
    assert read.n_samples == at
    for one, other in zip(rows(given_blocks), rows(list(read.blocks())), strict=True):
        np.testing.assert_array_equal(one, other)
    assert read.info == facts_of().info
    assert read.provenance.notes == ("beware",)


def test_counts_at_the_rail_are_read_as_clipped(tmp_path: Path) -> None:
    counts = np.full((500, 2), 5)
    counts[100] = [(1 << 23) - 1, -(1 << 23)]
    _, _, flags = rows(list(open_session(recorded(tmp_path / "s", [block(0, counts)])).blocks()))
    assert (flags[100] == Flag.CLIPPED).all()
    assert np.count_nonzero(flags) == 2


def test_an_interrupted_session_is_read_to_its_last_whole_second_and_says_so(
    tmp_path: Path,
) -> None:
    counts = np.arange(1200).reshape(600, 2)
    recorder = Recorder(tmp_path / "s", facts_of())
    recorder.take(Delivery((block(0, counts),)))
    read = open_recording(tmp_path / "s")  # while it is written
    assert read.n_samples == 500
    assert "interrupted" in read.provenance.notes[-1]
    np.testing.assert_array_equal(rows(list(read.blocks()))[1], counts[:500] * SCALE)
    recorder.finish({})
    assert open_recording(tmp_path / "s").n_samples == 600


def test_its_file_of_samples_is_read_as_the_session_unless_the_person_contradicts(
    tmp_path: Path,
) -> None:
    blocks = [block(0, np.ones((250, 2), int)), block(500, np.ones((250, 2), int))]
    signal = recorded(tmp_path / "s", blocks) / "signal.bdf"
    assert [b.first_sample for b in open_recording(signal).blocks()] == [0, 500]
    bare = open_recording(signal, ReadOptions(rate_hz=500.0))
    assert bare.info.rate_hz == 500.0
    assert bare.info.n_channels == 2


def test_channels_can_be_chosen(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "s", [block(0, np.arange(1200).reshape(600, 2))])
    read = open_recording(folder, ReadOptions(channels=("thigh",)))
    assert [c.name for c in read.info.channels] == ["thigh"]
    np.testing.assert_array_equal(rows(list(read.blocks()))[1][:, 0], np.arange(1, 1200, 2) * SCALE)
    with pytest.raises(UsageError, match="calf"):
        open_recording(folder, ReadOptions(channels=("toe",)))


def test_facts_survive_the_file_and_are_described(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "s", [block(0, np.ones((250, 2), int))])
    assert is_session(folder)
    assert read_facts(folder) == (facts_of(), True)
    told = json.loads((folder / FACTS).read_text())
    assert told["n_samples"] == 250
    assert told["tier"]["letter"] == "C"
    assert len(told["sha256"]["signal.bdf"]) == 64
    assert not (folder / OPEN_FACTS).exists()


@pytest.mark.parametrize(
    "damage",
    ["", "[]", "{}", '{"channels": 3}', "null", "\x00", "[" * 100_000],
)
def test_damaged_facts_are_refused_with_the_way_to_the_samples(tmp_path: Path, damage: str) -> None:
    folder = recorded(tmp_path / "s", [block(0, np.ones((250, 2), int))])
    (folder / FACTS).write_text(damage)
    with pytest.raises(InputError, match=r"damaged.*signal.bdf"):
        open_recording(folder)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"rate_hz": 250.0', '"rate_hz": NaN'),
        ('"low": -8388608', '"low": 1e99'),
        (f'"uv_per_count": {SCALE}', '"uv_per_count": NaN'),
        (f'"uv_per_count": {SCALE}', '"uv_per_count": 0'),
        (f'"uv_per_count": {SCALE}', '"uv_per_count": true'),
    ],
)
def test_facts_that_cannot_be_are_refused(tmp_path: Path, was: str, becomes: str) -> None:
    folder = recorded(tmp_path / "s", [block(0, np.ones((250, 2), int))])
    text = (folder / FACTS).read_text()
    assert was in text
    (folder / FACTS).write_text(text.replace(was, becomes))
    with pytest.raises(InputError):
        open_recording(folder)


def test_facts_and_samples_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "s", [block(0, np.ones((250, 2), int))])
    text = (folder / FACTS).read_text()
    (folder / FACTS).write_text(text.replace('"calf"', '"toe"'))
    with pytest.raises(InputError, match="do not belong together"):
        open_recording(folder)


def test_a_folder_without_a_session_is_refused_as_before(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        open_recording(tmp_path)
