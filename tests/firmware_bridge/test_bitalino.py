"""The BITalino's bytes: its own firmware's encoder and its official API on the same frames."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge.bitalino import crc4, decoder, encode

Vectors = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize("place", range(8))
def test_the_official_api_reads_the_same_values(vectors: Vectors, place: int) -> None:
    told = vectors("bitalino")["vectors"][0]["frames"][place]
    stream = bytes.fromhex("".join(told["frames_hex"]))
    frames = decoder(len(told["channels"])).feed(stream).frames
    assert frames.counter is not None
    rows = np.column_stack([frames.counter, frames.aux["digital"], frames.counts])
    np.testing.assert_array_equal(rows, told["decoded"])
    assert encode(frames) == stream


def test_its_simulated_signal_is_read_too(vectors: Vectors) -> None:
    told = vectors("bitalino")["vectors"][0]["simulated_mode_6ch"]
    reader = decoder(6)
    first, last = reader.feed(bytes.fromhex("".join(told["frames_hex"]))), reader.finish()
    assert first.frames.n_frames + last.frames.n_frames == len(told["frames_hex"])
    assert (first.garbage, last.garbage) == ((), ())


def test_any_bit_that_flips_breaks_the_crc() -> None:
    clean = np.frombuffer(bytes.fromhex("dff7df7fb5e10606"), np.uint8)
    rows = clean ^ np.packbits(np.eye(64, dtype=np.uint8), axis=1)
    assert not np.any(crc4(rows) == (rows[:, -1] & 0x0F))
