"""uMyo's radio packets as its firmware made them; no peer reads them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.umyo_radio import FARTHEST, decoder, encode

Vectors = Callable[[str], dict[str, Any]]


def test_packets_of_the_firmware_hold_what_it_was_fed(vectors: Vectors) -> None:
    for told in vectors("umyo.nrf24_32B")["vectors"]:
        decoded = decoder().feed(bytes.fromhex(told["payload_hex"]))
        assert decoded.garbage == ()
        frames = decoded.frames
        number, samples = told["fw_input"][0], np.array(told["fw_input"][1:9])
        assert frames.counter is not None
        assert frames.counter.tolist() == [number]
        far = np.abs(samples - samples[0]) >= FARTHEST
        counts = frames.counts[:, 0]
        np.testing.assert_array_equal(counts[~far], samples[~far])
        np.testing.assert_array_equal(
            counts[far], samples[0] + FARTHEST * np.sign(samples - samples[0])[far]
        )
        bad = np.zeros(8, bool) if frames.bad is None else frames.bad[:, 0]
        np.testing.assert_array_equal(bad, far)


def test_a_step_that_is_too_far_is_bad_and_its_neighbours_are_not() -> None:
    counts = np.array([0, 254, 255, 1000, -254, -255, -1000, 7], np.int32)[:, None]
    frames = decoder().feed(encode(Frames(counts, np.array([128]), 8))).frames
    assert frames.bad is not None
    assert frames.bad[:, 0].tolist() == [0, 0, 1, 1, 0, 1, 1, 0]
    assert frames.counts[[0, 1, 4, 7], 0].tolist() == [0, 254, -254, 7]


@pytest.mark.parametrize("at", range(32))
def test_a_damaged_byte_is_seen_by_the_sums(at: int) -> None:
    counts = np.arange(8, dtype=np.int32)[:, None]
    data = bytearray(encode(Frames(counts, np.array([5]), 8)))
    data[at] ^= 0x10
    decoded = decoder().feed(bytes(data))
    assert decoded.frames.n_frames == 0
    assert [g.length for g in decoded.garbage] == [32]
