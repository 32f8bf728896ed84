"""The EMaGer's bytes as LibEMG reads them when it stands in step, and when it does not."""

from collections.abc import Callable
from typing import Any

import pytest

from fasciscope.firmware_bridge.emager import ELECTRODES, LENGTH, decoder, encode

Vectors = Callable[[str], dict[str, Any]]


def test_libemg_reads_the_same_values_in_the_same_order(vectors: Vectors) -> None:
    (told,) = vectors("emager")["vectors"]
    stream = bytes.fromhex("".join(told["frames_hex"]))
    frames = decoder().feed(stream).frames
    assert frames.counts.tolist() == told["input_counts"]
    assert list(ELECTRODES) == told["channel_map"]
    assert frames.counts[0, list(ELECTRODES[:8])].tolist() == told["first_after_map"]
    assert encode(frames) == stream


@pytest.mark.parametrize("skip", [1, 37, 64, 127])
def test_out_of_step_no_two_samples_are_mixed(vectors: Vectors, skip: int) -> None:
    (told,) = vectors("emager")["vectors"]  # LibEMG turns its buffer round: two instants in one
    stream = bytes.fromhex("".join(told["frames_hex"]))
    one = decoder().feed(stream[skip:])
    assert one.frames.counts.tolist() == told["input_counts"][1:]
    assert [(g.offset, g.length) for g in one.garbage] == [(0, LENGTH - skip)]
