"""The Olimex shield: what its Python host reads, and what that host lets pass."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge import Decoded, Frames
from fasciscope.firmware_bridge.olimex import PROFILES, decoder, encode

Vectors = Callable[[str], dict[str, Any]]


def read(stream: bytes, piece: int = 1 << 20) -> list[Decoded]:
    reader = decoder()
    pieces = range(0, len(stream), piece)
    return [*(reader.feed(stream[at : at + piece]) for at in pieces), reader.finish()]


def counts(found: list[Decoded]) -> list[list[int]]:
    return [row for one in found for row in one.frames.counts.tolist()]


def numbers(found: list[Decoded]) -> list[int]:
    parts = [one.frames.counter for one in found if one.frames.counter is not None]
    return [n for part in parts for n in part.tolist()]


def garbage(found: list[Decoded]) -> list[int]:
    """The offset of every byte of garbage."""
    places = (range(g.offset, g.offset + g.length) for one in found for g in one.garbage)
    return [at for place in places for at in place]


def frames(n: int, first: int = 0) -> list[bytes]:
    values = np.random.default_rng(2).integers(0, 1024, (n, 6)).astype(np.int32)
    data = encode(Frames(values, np.arange(first, first + n)))
    return [data[at : at + 17] for at in range(0, len(data), 17)]


WAKING = bytes.fromhex("a55a0200" + "0200" * 6 + "02")
"""A frame of those that the sketch of logston begins with."""


@pytest.mark.parametrize("piece", [1, 5, 1000])
def test_its_python_host_reads_the_same_values_upside_down(vectors: Vectors, piece: int) -> None:
    (told,) = vectors("olimex.synthetic")["vectors"]
    stream = bytes.fromhex(told["stream_hex"])
    found = read(stream, piece)
    upside_down = told["peer_values_inverted_1024_minus_x"]
    assert counts(found) == [[1024 - value for value in row] for row in upside_down]
    assert numbers(found) == [bytes.fromhex(one)[3] for one in told["packets_hex"]]
    assert [value for one in found for value in one.frames.aux["switches"]] == [1, 1, 1, 1]
    assert garbage(found) == list(range(len(stream) - 17 * 4))
    assert b"".join(encode(one.frames) for one in found) == stream[-17 * 4 :]


def test_a_restart_counts_from_0_again_and_costs_nothing() -> None:
    before, after = frames(3, first=200), frames(3, first=1)
    found = read(b"".join([*before, *[WAKING] * 125, *after]))
    assert numbers(found) == [200, 201, 202, *[0] * 125, 1, 2, 3]
    switches = [value for one in found for value in one.frames.aux["switches"]]
    assert switches == [1] * 3 + [2] * 125 + [1] * 3
    assert garbage(found) == []


@pytest.mark.parametrize("cut", range(1, 17))
def test_a_frame_that_a_restart_cuts_off_is_lost_alone(cut: int) -> None:
    one, two, half = frames(3, first=200)
    found = read(one + two + half[:cut] + WAKING * 3)
    assert numbers(found) == [200, 201, 0, 0, 0]
    assert garbage(found) == list(range(34, 34 + cut))


@pytest.mark.parametrize("place", range(4, 16, 2))
def test_a_value_that_ten_bits_cannot_hold_is_damage(place: int) -> None:
    one, two, three = frames(3)
    spoilt = two[:place] + b"\xf6" + two[place + 1 :]  # its Python host gives -62,000 or so
    found = read(one + spoilt + three)
    assert numbers(found) == [0, 2]
    assert garbage(found) == list(range(17, 34))


def test_another_version_of_the_packet_is_none() -> None:
    one, two, three = frames(3)
    found = read(one + two[:2] + b"\x03" + two[3:] + three)
    assert numbers(found) == [0, 2]


def test_the_newest_frame_waits_for_the_next() -> None:
    one, two = frames(2)
    reader = decoder()
    assert reader.feed(one).frames.n_frames == 0
    assert reader.buffered == 17
    assert reader.feed(two).frames.n_frames == 1
    assert reader.finish().frames.n_frames == 1


def test_it_is_listened_to_without_a_word_at_the_official_sketchs_speed_first() -> None:
    profile = PROFILES["olimex"]
    assert (profile.start, profile.stop) == ((), ())
    assert profile.bauds == (57_600, 115_200)
    assert profile.wakes_s >= 2.0
