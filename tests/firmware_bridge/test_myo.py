"""The Myo's notifications as pyomyo reads them, and the commands that it sends."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge.boards import board
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.frames import Decoded
from fasciscope.firmware_bridge.myo import (
    DATA,
    FILTERED,
    NEVER_SLEEP,
    PROFILES,
    RAW,
    MyoDecoder,
    encode,
    mode_command,
    vibrate_command,
)

Vectors = Callable[[str], dict[str, Any]]
HANDLES = ("0x2b", "0x2e", "0x31", "0x34")
"""Of the four characteristics' values, in order."""
COMMAND = "0x19"


def fed(packets: list[bytes]) -> list[Decoded]:
    decoder = MyoDecoder()
    return [decoder.feed(packet) for packet in packets]


def test_pyomyo_reads_the_same_values(vectors: Vectors) -> None:
    (told,) = vectors("myo")["vectors"]
    packets = [
        bytes([HANDLES.index(one["handle"])]) + bytes.fromhex(one["payload_hex"])
        for one in told["emg"]["notifications"]
    ]
    parts = fed(packets)
    counts = np.concatenate([one.frames.counts for one in parts])
    assert counts.tolist() == told["emg"]["decoded"]
    numbers = [one.frames.counter for one in parts]
    assert [number.tolist() for number in numbers if number is not None] == [[0], [1], [2], [3]]
    assert b"".join(encode(one.frames) for one in parts) == b"".join(packets)


def test_pyomyo_sends_the_same_commands(vectors: Vectors) -> None:
    (told,) = vectors("myo")["vectors"]
    for setup, mode in (
        ("setup_RAW", mode_command(RAW, motion=1)),
        ("setup_FILTERED", mode_command(FILTERED, motion=1, classifier=1)),
    ):
        sent = [bytes.fromhex(text) for handle, text in told[setup] if handle == COMMAND]
        assert sent == [mode, NEVER_SLEEP]
    assert vibrate_command(3) == b"\x03\x01\x03"


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (bytes(16), "length"),  # a link that forgot the number
        (bytes(18), "length"),
        (b"\x00", "length"),
        (b"\x04" + bytes(16), "characteristic"),
        (b"\xff" + bytes(16), "characteristic"),
    ],
)
def test_what_is_no_notification_of_emg_is_garbage(packet: bytes, reason: str) -> None:
    good, bad, after = fed([bytes(17), packet, b"\x02" + bytes(16)])
    assert (good.garbage, after.garbage) == ((), ())
    assert [(one.offset, one.length) for one in bad.garbage] == [(17, len(packet))]
    assert reason in bad.garbage[0].reason
    assert bad.frames.n_frames == 0


def test_its_profile_asks_for_raw_values_by_four_characteristics() -> None:
    profile = PROFILES["myo"]
    assert board("myo").channels == CODECS[profile.codec].n_channels
    assert profile.start == (b"\x09\x01\x01", b"\x01\x03\x03\x00\x00")
    assert profile.stop == (b"\x09\x01\x00", b"\x01\x03\x00\x00\x00")
    assert profile.gatt is not None
    assert profile.gatt.data == DATA
    assert DATA[3] == "d5060405-a904-deb9-4748-2c7f4a124842"
    assert profile.gatt.control == "d5060401-a904-deb9-4748-2c7f4a124842"
