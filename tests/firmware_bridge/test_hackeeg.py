"""The HackEEG's samples as its own driver reads them, in both formats, and the lines between them."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.hackeeg import (
    LONGEST_LINE,
    MESSAGEPACK,
    NO_LINE,
    START,
    HackeegDecoder,
    encode,
    rate_command,
)

Vectors = Callable[[str], dict[str, Any]]
OK = b'{"STATUS_CODE":200,"STATUS_TEXT":"Ok"}\r\n'
BOTH = pytest.mark.parametrize("messagepack", [False, True])


def samples(n: int, *, messagepack: bool) -> list[bytes]:
    counts = np.random.default_rng(1).integers(-(1 << 23), 1 << 23, (n, 8)).astype(np.int32)
    data = encode(Frames(counts, np.arange(n)), messagepack=messagepack)
    size = len(data) // n
    return [data[at : at + size] for at in range(0, len(data), size)]


@BOTH
def test_its_own_driver_reads_the_same_values(vectors: Vectors, messagepack: bool) -> None:
    told = vectors("hackeeg")["vectors"]
    if messagepack:
        stream = b"".join(bytes.fromhex(one["msgpack_hex"]) for one in told)
    else:
        stream = b"".join(one["json_line"].encode() + b"\n" for one in told)
    decoder = HackeegDecoder(messagepack=messagepack)
    parts = [decoder.feed(stream).frames, decoder.finish().frames]
    values = [one["decoded"] for one in told]
    clock = [us for part in parts if part.device_us is not None for us in part.device_us.tolist()]
    numbers = [n for part in parts if part.counter is not None for n in part.counter.tolist()]
    states = [state for part in parts for state in part.aux["status"]]
    assert clock == [one["timestamp"] for one in values]
    assert numbers == [one["sample_number"] for one in values]
    assert [int.from_bytes(s.tobytes(), "big") for s in states] == [v["ads_status"] for v in values]
    counts = np.concatenate([part.counts for part in parts])
    assert counts.tolist() == [one["channel_data"] for one in values]
    assert b"".join(encode(part, messagepack=messagepack) for part in parts) == stream


@BOTH
@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_an_answer_between_samples_is_a_message(messagepack: bool, piece: int) -> None:
    one, two, three = samples(3, messagepack=messagepack)
    stream = b"Ready\r\n" + one + OK + OK + two + three
    decoder = HackeegDecoder(messagepack=messagepack)
    found = [decoder.feed(stream[at : at + piece]) for at in range(0, len(stream), piece)]
    found.append(decoder.finish())
    messages = [message for part in found for message in part.messages]
    assert [m.text for m in messages] == ["Ready", OK.decode().strip(), OK.decode().strip()]
    assert [m.offset for m in messages] == [0, 7 + len(one), 7 + len(one) + len(OK)]
    assert sum(part.frames.n_frames for part in found) == 3
    assert all(part.garbage == () for part in found)


@pytest.mark.parametrize("place", [2, 20, 40, 61])
def test_what_is_left_of_a_damaged_sample_is_no_message(place: int) -> None:
    one, two, three = samples(3, messagepack=False)
    decoder = HackeegDecoder()
    found = decoder.feed(one + two[:place] + two[place + 1 :] + three)
    assert found.messages == ()
    assert [(g.offset, g.length, g.reason) for g in found.garbage] == [(65, 64, NO_LINE)]
    assert found.frames.n_frames == 2


@BOTH
def test_a_line_without_end_is_not_kept(messagepack: bool) -> None:
    decoder = HackeegDecoder(messagepack=messagepack)
    for _ in range(100):
        decoder.feed(b"A" * 1000)
        assert decoder.buffered < LONGEST_LINE + 100
    assert decoder.feed(b"still the same line\n" + b" " * 100).messages == ()


def test_commands_are_lines_that_its_driver_would_send() -> None:
    assert json.loads(MESSAGEPACK) == {"COMMAND": "messagepack", "PARAMETERS": []}
    assert [json.loads(line)["COMMAND"] for line in START] == ["start", "rdatac"]
    assert json.loads(rate_command(250))["PARAMETERS"] == [1, 0x96]
    assert json.loads(rate_command(16000))["PARAMETERS"] == [1, 0x90]
