"""Our own wire: its CRC, its lines of text between samples, and the example of the page."""

from pathlib import Path

import numpy as np
import pytest

from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.own import (
    FEW,
    GATT,
    LENGTH,
    NO_TEXT,
    OTHER_CHANNELS,
    OwnDecoder,
    _sealed,
    crc16,
    encode,
    encode_text,
)


def ramp(n_channels: int, n_frames: int) -> Frames:
    per_frame = 16 // n_channels
    counts = np.arange(n_frames * per_frame * n_channels, dtype=np.int32)
    number = per_frame * np.arange(n_frames, dtype=np.int64)
    return Frames(counts.reshape(-1, n_channels), number, per_frame, 1000 * number)


def test_the_crc_is_that_of_the_catalogues() -> None:
    rows = np.frombuffer(b"123456789\0\0\0\0\0\0\0\0\0", np.uint8).reshape(2, 9)
    assert crc16(rows)[0] == 0x29B1
    assert crc16(np.repeat(rows, FEW, axis=0))[0] == 0x29B1
    assert crc16(rows[:0]).shape == (0,)


def test_the_crc_of_many_rows_is_that_of_each() -> None:
    rows = np.random.default_rng(1).integers(0, 256, (FEW, 41), dtype=np.uint8)
    parts = [crc16(rows[k : k + 1]) for k in range(FEW)]
    np.testing.assert_array_equal(crc16(rows), np.concatenate(parts))


def test_the_clock_and_the_number_come_through_up_to_their_ends() -> None:
    number = np.array([0xFFFFFFF0, 0, 16])
    clock = np.array([0xFFFFFFFF, 15_999, 31_999])
    counts = np.repeat(np.array([[-32768], [32767], [0]], np.int32), 16, axis=0)
    frames = OwnDecoder(1).feed(encode(Frames(counts, number, 16, clock))).frames
    np.testing.assert_array_equal(frames.counter, number)
    np.testing.assert_array_equal(frames.device_us, clock)
    np.testing.assert_array_equal(frames.counts, counts)


def test_lines_of_text_are_messages_between_samples() -> None:
    data = encode(ramp(2, 4))
    stream = encode_text("ok start") + data[:LENGTH] + encode_text("x" * 40) + data[LENGTH:]
    decoded = OwnDecoder(2).feed(stream)
    np.testing.assert_array_equal(decoded.frames.counts, ramp(2, 4).counts)
    assert [(m.offset, m.length, m.text) for m in decoded.messages] == [
        (0, LENGTH, "ok start"),
        (2 * LENGTH, LENGTH, "x" * 40),
    ]
    assert decoded.garbage == ()


@pytest.mark.parametrize("byte", range(LENGTH))
def test_a_frame_with_a_wrong_bit_is_not_given_and_its_neighbours_are(byte: int) -> None:
    clean, want = encode(ramp(1, 3)), ramp(1, 3).counts
    for bit in range(8):
        data = bytearray(clean)
        data[LENGTH + byte] ^= 1 << bit
        decoded = OwnDecoder(1).feed(bytes(data))
        np.testing.assert_array_equal(decoded.frames.counts, np.delete(want, np.s_[16:32], axis=0))
        assert [(g.offset, g.length) for g in decoded.garbage] == [(LENGTH, LENGTH)]


def test_a_damaged_line_is_no_message() -> None:
    stream = bytearray(encode_text("ok start"))
    stream[4] ^= 1
    decoder = OwnDecoder(1)
    decoded = [decoder.feed(bytes(stream)), decoder.finish()]
    assert [one.messages for one in decoded] == [(), ()]


def test_frames_of_other_channels_and_lines_that_are_none_are_garbage_by_name() -> None:
    odd = np.zeros((1, LENGTH), np.uint8)
    odd[0, 3:6] = [65, 7, 65]
    decoded = OwnDecoder(1).feed(encode(ramp(2, 1)) + _sealed(odd) + encode(ramp(1, 1)))
    assert [(g.offset, g.reason) for g in decoded.garbage] == [(0, OTHER_CHANNELS), (46, NO_TEXT)]
    assert decoded.frames.n_frames == 1


@pytest.mark.parametrize("line", ["", "x" * 41, "a\tb"])
def test_a_line_that_no_frame_can_hold_is_not_sent(line: str) -> None:
    with pytest.raises(AssertionError):
        encode_text(line)


def test_the_example_of_the_page_is_what_is_encoded() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text("utf-8")
    shown = bytes.fromhex(page.split("## Example")[1].split(":\n", 1)[1])
    counts = np.arange(16, dtype=np.int32)[:, None]
    assert encode(Frames(counts, np.array([256]), 16, np.array([1_000_000]))) == shown
    for known in (GATT.service, *GATT.data, str(GATT.control)):
        assert known in page
