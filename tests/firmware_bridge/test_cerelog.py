"""The ESP-EEG's bytes, built from its firmware's text; no peer has read them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge.cerelog import BAUDS, decoder, encode, handshake

Vectors = Callable[[str], dict[str, Any]]


def test_the_layout_of_its_firmware_is_read(vectors: Vectors) -> None:
    told = vectors("cerelog_esp_eeg")["vectors"][0]["packets"]
    stream = bytes.fromhex("".join(packet["packet_hex"] for packet in told))
    frames = decoder().feed(stream).frames
    assert frames.device_us is not None
    assert frames.device_us.tolist() == [1000 * packet["ms"] for packet in told]
    assert frames.counts.tolist() == [packet["counts"] for packet in told]
    assert np.all(frames.aux["status"] == [0xC0, 0, 0])
    assert encode(frames) == stream


def test_the_handshake_is_that_of_the_firmware(vectors: Vectors) -> None:
    told = vectors("cerelog_esp_eeg")["vectors"][0]
    assert handshake(told["unix"]).hex() == told["handshake_hex"]


@pytest.mark.parametrize(("code", "baud"), list(enumerate(BAUDS)))
def test_the_handshake_names_the_rate_by_its_code(code: int, baud: int) -> None:
    sent = handshake(0, baud)
    assert len(sent) == 12
    assert (sent[8], sent[9]) == (code, 3 + code)


def test_a_frame_that_stands_inside_another_is_not_one(vectors: Vectors) -> None:
    told = vectors("cerelog_esp_eeg")["vectors"][0]["packets"]  # one holds AB CD eight times
    one = decoder().feed(
        bytes.fromhex(told[2]["packet_hex"])[1:] + bytes.fromhex(told[3]["packet_hex"])
    )
    assert one.frames.counts.tolist() == [told[3]["counts"]]
    assert [(g.offset, g.length) for g in one.garbage] == [(0, 36)]
