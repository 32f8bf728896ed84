"""Mudra Link's notifications as mudraka reads them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge.boards import board
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.frames import Decoded, Frames
from fasciscope.firmware_bridge.mudra import PROFILES, MudraDecoder, encode

Vectors = Callable[[str], dict[str, Any]]
CASES = (
    "one_full_112B",
    "two_frames",
    "short_3_samples",
    "malformed_len",
    "device_time_jump_one_packet_lost",
)


def fed(packets: list[bytes]) -> list[Decoded]:
    decoder = MudraDecoder()
    return [decoder.feed(packet) for packet in packets]


def clocks(decoded: list[Decoded]) -> list[list[int]]:
    return [one.frames.device_us.tolist() for one in decoded if one.frames.device_us is not None]


@pytest.mark.parametrize("case", CASES)
def test_mudraka_reads_the_same_values(vectors: Vectors, case: str) -> None:
    (told,) = [one for one in vectors("mudra_link")["vectors"] if one["name"] == case]
    packets = [bytes.fromhex(text) for text in told["notifications_hex"]]
    decoded = fed(packets)
    assert [one.frames.n_frames for one in decoded] == told["fed"]
    rows = [row for one in decoded for row in one.frames.counts.tolist()]
    assert rows == told["rows"]
    assert sum(len(one.garbage) for one in decoded) == told["stats"]["malformed"]
    if rows:
        assert clocks(decoded)[-1][-1] == told["stats"]["last_device_time_us"]
        assert b"".join(encode(one.frames) for one in decoded) == b"".join(packets)


def test_these_are_all_the_vectors(vectors: Vectors) -> None:
    assert [one["name"] for one in vectors("mudra_link")["vectors"]] == list(CASES)


def test_a_lost_notification_shows_in_the_clock(vectors: Vectors) -> None:
    told = {one["name"]: one for one in vectors("mudra_link")["vectors"]}
    steps = {}
    for case in ("two_frames", "device_time_jump_one_packet_lost"):
        one, other = clocks(fed([bytes.fromhex(text) for text in told[case]["notifications_hex"]]))
        assert len(set(one)) == len(set(other)) == 1
        steps[case] = other[0] - one[0]
    assert steps == {"two_frames": 21698, "device_time_jump_one_packet_lost": 43200}


@pytest.mark.parametrize("n", [1, 5, 17, 18, 40, 84])
def test_the_length_tells_how_many_samples_there_are(n: int) -> None:
    packet = np.arange(3 * n, dtype="<i2").tobytes() + (77).to_bytes(4, "little")
    (one,) = fed([packet])
    assert one.frames.counts.tolist() == np.arange(3 * n).reshape(n, 3).tolist()
    assert clocks([one]) == [[77] * n]
    assert one.n_bytes == len(packet)


@pytest.mark.parametrize("n", [1, 3, 4, 9, 11, 111, 113, 514])
def test_other_lengths_are_garbage(n: int) -> None:
    decoded = fed([bytes(10), bytes(n), bytes(10)])
    assert [(g.offset, g.length) for one in decoded for g in one.garbage] == [(10, n)]
    assert [one.frames.n_frames for one in decoded] == [1, 0, 1]


def test_frames_that_fill_no_notification_are_sent_in_a_shorter_one() -> None:
    counts = np.arange(3 * 40, dtype=np.int32).reshape(40, 3) - 60
    data = encode(Frames(counts))
    assert len(data) == 2 * 112 + 4 * 6 + 4
    decoded = fed([data[:112], data[112:224], data[224:]])
    assert np.concatenate([one.frames.counts for one in decoded]).tolist() == counts.tolist()
    assert [one[-1] for one in clocks(decoded)] == [21583, 43165, 47962]


def test_the_clock_begins_anew_after_71_minutes() -> None:
    us = (1 << 32) + np.array([5])
    assert encode(Frames(np.zeros((1, 3), np.int32), device_us=us)) == bytes(6) + b"\x05\0\0\0"


def test_its_profile_starts_the_muscles_only() -> None:
    profile = PROFILES["mudra-link"]
    assert board("mudra-link").channels == CODECS[profile.codec].n_channels
    assert profile.start == (b"\x22\x00", b"\x06\x00\x01")
    assert profile.stop == (b"\x06\x00\x00",)
    assert profile.gatt is not None
    assert profile.gatt.data == ("0000fff4-0000-1000-8000-00805f9b34fb",)
    assert profile.gatt.control == "0000fff1-0000-1000-8000-00805f9b34fb"
