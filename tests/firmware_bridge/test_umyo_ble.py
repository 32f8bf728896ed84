"""uMyo's notifications, made here by the layout that its makers' adapter reads."""

import struct

import numpy as np
import pytest

from fasciscope.firmware_bridge.boards import board
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.frames import Decoded, Frames
from fasciscope.firmware_bridge.umyo_ble import PROFILES, UmyoRadioDecoder, encode


def counters(decoded: list[Decoded]) -> list[int]:
    return [int(k) for part in decoded for k in part.frames.counter]  # type: ignore[union-attr]


SAMPLES = list(range(-12, 12))
QUATERNION = (1, -2, 3, -4)
MOTION = tuple(range(100, 113))


@pytest.mark.parametrize("head", [b"", b"\x01"])
def test_a_notification_with_an_orientation_is_three_frames(head: bytes) -> None:
    first = (1 << 32) - 8
    data = head + struct.pack("<I24h4h", first, *SAMPLES, *QUATERNION)
    assert len(data) == 60 + len(head)
    frames = UmyoRadioDecoder().feed(data).frames
    assert frames.counts[:, 0].tolist() == SAMPLES
    assert counters([Decoded(frames, 0)]) == [first, 0, 8]
    assert frames.aux["quaternion"].tolist() == [list(QUATERNION)] * 3


@pytest.mark.parametrize(("head", "n"), [(b"", 8), (b"", 16), (b"", 24), (b"\x02", 24)])
def test_a_notification_of_samples_only_is_a_frame_for_eight(head: bytes, n: int) -> None:
    data = head + struct.pack(f"<I{n}h", 1000, *SAMPLES[:n])
    decoded = UmyoRadioDecoder().feed(data)
    assert decoded.frames.counts[:, 0].tolist() == SAMPLES[:n]
    assert counters([decoded]) == [1000 + at for at in range(0, n, 8)]
    assert decoded.n_bytes == len(data)


@pytest.mark.parametrize("head", [b"", b"\x03"])
def test_motion_alone_is_kept_for_the_frames_after_it(head: bytes) -> None:
    one = UmyoRadioDecoder()
    moved = one.feed(head + struct.pack("<13h", *MOTION))
    assert (moved.frames.n_frames, moved.garbage) == (0, ())
    frames = one.feed(struct.pack("<I8h", 8, *SAMPLES[:8])).frames
    assert frames.aux["inertial"].tolist() == [list(MOTION[:6])]
    assert frames.aux["magnetometer"].tolist() == [list(MOTION[6:9])]
    assert frames.aux["quaternion"].tolist() == [list(MOTION[9:])]


@pytest.mark.parametrize("data", [b"\x01" * 53, b"\x04" * 61, b"\x02" * 27, bytes(51), b"\x02"])
def test_other_formats_and_lengths_are_garbage(data: bytes) -> None:
    decoded = UmyoRadioDecoder().feed(data)
    assert [(g.offset, g.length) for g in decoded.garbage] == [(0, len(data))]
    assert decoded.frames.n_frames == 0


def test_frames_that_fill_no_notification_are_sent_in_a_shorter_one() -> None:
    counts = np.arange(8 * 5, dtype=np.int32)[:, None]
    data = encode(Frames(counts, 8 * np.arange(5), 8))
    assert len(data) == 53 + 36
    one = UmyoRadioDecoder()
    decoded = [one.feed(data[:53]), one.feed(data[53:])]
    assert counters(decoded) == [0, 8, 16, 24, 32]


def test_its_profile_names_a_board_and_a_wire_format() -> None:
    profile = PROFILES["umyo-ble"]
    assert board("umyo-ble").channels == CODECS[profile.codec].n_channels
    assert profile.gatt is not None
    assert profile.gatt.service == "93375900-f229-8b49-b397-44b5899b8601"
