"""Laws 1 to 4 for every wire format: the cut, the bytes, the round trip, the empty piece; and damage."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.frames import Decoded, Frames

WEAK = [name for name in CODECS if name.startswith(("bitalino", "emager"))]
"""A wrong frame passes BITalino's check one time in sixteen; EMaGer's mark is a bit a value."""
STREAMS = [name for name, codec in CODECS.items() if codec.packet_n is None]
CHECKED = [
    name for name in CODECS if name.startswith(("cerelog", "fasciscope", "umyo-udp", "umyo-radio"))
]
CHECKED += [name for name in CODECS if name.endswith("crc")]
"""A sum or a CRC stands at the end of each frame, which sees any single byte that is wrong."""

WHOLE = 540
"""Frames that end, from number 7 on, with a notification of every radio board."""
REPEATED = 990
"""Frames that, from number 0 on, are whole notifications of every radio board."""


def frames_of(codec: Codec, n_frames: int, seed: int, first: int = 0) -> Frames:
    rng = np.random.default_rng(seed)
    low, high = np.array(codec.low), np.array(codec.high)
    if codec.slew is not None:
        low, high = np.maximum(low, -codec.slew // 2), np.minimum(high, codec.slew // 2 - 1)
    n = n_frames * codec.per_frame
    counts = rng.integers(low, high + 1, (n, codec.n_channels))
    edges = rng.random(counts.shape) < 0.1
    counts[edges] = np.where(rng.random(counts.shape) < 0.5, low, high)[edges]
    counts -= (counts - low) % codec.step
    counter = (
        None if codec.wrap is None else codec.advance * (first + np.arange(n_frames)) % codec.wrap
    )
    return Frames(counts.astype(np.int32), counter, codec.per_frame)


def decoded(codec: Codec, pieces: Iterable[bytes]) -> tuple[list[Decoded], int]:
    """All that a decoder gives for the pieces, and how many bytes these were."""
    decoder, fed, given_out = codec.decoder(), 0, 0
    out = []
    for piece in pieces:
        out.append(decoder.feed(piece))
        fed += len(piece)
        given_out += bytes_of(out[-1])
        assert given_out + decoder.buffered == fed  # the byte law, at every step
    out.append(decoder.finish())
    assert decoder.buffered == 0
    return out, fed


def bytes_of(one: Decoded) -> int:
    named = sum(item.length for item in (*one.garbage, *one.messages))
    return one.n_bytes + named


def samples(out: list[Decoded]) -> np.ndarray:
    return np.concatenate([one.frames.counts for one in out])


def counters(out: list[Decoded]) -> np.ndarray:
    found = [one.frames.counter for one in out if one.frames.counter is not None]
    return np.concatenate(found) if found else np.empty(0)


def places(out: list[Decoded]) -> set[int]:
    """The offset of every garbage byte."""
    return {
        at
        for one in out
        for item in one.garbage
        for at in range(item.offset, item.offset + item.length)
    }


def pieces_of(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)] or [b""]


@pytest.mark.parametrize("name", CODECS)
def test_what_is_encoded_is_decoded(name: str) -> None:
    codec = CODECS[name]
    frames = frames_of(codec, WHOLE, seed=1, first=7)
    data = codec.encode(frames)
    size = codec.packet_n or len(data)
    out, _ = decoded(codec, [data[at : at + size] for at in range(0, len(data), size)])
    np.testing.assert_array_equal(samples(out), frames.counts)
    if frames.counter is not None:
        np.testing.assert_array_equal(counters(out), frames.counter)
    assert places(out) == set()


@pytest.mark.parametrize("name", STREAMS)
@settings(max_examples=30, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 1 << 16), max_size=12),
    damage=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=4),
    skip=st.integers(0, 40),
)
def test_how_bytes_are_cut_changes_nothing(
    name: str, cuts: list[int], damage: list[tuple[int, int]], skip: int
) -> None:
    codec = CODECS[name]
    data = bytearray(codec.encode(frames_of(codec, 30, seed=2)))
    for at, value in damage:
        data[at % len(data)] = value
    stream = bytes(data[skip:])
    whole, _ = decoded(codec, [stream])
    cut, fed = decoded(codec, [b"", *pieces_of(stream, cuts), b""])
    assert fed == len(stream)
    np.testing.assert_array_equal(samples(whole), samples(cut))
    np.testing.assert_array_equal(counters(whole), counters(cut))
    assert places(whole) == places(cut)
    assert sum(map(bytes_of, whole)) == fed


@pytest.mark.parametrize("name", [n for n in STREAMS if n not in WEAK])
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_byte_that_is_wrong_or_missing_costs_at_most_the_frame_that_it_is_in(
    name: str, data: st.DataObject
) -> None:
    codec = CODECS[name]
    n = 40
    frames = frames_of(codec, n, seed=3)
    clean = codec.encode(frames)
    size = len(clean) // n
    at = data.draw(st.integers(codec.confirm * size, len(clean) - 1), label="at")
    change = data.draw(st.sampled_from(["flip", "drop", "double"]), label="change")
    middle = {"flip": bytes([clean[at] ^ 0x55]), "drop": b"", "double": clean[at : at + 1] * 2}
    assert others_lost(codec, frames, at, clean[:at] + middle[change] + clean[at + 1 :]) == 0


@pytest.mark.parametrize("name", WEAK)
def test_where_the_check_is_weak_it_seldom_costs_more(name: str) -> None:
    codec = CODECS[name]
    rng = np.random.default_rng(6)
    frames = frames_of(codec, 40, seed=3)
    clean = codec.encode(frames)
    size = len(clean) // 40
    lost = []
    for at in rng.integers(codec.confirm * size, len(clean), 400).tolist():
        middle = (bytes([clean[at] ^ 0x55]), b"", clean[at : at + 1] * 2)[at % 3]
        lost.append(others_lost(codec, frames, at, clean[:at] + middle + clean[at + 1 :]))
    assert np.count_nonzero(lost) <= 0.05 * len(lost)
    assert max(lost) <= codec.confirm


@pytest.mark.parametrize("name", CHECKED)
@settings(max_examples=30, deadline=None)
@given(at=st.integers(0, 1 << 16), change=st.integers(1, 255))
def test_where_there_is_a_check_a_wrong_byte_gives_no_wrong_value(
    name: str, at: int, change: int
) -> None:
    codec = CODECS[name]
    frames = frames_of(codec, 12, seed=8)
    data = bytearray(codec.encode(frames))
    data[at % len(data)] ^= change
    size = codec.packet_n or len(data)
    out, _ = decoded(codec, [bytes(data[k : k + size]) for k in range(0, len(data), size)])
    assert {row.tobytes() for row in samples(out)} <= {row.tobytes() for row in frames.counts}


def others_lost(codec: Codec, frames: Frames, at: int, stream: bytes) -> int:
    """How many frames are missing of those that byte `at` is not in."""
    size = len(codec.encode(frames)) // frames.n_frames
    hit = at // size * codec.per_frame
    others = np.delete(frames.counts, np.s_[hit : hit + codec.per_frame], axis=0)
    out, _ = decoded(codec, [stream])
    assert len(samples(out)) <= len(frames.counts)
    missing = {row.tobytes() for row in others} - {row.tobytes() for row in samples(out)}
    return -(-len(missing) // codec.per_frame)


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("kind", ["random", "damaged"])
def test_rubbish_is_taken_without_an_error(name: str, kind: str) -> None:
    rubbish(CODECS[name], kind, 60_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("kind", ["random", "damaged"])
def test_ten_megabytes_of_rubbish_are_taken_without_an_error(name: str, kind: str) -> None:
    rubbish(CODECS[name], kind, 10_000_000)


def rubbish(codec: Codec, kind: str, size: int) -> None:
    rng = np.random.default_rng(4)
    data = np.frombuffer(rng.bytes(size), np.uint8).copy()
    clean = np.frombuffer(codec.encode(frames_of(codec, REPEATED, seed=5)), np.uint8)
    if kind == "damaged":
        spoilt = rng.random(size) < 0.002
        data = np.where(spoilt, data, np.resize(clean, size))
    piece = codec.packet_n or 65_536
    stream = data.tobytes()
    out, fed = decoded(codec, (stream[at : at + piece] for at in range(0, size, piece)))
    assert fed == size
    n_samples = sum(len(one.frames.counts) for one in out)
    possible = size * REPEATED * codec.per_frame / len(clean)
    assert n_samples <= possible
    if kind == "damaged":
        assert n_samples > 0.5 * possible
