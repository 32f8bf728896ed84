"""The Shimmer3's packets as BrainFlow and pyshimmer read them, and the commands that both send."""

from binascii import crc_hqx
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.core import UsageError
from fasciscope.firmware_bridge import shimmer
from fasciscope.firmware_bridge.codec import Decoder
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.shimmer import BOTH_CHIPS_24, Layout, codec, crc16, layout_of

Vectors = Callable[[str], dict[str, Any]]
ANSWER = bytes.fromhex("ff02 4000 00000000 06 01 1d1e1f202122")


def decode(decoder: Decoder, stream: bytes) -> Frames:
    first, last = decoder.feed(stream).frames, decoder.finish().frames
    assert first.counter is not None
    assert last.counter is not None
    return Frames(
        np.concatenate([first.counts, last.counts]),
        np.concatenate([first.counter, last.counter]),
        aux={name: np.concatenate([first.aux[name], last.aux[name]]) for name in first.aux},
    )


def test_brainflow_reads_the_same_values(vectors: Vectors) -> None:
    (told,) = vectors("shimmer3.brainflow")["vectors"]
    stream = bytes.fromhex("".join(told["packets_hex"]))
    frames = decode(shimmer.decoder(), stream)
    assert frames.counts.tolist() == told["decoded_counts"]
    assert shimmer.encode(frames) == stream


def test_pyshimmer_reads_the_same_values_times_and_states(vectors: Vectors) -> None:
    (told,) = vectors("shimmer3.pyshimmer")["vectors"]
    frames = decode(shimmer.decoder(), bytes.fromhex("".join(told["packets_hex"])))
    assert frames.counter is not None
    rows = [list(row.values()) for row in told["decoded"]]
    chips = np.column_stack([frames.aux["status"][:, :1], frames.counts[:, :2]])
    others = np.column_stack([frames.aux["status"][:, 1:], frames.counts[:, 2:]])
    np.testing.assert_array_equal(np.column_stack([frames.counter, chips, others]), rows)


def test_the_commands_are_those_that_both_peers_send(vectors: Vectors) -> None:
    sent = {
        command.hex()
        for command in (
            shimmer.HARDWARE_VERSION,
            shimmer.FIRMWARE_VERSION,
            shimmer.NO_ACKNOWLEDGE_IN_STREAM,
            shimmer.INQUIRY,
            shimmer.START,
            shimmer.STOP,
        )
    }
    (brainflow,) = vectors("shimmer3.brainflow")["vectors"]
    assert set(brainflow["commands"]) == sent
    (pyshimmer,) = vectors("shimmer3.pyshimmer")["vectors"]
    rate = shimmer.rate_command(1024.0).hex()
    assert rate in pyshimmer["commands"]
    parts = set(pyshimmer["commands"]) - {
        "a3",
        "00",
        "03",
        rate,
    }  # a3 00 in two writes; 03 asks the rate
    assert parts <= sent


def test_the_settings_are_bytes_as_in_the_notes() -> None:
    assert shimmer.sensors_command(24).hex() == "08180000"
    assert shimmer.sensors_command(16).hex() == "08000018"
    assert shimmer.crc_command(2).hex() == "8b02"
    assert shimmer.divider_of(500.0) == 66  # 496.48 Hz is the nearest there is
    with pytest.raises(UsageError):
        shimmer.divider_of(0.1)


def test_the_inquiry_tells_the_layout() -> None:
    assert layout_of(ANSWER) == BOTH_CHIPS_24
    assert layout_of(ANSWER[1:]) == BOTH_CHIPS_24
    assert all(layout_of(ANSWER[:n]) is None for n in range(len(ANSWER)))


@pytest.mark.parametrize(
    "body",
    [
        "4000 00000000 01 01 7e",  # a channel that nobody names
        "4000 00000000 01 01 0a",  # no EXG
        "4000 00000000 02 01 1e25",  # EXG of two widths
        "4000 00000000 01 02 1e",  # two samples a packet
        "0000 00000000 01 01 1e",  # no rate
    ],
)
def test_a_layout_that_cannot_be_read_is_refused(body: str) -> None:
    with pytest.raises(UsageError):
        layout_of(bytes.fromhex("02" + body))


def test_the_crc_is_the_ccitt_one_over_an_even_number_of_bytes() -> None:
    rng = np.random.default_rng(2)
    for length in (17, 18):
        rows = rng.integers(0, 256, (50, length)).astype(np.uint8)
        pad = bytes(length % 2)
        expected = [crc_hqx(row.tobytes() + pad, shimmer.CRC_START) for row in rows]
        assert crc16(rows).tolist() == expected


@pytest.mark.parametrize("crc_n", [0, 1, 2])
def test_other_sensors_stand_among_the_channels(crc_n: int) -> None:
    layout = Layout((0x00, 0x1D, 0x1E, 0x1B, 0x1F), divider=32, crc_n=crc_n)
    one = codec(layout)
    counts = np.array([[1, -2], [3, -(1 << 23)], [5, 6], [7, 8]], np.int32)
    times = np.array([0xFFFFF0, 16, 48, 80])
    others = np.arange(20, dtype=np.uint8).reshape(4, 5)
    frames = Frames(counts, times, aux={"others": others, "status": np.full((4, 1), 0x80)})
    found = decode(one.decoder(), one.encode(frames))
    np.testing.assert_array_equal(found.counts, counts)
    np.testing.assert_array_equal(found.aux["others"], others)
    assert found.counter is not None
    assert found.counter.tolist() == times.tolist()
    assert one.n_channels == 2


def test_the_clock_is_told_in_microseconds_too() -> None:
    one = codec(BOTH_CHIPS_24)
    ticks = np.array([0, 64, 128, 192])
    data = one.encode(Frames(np.zeros((4, 4), np.int32), ticks))
    device_us = one.decoder().feed(data + data[:18]).frames.device_us
    assert device_us is not None
    assert device_us.tolist() == [0, 1953, 3906, 5859]


def test_an_acknowledge_before_the_first_packet_costs_none(vectors: Vectors) -> None:
    (told,) = vectors("shimmer3.brainflow")["vectors"]
    decoder = shimmer.decoder()
    one = decoder.feed(b"\xff" + bytes.fromhex("".join(told["packets_hex"])))
    assert one.frames.n_frames + decoder.finish().frames.n_frames == len(told["packets_hex"])
    assert [(g.offset, g.length) for g in one.garbage] == [(0, 1)]
