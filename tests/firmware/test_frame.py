"""The firmware's C encoder against the Python side, byte for byte."""

import ctypes

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.own import (
    LENGTH,
    OwnDecoder,
    crc16,
    encode,
    encode_text,
    samples_per_frame,
)

U32 = st.integers(0, (1 << 32) - 1)
COUNT = st.integers(-(1 << 15), (1 << 15) - 1)


def encoded_in_c(host: ctypes.CDLL, n: int, number: int, us: int, counts: list[int]) -> bytes:
    out = (ctypes.c_uint8 * LENGTH)()
    values = (ctypes.c_int16 * len(counts))(*counts)  # no longer than the frame needs
    host.fs_encode_samples(
        out, ctypes.c_uint8(n), ctypes.c_uint32(number), ctypes.c_uint32(us), values
    )
    return bytes(out)


@st.composite
def frames(draw: st.DrawFn) -> Frames:
    n = draw(st.integers(1, 8))
    per_frame = samples_per_frame(n)
    counts = draw(st.lists(COUNT, min_size=n * per_frame, max_size=n * per_frame))
    number, us = np.array([draw(U32)]), np.array([draw(U32)])
    return Frames(np.array(counts, np.int32).reshape(per_frame, n), number, per_frame, us)


@given(frames())
def test_samples_are_the_same_bytes_in_both_languages(host: ctypes.CDLL, one: Frames) -> None:
    assert one.counter is not None
    assert one.device_us is not None
    n = one.counts.shape[1]
    data = encoded_in_c(
        host, n, int(one.counter[0]), int(one.device_us[0]), one.counts.ravel().tolist()
    )
    assert data == encode(one)
    decoded = OwnDecoder(n).feed(data)
    assert decoded.garbage == ()
    np.testing.assert_array_equal(decoded.frames.counts, one.counts)
    np.testing.assert_array_equal(decoded.frames.counter, one.counter)
    np.testing.assert_array_equal(decoded.frames.device_us, one.device_us)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60))
def test_text_is_the_same_bytes_in_both_languages(host: ctypes.CDLL, line: str) -> None:
    out = (ctypes.c_uint8 * LENGTH)()
    host.fs_encode_text(out, line.encode("ascii"))
    assert bytes(out) == encode_text(line[:40])


@given(st.binary(max_size=255))
def test_the_crc_is_the_same_number_in_both_languages(host: ctypes.CDLL, data: bytes) -> None:
    host.fs_crc16.restype = ctypes.c_uint16
    row = np.frombuffer(data, np.uint8)[None, :]
    assert host.fs_crc16(data, ctypes.c_uint8(len(data))) == crc16(row)[0]
