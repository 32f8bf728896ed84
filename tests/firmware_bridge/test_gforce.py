"""gForce's notifications, whole and in parts, and the commands, as LibEMG has them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.boards import board
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.frames import Decoded, Frames
from fasciscope.firmware_bridge.gforce import (
    GET_CONFIG,
    LONGEST,
    NO_END,
    NO_NOTIFICATION,
    NO_SUCH_COUNT,
    PROFILES,
    START,
    STOP,
    TOO_LONG,
    GforceDecoder,
    config_command,
    encode,
    parts,
    rate_commands,
)

Vectors = Callable[[str], dict[str, Any]]
ROOM = 20
COUNTS = np.arange(3 * 16 * 8, dtype=np.int32).reshape(-1, 8) % 251
WIRE = encode(Frames(COUNTS, per_frame=16))
ONE, TWO, THREE = (WIRE[at : at + 129] for at in range(0, len(WIRE), 129))


def fed(packets: list[bytes], bits: int = 8) -> list[Decoded]:
    """What is given for each, and at the end."""
    decoder = GforceDecoder(bits)
    return [*map(decoder.feed, packets), decoder.finish()]


def samples(decoded: list[Decoded]) -> list[list[int]]:
    return np.concatenate([one.frames.counts for one in decoded]).tolist()


def reasons(decoded: list[Decoded]) -> list[tuple[int, int, str]]:
    return [(g.offset, g.length, g.reason) for one in decoded for g in one.garbage]


def test_libemg_reads_the_same_values_whole_or_in_parts(vectors: Vectors) -> None:
    (told,) = vectors("oymotion_gforce")["vectors"]
    whole = fed([bytes.fromhex(told["notification_hex"])])
    in_parts = fed([bytes.fromhex(text) for text in told["partial_hex"]])
    assert samples(whole)[:3] == told["rows_u8"]
    assert len(samples(whole)) == told["n_rows"]
    assert samples(whole) == samples(in_parts)
    assert reasons(in_parts) == []
    assert parts(bytes.fromhex(told["notification_hex"]), 62) == tuple(
        bytes.fromhex(text) for text in told["partial_hex"]
    )


def test_libemg_sends_the_same_commands(vectors: Vectors) -> None:
    (told,) = vectors("oymotion_gforce")["vectors"]
    assert {name: bytes.fromhex(text) for name, text in told["commands"].items()} == {
        "set_emg_1000Hz_8bit": config_command(1000),
        "set_emg_500Hz_12bit": config_command(500, values_n=32, bits=12),
        "notif_emg_on": START,
        "notif_off": STOP,
        "get_emg_cfg": GET_CONFIG,
    }


@pytest.mark.parametrize("room", [3, 4, 20, 65, 128, 129, 244])
def test_however_long_the_parts_are_the_samples_are_the_same(room: int) -> None:
    decoded = fed([*parts(ONE, room), *parts(TWO, room), THREE])
    assert samples(decoded) == COUNTS.tolist()
    assert reasons(decoded) == []


@pytest.mark.parametrize("lost", range(8))
def test_a_part_that_is_lost_costs_its_notification_only(lost: int) -> None:
    pieces = [*parts(ONE, ROOM), *parts(TWO, ROOM), *parts(THREE, ROOM)]
    assert len(pieces) == 3 * 8
    decoded = fed(pieces[: 8 + lost] + pieces[8 + lost + 1 :])
    assert samples(decoded) == [*COUNTS[:16].tolist(), *COUNTS[32:].tolist()]
    assert sum(n for _, n, _ in reasons(decoded)) == sum(
        len(piece) for k, piece in enumerate(pieces[8:16]) if k != lost
    )


@pytest.mark.parametrize("between", [TWO, b"\x08", bytes(20), b"\xff\x00"])
def test_what_comes_between_parts_ends_the_waiting(between: bytes) -> None:
    pieces = parts(ONE, ROOM)
    decoder = GforceDecoder()
    waited = sum(len(decoder.feed(piece).garbage) + len(piece) for piece in pieces[:3])
    assert decoder.buffered == waited
    assert reasons([decoder.feed(between)])[0] == (0, waited, NO_END)
    assert decoder.buffered == 0


def test_a_decoder_never_waits_for_more_than_a_notification() -> None:
    decoder = GforceDecoder()
    most, dropped = 0, 0
    for number in range(255, -1, -1):
        one = decoder.feed(bytes([0xFF, number, 8, 8, 8, 8]))
        dropped += sum(g.length for g in one.garbage)
        most = max(most, decoder.buffered)
        assert {g.reason for g in one.garbage} <= {TOO_LONG, NO_NOTIFICATION}
    assert most <= 1.5 * LONGEST
    assert decoder.buffered == 0
    assert dropped == 256 * 6


@pytest.mark.parametrize(
    "packet", [b"\x08", ONE[:-1], ONE[:20], ONE + b"\x00", b"\x00" + ONE[1:], b"\xff", b"\x01"]
)
def test_other_lengths_and_unknown_kinds_are_garbage(packet: bytes) -> None:
    decoded = fed([ONE, packet, THREE])
    assert reasons(decoded) == [(129, len(packet), NO_NOTIFICATION)]
    assert samples(decoded) == [*COUNTS[:16].tolist(), *COUNTS[32:].tolist()]


def test_other_kinds_are_messages_not_losses() -> None:
    decoded = fed([ONE, b"\x0b\x01\x02", *parts(b"\x06" + bytes(36), ROOM)])
    assert reasons(decoded) == []
    told = [message for one in decoded for message in one.messages]
    assert [(m.offset, m.length) for m in told] == [(129, 3), (132, 37 + 6)]
    assert told[0].text == "device status: 0102"
    assert told[1].text.startswith("rotation matrix: 00")


@pytest.mark.parametrize("n_samples", [8, 16])
def test_twelve_bits_come_in_two_bytes_and_so_many_bytes_or_values(n_samples: int) -> None:
    counts = (np.arange(n_samples * 8, dtype=np.int32) * 37 % 4096).reshape(-1, 8)
    values = encode(Frames(counts, per_frame=8), bits=12)
    content = b"".join(values[at + 1 : at + 129] for at in range(0, len(values), 129))
    decoded = fed(list(parts(b"\x08" + content, 62)), bits=12)
    assert samples(decoded) == counts.tolist()
    assert decoded[0].frames.per_frame == CODECS["gforce-12"].per_frame == 8


def test_a_count_of_more_than_twelve_bits_is_garbage() -> None:
    decoded = fed([b"\x08" + bytes(126) + b"\x00\x10"], bits=12)
    assert reasons(decoded) == [(0, 129, NO_SUCH_COUNT)]


def test_its_profile_sets_a_rate_that_the_board_has() -> None:
    profile = PROFILES["gforce"]
    assert board("gforce").channels == CODECS[profile.codec].n_channels
    assert profile.at_rate is not None
    assert profile.at_rate(500.0) == (STOP, b"\x3f\xf4\x01\xff\x00\x80\x08")
    assert profile.gatt is not None
    assert profile.gatt.control == "f000ffe1-0451-4000-b000-000000000000"
    with pytest.raises(UsageError, match="500, 650, 1000"):
        rate_commands(2000.0)
