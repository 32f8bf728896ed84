"""ProtoCentral's packets as its own firmware makes them, with marks inside, cut and damaged."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge import CODECS, Decoded, Frames
from fasciscope.firmware_bridge.protocentral import PROFILES

Vectors = Callable[[str], dict[str, Any]]
CHANNELS = {
    "healthypi5": lambda told: [told["ecg"]],
    "ads1293": lambda told: told,
    "ads1292r": lambda told: [told["ecg"]],
}
"""The channels that a vector tells of, by board."""
REST = {
    "healthypi5": {
        "bioz": "bioz",
        "red": "red",
        "infrared": "ir",
        "spo2": "spo2",
        "heart_rate": "hr",
        "respiration_rate": "rr",
    },
    "ads1293": {},
    "ads1292r": {"respiration": "resp", "respiration_rate": "rr", "heart_rate": "hr"},
}
"""The vectors' names of what else a packet holds, by ours."""


def read(name: str, stream: bytes, piece: int = 1 << 20) -> list[Decoded]:
    reader = CODECS[name].decoder()
    pieces = range(0, len(stream), piece)
    return [*(reader.feed(stream[at : at + piece]) for at in pieces), reader.finish()]


def counts(found: list[Decoded]) -> list[list[int]]:
    return [row for one in found for row in one.frames.counts.tolist()]


def packets(name: str, *rows: list[int]) -> list[bytes]:
    return [CODECS[name].encode(Frames(np.array([row], np.int32))) for row in rows]


@pytest.mark.parametrize("place", range(7))
def test_what_the_firmware_was_told_is_read(vectors: Vectors, place: int) -> None:
    told = vectors("protocentral")["vectors"][place]
    name, stream = told["board"], bytes.fromhex(told["packet_hex"])
    (frames,) = (one.frames for one in read(name, stream) if one.frames.n_frames)
    assert frames.counts.tolist() == [CHANNELS[name](told["inputs"])]
    assert REST[name].keys() <= frames.aux.keys()
    for ours, theirs in REST[name].items():
        assert frames.aux[ours].tolist() == [told["inputs"][theirs]]
    assert CODECS[name].encode(frames) == stream


def test_a_temperature_is_in_hundredths_of_a_degree(vectors: Vectors) -> None:
    told = vectors("protocentral")["vectors"][0]
    (frames,) = (
        one.frames
        for one in read("healthypi5", bytes.fromhex(told["packet_hex"]))
        if one.frames.n_frames
    )
    assert frames.aux["temperature_c100"].tolist() == [round(100 * told["inputs"]["temp_c"])]
    assert frames.aux["bioz_skipped"].tolist() == [0]


MARKS = [
    np.frombuffer(bytes.fromhex(payload), "<i4").tolist()
    for payload in (
        "0afa0c0002000b0afa0c0002",
        "000b0afa0c0002000b0afa0c",
        "0b0afa0c0002000b0afa0000",
    )
]
"""Counts whose bytes are the marks of a packet's start and end."""


@pytest.mark.parametrize("piece", [1, 4, 1000])
def test_marks_in_a_payload_end_nothing_and_begin_nothing(piece: int) -> None:
    stream = b"".join(packets("ads1293", *MARKS))
    found = read("ads1293", stream, piece)
    assert counts(found) == MARKS
    assert all(one.garbage == () for one in found)


@pytest.mark.parametrize("skip", range(1, 19))
def test_joined_amid_a_payload_of_marks_the_next_packet_is_found(skip: int) -> None:
    stream = b"".join(packets("ads1293", *MARKS))
    assert counts(read("ads1293", stream[skip:])) == MARKS[1:]


@pytest.mark.parametrize("place", range(19))
@pytest.mark.parametrize("change", ["missing", "doubled"])
def test_a_byte_missing_or_doubled_costs_its_packet_only(place: int, change: str) -> None:
    rows = [[1, 2, 3], *MARKS, [4, 5, 6]]
    stream = b"".join(packets("ads1293", *rows))
    at = 2 * 19 + place
    middle = b"" if change == "missing" else stream[at : at + 1] * 2
    found = counts(read("ads1293", stream[:at] + middle + stream[at + 1 :]))
    assert [row for row in found if row in rows[:2] + rows[3:]] == rows[:2] + rows[3:]
    assert len(found) <= len(rows)


@pytest.mark.parametrize("length", [0, 11, 13, 0xFFFF])
def test_a_damaged_length_is_not_waited_for(length: int) -> None:
    one, two, three = packets("ads1293", [1, 2, 3], [4, 5, 6], [7, 8, 9])
    spoilt = two[:2] + length.to_bytes(2, "little") + two[4:]
    reader = CODECS["ads1293"].decoder()
    assert counts([reader.feed(one + spoilt + three)]) == [[1, 2, 3], [7, 8, 9]]
    assert reader.buffered == 0


def test_a_packet_of_another_kind_is_garbage() -> None:
    one, two = packets("healthypi5", [1], [2])
    found = read("healthypi5", one[:4] + b"\x03" + one[5:] + two)
    assert counts(found) == [[2]]
    assert [(g.offset, g.length) for part in found for g in part.garbage] == [(0, 29)]


def test_a_healthypi_is_listened_to_without_a_word() -> None:
    profile = PROFILES["healthypi5"]
    assert (profile.start, profile.stop) == ((), ())
    assert profile.bauds
