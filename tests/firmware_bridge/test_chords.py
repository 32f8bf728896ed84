"""Chords boards and the NPG Lite: what the vendor's own host reads, and what it loses or hangs on."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge import CODECS, Decoded, Frames
from fasciscope.firmware_bridge.chords import (
    ANSWERS,
    NO_NOTIFICATION,
    NO_SUCH_COUNT,
    PROFILES,
    START,
    STATUS,
    STOP,
    WHORU,
    NotificationDecoder,
    decoder,
    encode,
)

Vectors = Callable[[str], dict[str, Any]]
UNO = CODECS["chords-uno-r3"]


def read(name: str, stream: bytes, piece: int = 1 << 20) -> list[Decoded]:
    reader = CODECS[name].decoder()
    pieces = range(0, len(stream), piece)
    return [*(reader.feed(stream[at : at + piece]) for at in pieces), reader.finish()]


def counts(found: list[Decoded]) -> list[list[int]]:
    return [row for one in found for row in one.frames.counts.tolist()]


def numbers(found: list[Decoded]) -> list[int]:
    parts = [one.frames.counter for one in found if one.frames.counter is not None]
    return [n for part in parts for n in part.tolist()]


def frames(n: int, n_channels: int = 6, high: int = 1023) -> list[bytes]:
    rng = np.random.default_rng(1)
    values = rng.integers(0, high + 1, (n, n_channels)).astype(np.int32)
    data = encode(Frames(values, np.arange(n)))
    size = len(data) // n
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_the_vendors_host_reads_the_same_values(vectors: Vectors, place: int, piece: int) -> None:
    told = vectors("chords")["vectors"][place]
    stream = bytes.fromhex("".join(told["packets_hex"]))
    found = read(ANSWERS[told["board"]], stream, piece)
    assert counts(found) == told["decoded"]
    first = stream[2]
    assert numbers(found) == [(first + k) % 256 for k in range(len(told["decoded"]))]
    assert all(one.garbage == () for one in found)
    assert b"".join(encode(one.frames) for one in found) == stream


def test_a_notification_is_read_as_the_vendors_host_reads_it(vectors: Vectors) -> None:
    (told,) = (one for one in vectors("chords")["vectors"] if "notification_hex" in one)
    codec, stream = CODECS["npg-lite-ble"], bytes.fromhex(told["notification_hex"])
    found = codec.decoder().feed(stream)
    assert found.frames.counter is not None
    rows = np.column_stack([found.frames.counter, found.frames.counts])
    assert rows.tolist() == told["decoded"]
    assert codec.encode(found.frames) == stream


@pytest.mark.parametrize("skip", range(1, 16))
def test_a_stream_joined_amid_a_payload_full_of_marks_costs_that_frame(
    vectors: Vectors, skip: int
) -> None:
    (told,) = (one for one in vectors("chords")["vectors"] if "note" in one)
    stream = bytes.fromhex("".join(told["packets_hex"]))
    found = read("chords-giga-r1", stream[skip:])
    assert counts(found) == told["decoded"][1:]
    assert [(g.offset, g.length) for one in found for g in one.garbage] == [(0, 16 - skip)]


@pytest.mark.parametrize("piece", [1, 5, 1000])
def test_rubbish_before_half_a_frame_is_no_trap(piece: int) -> None:
    one, two, three = frames(3)
    found = read("chords-uno-r3", b"UNO-R3\r\n" + one[:9] + one + two + three[:5], piece)
    assert numbers(found) == [0, 1]
    assert sum(g.length for part in found for g in part.garbage) == 8 + 9 + 5


def test_a_read_that_ends_in_the_first_byte_of_the_mark_costs_nothing() -> None:
    one, two, three = frames(3)
    reader = UNO.decoder()
    assert reader.feed(one + two[:1]).frames.n_frames == 1
    assert reader.buffered == 1
    found = reader.feed(two[1:] + three)
    assert found.frames.n_frames == 2
    assert found.garbage == ()


def test_an_answer_between_frames_costs_no_frame() -> None:
    one, two, three, four = frames(4)
    found = read("npg-lite-6", one + two + b"RUNNING\r\n" + three + four)
    assert numbers(found) == [0, 1, 2, 3]
    assert [(g.offset, g.length) for part in found for g in part.garbage] == [(32, 9)]


@pytest.mark.parametrize(("bits", "value"), [(10, 1024), (12, 4096), (14, 16384)])
def test_what_a_converter_cannot_give_is_damage(bits: int, value: int) -> None:
    one, two, three = frames(3)
    spoilt = bytearray(two)
    spoilt[5:7] = value.to_bytes(2, "big")
    for readable in range(bits, 17, 2):
        reader = decoder(6, readable)
        n = reader.feed(one + bytes(spoilt) + three).frames.n_frames
        n += reader.finish().frames.n_frames
        assert n == (2 if readable == bits else 3)


def test_a_lost_frame_shows_in_the_counter_only() -> None:
    one, _, three = frames(3)
    found = read("chords-uno-r3", one + three)
    assert numbers(found) == [0, 2]
    assert all(part.garbage == () for part in found)


@pytest.mark.parametrize("length", [1, 7, 69, 71, 130, 140])
def test_a_notification_of_another_length_is_garbage_by_name(length: int) -> None:
    reader = NotificationDecoder(3)
    found = reader.feed(bytes(length))
    assert found.frames.n_frames == 0
    assert [(g.offset, g.length, g.reason) for g in found.garbage] == [(0, length, NO_NOTIFICATION)]
    (second,) = reader.feed(b"RUNNING").garbage
    assert (second.offset, second.length) == (length, 7)


def test_a_notification_with_an_impossible_count_is_garbage_by_name() -> None:
    spoilt = bytearray(70)
    spoilt[1] = 0x10
    found = NotificationDecoder(3).feed(bytes(spoilt))
    assert found.frames.counts.shape == (0, 3)
    assert [g.reason for g in found.garbage] == [NO_SUCH_COUNT]


def test_every_answer_names_a_wire_format_and_every_profile_talks_like_the_vendors_host() -> None:
    assert set(ANSWERS.values()) <= set(CODECS)
    assert (WHORU, START, STOP, STATUS) == (b"WHORU\n", b"START\n", b"STOP\n", b"STATUS\n")
    for profile in PROFILES.values():
        assert (profile.start, profile.stop) == ((b"START\n",), (b"STOP\n",))
        assert profile.bauds == (() if profile.gatt else (230_400, 115_200))
