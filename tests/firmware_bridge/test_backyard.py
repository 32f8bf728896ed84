"""Backyard Brains: the vectors' true counts, what SpikeRecorder's parser loses, messages cut anywhere."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.firmware_bridge import CODECS, Decoded, Frames, Message
from fasciscope.firmware_bridge.backyard import (
    ASK_ABILITIES,
    ASK_BOARD,
    ASK_TYPE,
    BAUDS,
    LONGEST_TEXT,
    NO_MESSAGE,
    PROFILES,
    REPORT_HOLDS,
    START,
    STOP,
    BackyardDecoder,
    channels_command,
    encode,
    encode_message,
    payload,
    report,
)
from fasciscope.firmware_bridge.framing import OUT_OF_STEP

Vectors = Callable[[str], dict[str, Any]]
BITS = {1: 10, 9: 14, 11: 10}
"""Bits of a value by SpikeRecorder's number of the device."""
TRUE = {
    "event_message_midstream": [[100], [200], [300], [400], [500]],
    "hwt_reply": [[600], [601]],
    "startup_banner_then_data": [[10], [11], [12]],
    "lost_lsb": [[100], [300], [400]],
    "lost_msb_2ch": [[100, 200], [500, 600], [700, 800]],
    "escape_after_14bit_full_scale": [[16383, 5], [16383, 16383], [1, 2], [3, 4]],
}
"""What the vectors' bytes hold where they do not say so themselves, by name."""
SAID = {
    "event_message_midstream": ["EVNT:3;"],
    "hwt_reply": ["FWV:1.0;HWT:MUSCLESS;HWV:1.0;"],
    "escape_after_14bit_full_scale": ["EVNT:1;"],
}
LOST_BYTES = {"startup_banner_then_data": 10, "lost_lsb": 1, "lost_msb_2ch": 3}
NAMES = (
    "muscle_1ch_10bit",
    "musclepro_2ch_10bit",
    "muscle_6ch_10bit",
    "humansb_2ch_14bit",
    *TRUE,
)
MARK = b"\xff\xff\x01\x01"


def read(reader: BackyardDecoder, *pieces: bytes) -> list[Decoded]:
    return [*(reader.feed(piece) for piece in pieces), reader.finish()]


def counts(found: list[Decoded]) -> list[list[int]]:
    return [row for one in found for row in one.frames.counts.tolist()]


def messages(found: list[Decoded]) -> list[Message]:
    return [message for one in found for message in one.messages]


def garbage(found: list[Decoded]) -> list[tuple[int, int, str]]:
    return [(g.offset, g.length, g.reason) for one in found for g in one.garbage]


def frames(n: int, n_channels: int, bits: int = 10) -> tuple[list[list[int]], list[bytes]]:
    values = np.random.default_rng(3).integers(0, 1 << bits, (n, n_channels)).astype(np.int32)
    data, size = encode(Frames(values)), 2 * n_channels
    return values.tolist(), [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_the_vectors_are_read_as_they_were_made(vectors: Vectors, name: str, piece: int) -> None:
    (told,) = (one for one in vectors("backyard_brains")["vectors"] if one["name"] == name)
    stream = bytes.fromhex("".join(told["chunks_hex"]))
    reader = BackyardDecoder(told["channels"], BITS[told["device"]])
    found = read(reader, *(stream[at : at + piece] for at in range(0, len(stream), piece)))
    assert counts(found) == (told["true_adc"] or TRUE[name])
    assert [message.text for message in messages(found)] == SAID.get(name, [])
    assert sum(length for _, length, _ in garbage(found)) == LOST_BYTES.get(name, 0)
    if name not in SAID and name not in LOST_BYTES:
        assert b"".join(encode(one.frames) for one in found) == stream


def test_no_vector_is_left_out(vectors: Vectors) -> None:
    assert {one["name"] for one in vectors("backyard_brains")["vectors"]} == set(NAMES)


@pytest.mark.parametrize(("n_channels", "bits"), [(1, 10), (3, 10), (2, 14)])
def test_a_message_between_frames_is_found_wherever_it_is_cut(n_channels: int, bits: int) -> None:
    values, parts = frames(4, n_channels, bits)
    said = encode_message("EVNT:3;")
    stream = parts[0] + parts[1] + said + encode_message("") + parts[2] + parts[3]
    for at in range(len(stream) + 1):
        found = read(BackyardDecoder(n_channels, bits), stream[:at], stream[at:])
        assert counts(found) == values
        begin = 4 * n_channels
        assert messages(found) == [
            Message(begin, len(said), "EVNT:3;"),
            Message(begin + len(said), 12, ""),
        ]
        assert garbage(found) == []


def test_a_frame_is_given_as_soon_as_the_next_begins() -> None:
    values, (one, two) = frames(2, 2)
    reader = BackyardDecoder(2)
    assert counts([reader.feed(one)]) == []
    assert counts([reader.feed(two[:1])]) == values[:1]
    assert reader.buffered == 1
    assert counts([reader.feed(two[1:]), reader.finish()]) == values[1:]


@pytest.mark.parametrize("at", range(len(encode_message("HWT:MUSCLESS;"))))
def test_a_byte_missing_in_a_message_costs_no_frame_around_it(at: int) -> None:
    values, (one, two, three, four) = frames(4, 2)
    said = encode_message("HWT:MUSCLESS;")
    found = read(BackyardDecoder(2), one + two + said[:at] + said[at + 1 :] + three + four)
    assert counts(found) == values
    texts = [message.text for message in messages(found)]
    inside = 6 <= at < len(said) - 6
    assert texts == (["HWT:MUSCLESS;"[: at - 6] + "HWT:MUSCLESS;"[at - 5 :]] if inside else [])


def test_a_message_that_begins_again_before_its_end_is_read_once() -> None:
    values, (one, two) = frames(2, 1)
    cut_off = MARK + b"\x80\xffEVNT"
    found = read(BackyardDecoder(), one + cut_off + encode_message("EVNT:2;") + two)
    assert counts(found) == values
    assert [message.text for message in messages(found)] == ["EVNT:2;"]
    assert garbage(found) == [(2, 6, NO_MESSAGE), (8, 4, OUT_OF_STEP)]


@pytest.mark.parametrize("n_text", [LONGEST_TEXT, LONGEST_TEXT + 1])
def test_a_message_has_an_end_that_is_not_waited_for_too_long(n_text: int) -> None:
    values, (one, two) = frames(2, 1)
    reader = BackyardDecoder()
    found = [reader.feed(one)]
    for byte in MARK + b"\x80\xff" + b"A" * n_text:
        found.append(reader.feed(bytes([byte])))
        assert reader.buffered <= LONGEST_TEXT + 10
    found += read(reader, MARK + b"\x81\xff" + two)
    assert counts(found) == values
    assert [len(m.text) for m in messages(found)] == ([n_text] if n_text <= LONGEST_TEXT else [])


def test_a_message_without_an_end_is_not_waited_for() -> None:
    values, parts = frames(200, 1)
    reader = BackyardDecoder()
    found = [reader.feed(MARK + b"\x80\xff" + b"".join(parts))]
    assert reader.buffered == 2
    assert counts([*found, reader.finish()]) == values


PIECES = st.sampled_from(
    [
        b"\x84\x05",
        b"\x84\x05\x03\x7f",
        b"\xff\x01\x01",
        b"\xff\x7f",
        b"\xff",
        b"\x01",
        b"\x05",
        MARK,
        MARK + b"\x80",
        MARK + b"\x80\xff",
        MARK + b"\x81\xff",
        encode_message("EVNT:3;"),
        b"A" * (LONGEST_TEXT - 3),
    ]
)


@pytest.mark.parametrize(("n_channels", "bits"), [(1, 10), (1, 14), (2, 14), (3, 10)])
@settings(max_examples=80, deadline=None)
@given(parts=st.lists(PIECES, max_size=30), cuts=st.lists(st.integers(0, 400), max_size=30))
def test_how_messages_and_what_looks_like_them_are_cut_changes_nothing(
    n_channels: int, bits: int, parts: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(parts)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    whole = read(BackyardDecoder(n_channels, bits), stream)
    cut = read(BackyardDecoder(n_channels, bits), *pieces)
    assert counts(cut) == counts(whole)
    assert messages(cut) == messages(whole)
    places = [{at for a, n, _ in garbage(one) for at in range(a, a + n)} for one in (cut, whole)]
    assert places[0] == places[1]
    named = sum(message.length for message in messages(cut)) + len(places[0])
    assert named + sum(one.n_bytes for one in cut) == len(stream)


@pytest.mark.parametrize("n_channels", [1, 2, 6])
def test_a_start_byte_that_lost_its_bit_costs_its_own_frame_only(n_channels: int) -> None:
    values, parts = frames(5, n_channels)
    spoilt = bytes([parts[2][0] & 0x7F]) + parts[2][1:]
    found = read(BackyardDecoder(n_channels), b"".join([*parts[:2], spoilt, *parts[3:]]))
    assert counts(found) == values[:2] + values[3:]
    assert garbage(found) == [(4 * n_channels, 2 * n_channels, OUT_OF_STEP)]


def test_more_than_ten_bits_are_damage_on_a_board_of_ten() -> None:
    assert counts(read(BackyardDecoder(1, 10), b"\x80\x05\x88\x00\x80\x06")) == [[5], [6]]
    assert counts(read(BackyardDecoder(1, 14), b"\x80\x05\x88\x00\x80\x06")) == [[5], [1024], [6]]


@pytest.mark.parametrize("text", [START, STOP, ASK_TYPE, ASK_BOARD, ASK_ABILITIES])
def test_commands_end_as_the_boards_parse_them_and_fit_in_a_report(text: bytes) -> None:
    assert text.endswith(b";\n")
    sent = report(text)
    assert (len(sent), sent[0], sent[1]) == (64, 0x3F, REPORT_HOLDS)
    told = payload(sent)
    assert told is not None
    assert told.rstrip(b"\0") == text


def test_the_number_of_channels_is_set_by_a_text() -> None:
    assert channels_command(3) == b"conf s:10000;c:3;\n"


def test_reports_hold_the_same_bytes() -> None:
    values, parts = frames(100, 2)
    data = b"".join(parts)
    reader = CODECS["spikerbox-pro"].decoder()
    found = []
    for at in range(0, len(data), 50):
        piece = data[at : at + 50]
        held = payload((b"\x3f" + bytes([len(piece)]) + piece).ljust(64, b"\xee"))
        assert held == piece
        found.append(reader.feed(held))
    assert counts([*found, reader.finish()]) == values


@pytest.mark.parametrize(
    "wrong", [b"", b"\x3f\x02", b"\x3e\x02" + bytes(62), b"\x3f\x3f" + bytes(62)]
)
def test_what_is_no_report_holds_nothing(wrong: bytes) -> None:
    assert payload(wrong) is None


def test_boards_are_listened_to_at_the_speed_that_they_really_have() -> None:
    assert PROFILES["muscle-spikershield"].bauds == BAUDS == (222_222, 500_000)
    assert PROFILES["human-spikerbox"].bauds[0] == 500_000
    assert all(profile.start == () for profile in PROFILES.values())
