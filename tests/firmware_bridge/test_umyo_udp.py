"""uMyo's datagrams as its makers' own tool writes and reads them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.umyo_udp import (
    ANOTHER,
    DAMAGED,
    NO_DATAGRAM,
    OTHER_CONTENT,
    UmyoDatagramDecoder,
    encode,
)

Vectors = Callable[[str], dict[str, Any]]
FRAMES = Frames(np.arange(-8, 8, dtype=np.int32)[:, None], np.array([80, 88]), 8)
ONE = encode(FRAMES)[:64]


def test_the_makers_datagrams_are_read(vectors: Vectors) -> None:
    for told in vectors("uf1")["vectors"]:
        decoded = UmyoDatagramDecoder().feed(bytes.fromhex(told["frame_hex"]))
        assert decoded.garbage == ()
        frames = decoded.frames
        assert frames.counts[:, 0].tolist() == told["emg"]["samples_i16"]
        assert frames.counter is not None
        assert frames.counter.tolist() == [told["status"]["t_src_sample"]]
        assert frames.device_us is not None
        assert frames.device_us.tolist() == [told["header"]["t_us"]]
        assert frames.aux["battery_percent"].tolist() == [told["status"]["battery_pct"]]
        assert frames.aux["rssi_dbm"].tolist() == [told["status"]["rssi_dbm"]]


def test_what_is_encoded_differs_from_the_makers_in_its_number_only(vectors: Vectors) -> None:
    for told in vectors("uf1")["vectors"]:
        data = bytes.fromhex(told["frame_hex"])
        frames = UmyoDatagramDecoder().feed(data).frames
        again = encode(frames, told["header"]["device_id"], checked=told["crc32"] is not None)
        different = [k for k in range(60) if again[k] != data[k]]
        assert len(again) == len(data)
        assert set(different) <= set(range(14, 18)) | {38}  # the numbers of datagram and mode


def test_a_datagram_without_state_counts_by_its_number() -> None:
    data = bytearray(encode(FRAMES, checked=False)[:60])
    without = data[:24] + data[37:]
    without[4:6] = len(without).to_bytes(2, "little")
    frames = UmyoDatagramDecoder().feed(bytes(without)).frames
    assert frames.counter is not None
    assert frames.counter.tolist() == [80]


def changed(at: int, value: int, *, checked: bool = False) -> bytes:
    data = bytearray(encode(FRAMES, checked=checked)[: 60 + 4 * checked])
    data[at] = value
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"UD", NO_DATAGRAM),
        (changed(2, 2), NO_DATAGRAM),
        (changed(4, 61), NO_DATAGRAM),
        (changed(25, 255), NO_DATAGRAM),
        (ONE + b"?", NO_DATAGRAM),
        (changed(50, 77, checked=True), DAMAGED),
        (changed(40, 2), OTHER_CONTENT),
        (changed(41, 16), OTHER_CONTENT),
        (changed(42, 2), OTHER_CONTENT),
    ],
)
def test_other_datagrams_are_garbage_by_name(data: bytes, reason: str) -> None:
    decoded = UmyoDatagramDecoder().feed(data)
    assert decoded.frames.n_frames == 0
    assert [(g.length, g.reason) for g in decoded.garbage] == [(len(data), reason)]


def test_the_first_umyo_is_read_and_another_is_not() -> None:
    decoder = UmyoDatagramDecoder()
    assert decoder.feed(ONE).frames.n_frames == 1
    assert [g.reason for g in decoder.feed(encode(FRAMES, 7)[:64]).garbage] == [ANOTHER]
    assert decoder.feed(encode(FRAMES)[64:]).frames.n_frames == 1
