"""Blocks: read-only, absolute, and with a reason for every sample that does not count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from fasciscope.core import ChannelInfo, Flag, SampleBlock, StreamInfo, block_with_nan_flagged

INFO = StreamInfo("board", 1000.0, (ChannelInfo("a", 1.0), ChannelInfo("b", None)))


def test_samples_and_flags_cannot_be_written_through_a_block() -> None:
    block = SampleBlock(INFO, 0, np.zeros((3, 2)), np.zeros((3, 2), np.uint8))
    assert block.flags is not None
    with pytest.raises(ValueError, match="read-only"):
        block.uv[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        block.flags[0, 0] = 1


def test_the_array_that_a_block_was_made_of_stays_writable() -> None:
    own = np.zeros((3, 2))
    SampleBlock(INFO, 0, own)
    own[0, 0] = 1.0
    assert own.flags.writeable


def test_samples_become_float64_and_flags_become_bytes() -> None:
    block = SampleBlock(
        INFO,
        0,
        np.ones((3, 2), np.int16),  # type: ignore[arg-type]  # readers may hand over counts
        np.ones((3, 2), np.int64),  # type: ignore[arg-type]
    )
    assert block.uv.dtype == np.float64
    assert block.flags is not None
    assert block.flags.dtype == np.uint8


def test_sample_numbers_are_absolute() -> None:
    block = SampleBlock(INFO, 1000, np.zeros((30, 2)))
    assert (block.first_sample, block.n_samples, block.end_sample) == (1000, 30, 1030)


def test_an_empty_block_is_legal() -> None:
    block = SampleBlock(INFO, 7, np.empty((0, 2)))
    assert (block.n_samples, block.end_sample) == (0, 7)
    assert block.valid.shape == (0, 2)


@pytest.mark.parametrize("shape", [(3,), (3, 1), (2, 3), (1, 3, 2)])
def test_samples_of_another_shape_are_our_own_fault(shape: tuple[int, ...]) -> None:
    with pytest.raises(AssertionError):
        SampleBlock(INFO, 0, np.zeros(shape))


def test_without_flags_all_is_sound_and_any_bit_makes_it_unsound() -> None:
    assert SampleBlock(INFO, 0, np.zeros((3, 2))).valid.all()
    flags = np.array([[0, Flag.MISSING], [Flag.CLIPPED, 0], [Flag.OFF_CONTACT, 3]], np.uint8)
    block = SampleBlock(INFO, 0, np.zeros((3, 2)), flags)
    np.testing.assert_array_equal(block.valid, [[True, False], [False, True], [False, False]])


def test_flags_are_bits_of_their_own() -> None:
    assert sorted(Flag) == [1, 2, 4]


@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(0, 20), st.just(2)),
        elements=st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf]),
    )
)
def test_what_is_not_finite_is_flagged_missing_and_everything_else_is_kept(
    uv: NDArray[np.float64],
) -> None:
    block = block_with_nan_flagged(INFO, 5, uv)
    finite = np.isfinite(uv)
    assert block.first_sample == 5
    assert np.isfinite(block.uv).all()
    np.testing.assert_array_equal(block.valid, finite)
    np.testing.assert_array_equal(block.uv[finite], uv[finite])
    assert (block.flags is None) == finite.all()
