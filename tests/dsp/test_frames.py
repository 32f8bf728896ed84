"""Frames lie on a grid that starts where a stretch starts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals import blocks_of, cut, info_of, noise

from fasciscope.core import Flag, SampleBlock
from fasciscope.dsp.frames import Framer

INFO = info_of(1)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 400), max_size=8), st.integers(1, 999), st.integers(1, 50))
def test_frames_hold_every_sample_once_in_its_place(sizes: list[int], at: int, length: int) -> None:
    uv = noise(1500)
    framer = Framer(1, 100, 1000.0)
    blocks = list(cut(blocks_of(INFO, uv, [(at, at + length)]), sizes))
    frames = [f for b in blocks for f in framer.push(b)] + list(framer.finish())
    origin = 0
    for frame in frames:
        assert np.array_equal(frame.uv, uv[frame.first_sample : frame.end_sample])
        origin = frame.first_sample if frame.first else origin
        assert origin in (0, at + length)
        assert (frame.first_sample - origin) % 100 == 0
        assert frame.n_samples == 100 or frame.last
    assert sum(f.n_samples for f in frames) == 1500 - length
    assert [f.lost_before for f in frames if f.first] == [0, length]
    assert [f.first for f in frames].count(True) == [f.last for f in frames].count(True) == 2


def test_a_stretch_of_whole_frames_still_ends_with_a_last_one() -> None:
    framer = Framer(1, 100, 1000.0)
    frames = [*framer.push(SampleBlock(INFO, 0, noise(200))), *framer.finish()]
    assert [(f.n_samples, f.first, f.last) for f in frames] == [
        (100, True, False),
        (100, False, False),
        (0, False, True),
    ]


def test_a_clipped_sample_is_no_hole() -> None:
    framer = Framer(1, 100, 1000.0)
    flags = np.zeros((100, 1), dtype=np.uint8)
    flags[3], flags[7], flags[9] = int(Flag.CLIPPED), int(Flag.MISSING), int(Flag.OFF_CONTACT)
    (frame,) = framer.push(SampleBlock(INFO, 0, noise(100), flags))
    holes = frame.holes()
    assert holes is not None
    assert np.flatnonzero(holes[:, 0]).tolist() == [7, 9]


def test_samples_that_come_again_are_our_bug() -> None:
    framer = Framer(1, 100, 1000.0)
    list(framer.push(SampleBlock(INFO, 0, noise(50))))
    with pytest.raises(AssertionError):
        list(framer.push(SampleBlock(INFO, 49, noise(50))))


def test_a_hole_stays_at_the_last_sound_sample_whatever_it_was_filled_with() -> None:
    uv = np.arange(300.0)[:, None] + 500.0
    holes = [(0, 5, 0), (90, 110, 0), (150, 151, 0)]
    framer = Framer(1, 100, 1000.0)
    (block,) = blocks_of(INFO, uv, (), holes)
    bridged = np.concatenate([frame.uv[:, 0] for frame in framer.push(block)])
    assert bridged[:5].tolist() == [505.0] * 5
    assert bridged[90:110].tolist() == [589.0] * 20
    assert bridged[150] == 649.0
    sound = np.setdiff1d(np.arange(300), [*range(5), *range(90, 110), 150])
    assert np.array_equal(bridged[sound], uv[sound, 0])
