"""The FreeEEG32's bytes as BrainFlow's driver reads them, with the two frames that it keeps back."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fasciscope.firmware_bridge import board
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.freeeeg32 import decoder, encode

Vectors = Callable[[str], dict[str, Any]]


def test_brainflow_reads_the_same_values_but_not_the_first_and_the_last(vectors: Vectors) -> None:
    (told,) = vectors("freeeeg32")["vectors"]
    stream = bytes.fromhex("".join(told["frames_hex"]))
    frames = decoder().feed(stream).frames
    assert frames.counter is not None
    assert frames.counter.tolist() == [0, *(row["counter"] for row in told["decoded"]), 4]
    uv = frames.counts * (board("freeeeg32").uv_per_count or 0)
    np.testing.assert_allclose(uv[1:-1], [row["uV"] for row in told["decoded"]], rtol=1e-6)
    assert encode(frames) == stream


def test_another_length_can_be_set(vectors: Vectors) -> None:
    (told,) = vectors("freeeeg32")["vectors"]
    frames = decoder().feed(bytes.fromhex("".join(told["frames_hex"]))).frames
    longer = decoder(110).feed(b"\x55" * 60 + encode(Frames(frames.counts, frames.counter), 110))
    np.testing.assert_array_equal(longer.frames.counts, frames.counts)
    assert [(g.offset, g.length) for g in longer.garbage] == [(0, 60)]
