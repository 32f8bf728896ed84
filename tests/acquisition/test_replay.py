"""Replay keeps every sample, flag and sample number, whatever the cut (laws 1, 4 and 5)."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fasciscope.acquisition import ReplaySource
from fasciscope.core import (
    ChannelInfo,
    Flag,
    Provenance,
    Recording,
    SampleBlock,
    Source,
    StreamInfo,
    UsageError,
)

INFO = StreamInfo("test", 100.0, (ChannelInfo("a", 1.0), ChannelInfo("b", 1.0)))


def recording_of(blocks: list[SampleBlock]) -> Recording:
    return Recording(INFO, lambda: iter(blocks), Provenance("none", "test"))


def played(recording: Recording, block_s: float) -> list[SampleBlock]:
    with ReplaySource(recording, block_s) as source:
        return list(source)


@st.composite
def recordings(draw: st.DrawFn) -> list[SampleBlock]:
    """Blocks of 0-40 samples, with gaps and flags here and there; sample k of channel c is 2 k + c."""
    blocks, at = [], draw(st.integers(0, 5))
    for length, gap, flagged in draw(
        st.lists(
            st.tuples(st.integers(0, 40), st.sampled_from([0, 0, 0, 1, 17]), st.booleans()),
            max_size=12,
        )
    ):
        at += gap
        uv = 2.0 * np.arange(at, at + length)[:, None] + np.arange(2)
        flags = (uv % 3 == 0).astype(np.uint8) * int(Flag.CLIPPED) if flagged else None
        blocks.append(SampleBlock(INFO, at, uv, flags, received_s=1.0))
        at += length
    return blocks


def table(blocks: list[SampleBlock]) -> NDArray[np.float64]:
    """Everything that must not change: sample number, values, flags; one row a sample."""
    rows = [
        np.column_stack(
            [
                np.arange(b.first_sample, b.end_sample),
                b.uv,
                np.zeros(b.uv.shape) if b.flags is None else b.flags,
            ]
        )
        for b in blocks
    ]
    return np.concatenate([np.empty((0, 5)), *rows])


@given(recordings(), st.integers(1, 60))
def test_cutting_anew_loses_and_changes_nothing(blocks: list[SampleBlock], size: int) -> None:
    out = played(recording_of(blocks), size / INFO.rate_hz)
    np.testing.assert_array_equal(table(out), table(blocks))


@given(recordings(), st.integers(1, 60))
def test_blocks_are_full_unless_a_gap_or_the_end_follows(
    blocks: list[SampleBlock], size: int
) -> None:
    out = played(recording_of(blocks), size / INFO.rate_hz)
    for block, following in itertools.pairwise([*out, None]):
        assert block is not None
        assert 0 < block.n_samples <= size
        if following is not None and following.first_sample == block.end_sample:
            assert block.n_samples == size


@given(recordings(), st.integers(1, 60), st.integers(1, 60))
def test_any_cut_of_a_cut_gives_the_same_blocks(
    blocks: list[SampleBlock], first: int, second: int
) -> None:
    once = played(recording_of(blocks), second / INFO.rate_hz)
    twice = played(
        recording_of(played(recording_of(blocks), first / INFO.rate_hz)), second / INFO.rate_hz
    )
    assert [b.first_sample for b in once] == [b.first_sample for b in twice]
    np.testing.assert_array_equal(table(once), table(twice))


@given(recordings(), st.integers(1, 60), st.data())
def test_an_empty_block_anywhere_changes_nothing(
    blocks: list[SampleBlock], size: int, data: st.DataObject
) -> None:
    where = data.draw(st.integers(0, len(blocks)))
    empty = SampleBlock(INFO, data.draw(st.integers(0, 1000)), np.empty((0, 2)))
    with_empty = [*blocks[:where], empty, *blocks[where:]]
    plain = played(recording_of(blocks), size / INFO.rate_hz)
    mixed = played(recording_of(with_empty), size / INFO.rate_hz)
    assert [b.first_sample for b in plain] == [b.first_sample for b in mixed]
    np.testing.assert_array_equal(table(plain), table(mixed))


@given(recordings(), st.integers(1, 60))
def test_samples_delivered_and_lost_are_all_samples(blocks: list[SampleBlock], size: int) -> None:
    full = [b for b in blocks if b.n_samples]
    out = played(recording_of(blocks), size / INFO.rate_hz)
    if not full:
        assert out == []
        return
    delivered = sum(b.n_samples for b in out)
    lost = sum(b.first_sample - a.end_sample for a, b in itertools.pairwise(out))
    assert delivered + lost == full[-1].end_sample - full[0].first_sample


def test_a_block_within_a_block_is_a_view_and_not_a_copy() -> None:
    whole = SampleBlock(INFO, 0, np.zeros((1000, 2)), np.zeros((1000, 2), np.uint8))
    out = played(recording_of([whole]), 1.0)
    assert len(out) == 10
    assert all(np.shares_memory(block.uv, whole.uv) for block in out)


def test_replayed_blocks_carry_no_arrival_time() -> None:
    block = SampleBlock(INFO, 0, np.zeros((150, 2)), received_s=12.0)
    assert [b.received_s for b in played(recording_of([block]), 1.0)] == [None, None]


def test_a_replay_is_a_source_and_can_be_played_twice() -> None:
    block = SampleBlock(INFO, 0, np.zeros((150, 2)))
    source: Source = ReplaySource(recording_of([block]))
    assert source.info is INFO
    lengths = []
    for _ in range(2):
        with source:
            lengths.append([b.n_samples for b in source])
    assert lengths == [[100, 50], [100, 50]]


def test_leaving_the_with_closes_the_recording() -> None:
    closed = []

    def blocks() -> Iterator[SampleBlock]:
        try:
            while True:
                yield SampleBlock(INFO, 0, np.zeros((100, 2)))
        finally:
            closed.append(True)

    with ReplaySource(Recording(INFO, blocks, Provenance("none", "test"))) as source:
        next(iter(source))
        assert closed == []
    assert closed == [True]


@pytest.mark.parametrize("block_s", [0.0, -1.0, float("nan"), float("inf")])
def test_a_length_that_no_block_has_is_refused(block_s: float) -> None:
    with pytest.raises(UsageError, match="cannot be played"):
        ReplaySource(recording_of([]), block_s)
