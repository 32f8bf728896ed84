"""The Ganglion's packets as its own firmware makes them and BrainFlow reads them."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge.boards import board
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.frames import Decoded, Frames
from fasciscope.firmware_bridge.ganglion import (
    FIRMWARE,
    LENGTH,
    PROFILES,
    RATES_HZ,
    Ganglion2Decoder,
    GanglionDecoder,
    encode,
    encode_2,
    rate_command,
)

Vectors = Callable[[str], dict[str, Any]]
UV = board("ganglion").uv_per_count or 0.0


def packets_of(data: bytes) -> list[bytes]:
    return [data[at : at + LENGTH] for at in range(0, len(data), LENGTH)]


def fed(one: GanglionDecoder | Ganglion2Decoder, packets: Iterable[bytes]) -> list[Decoded]:
    return [one.feed(packet) for packet in packets]


def counts_of(decoded: list[Decoded]) -> np.ndarray:
    return np.concatenate([part.frames.counts for part in decoded])


def bad_of(decoded: list[Decoded]) -> list[bool]:
    return [part.frames.bad is not None and bool(part.frames.bad.all()) for part in decoded]


def walk(n: int, first: int = 0) -> Frames:
    steps = np.random.default_rng(9).integers(-30_000, 30_000, (n, 4)) * 2
    counts = np.clip(np.cumsum(steps, axis=0), -(1 << 22), 1 << 22).astype(np.int32)
    return Frames(counts, (first + np.arange(n)) % 201)


@pytest.mark.parametrize("bits", [18, 19])
def test_packets_of_firmware_3_hold_the_true_counts_but_for_the_bits_it_drops(
    vectors: Vectors, bits: int
) -> None:
    kind = f"ganglion_fw3_{bits}bit"
    told = [one for one in vectors("ganglion.fw3")["vectors"] if one["kind"] == kind]
    assert len(told) == 7
    for one in told:
        frames = GanglionDecoder().feed(bytes.fromhex(one["packet_hex"])).frames
        lost = np.array(one["true_counts"]) - frames.counts
        assert lost.min() >= 0
        assert lost.max() < 2 << (24 - bits)
        peer = [sample["uV"] for sample in one["brainflow"]]
        np.testing.assert_allclose(frames.counts * UV, peer, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("bits", [18, 19])
def test_what_is_encoded_from_the_true_counts_is_what_firmware_3_sends(
    vectors: Vectors, bits: int
) -> None:
    kind = f"ganglion_fw3_{bits}bit"
    for one in vectors("ganglion.fw3")["vectors"]:
        if one["kind"] == kind:
            packet = bytes.fromhex(one["packet_hex"])
            aux = {"accelerometer": np.frombuffer(packet[19:], np.int8)}
            counts = np.array(one["true_counts"], np.int32)
            frames = Frames(counts, np.array([packet[0] % 100]), 2, aux=aux)
            assert encode(frames, bits).hex() == one["packet_hex"]


def test_the_accelerometer_tells_one_axis_at_a_time(vectors: Vectors) -> None:
    told = vectors("ganglion.fw3")["vectors"][:4]
    decoded = fed(GanglionDecoder(), (bytes.fromhex(one["packet_hex"]) for one in told))
    axes = [int(part.frames.aux["axis"][0]) for part in decoded]
    values = [int(part.frames.aux["accelerometer"][0]) for part in decoded]
    assert axes == [-1, 0, 1, 2]
    assert values[1:] == [
        one["axis_true"][axis] for one, axis in zip(told[1:], (0, 1, 2), strict=True)
    ]


@pytest.mark.parametrize("name", ["ganglion", "ganglion-19"])
def test_the_numbers_of_firmware_3_go_on_where_the_board_drops_a_sample(
    vectors: Vectors, name: str
) -> None:
    kind = f"ganglion_fw3_{19 if name.endswith('19') else 18}bit_sequence"
    told = next(one for one in vectors("ganglion.fw3")["vectors"] if one["kind"] == kind)
    codec = CODECS[name]
    n = len(told["packet_ids"])
    sent = packets_of(codec.encode(Frames(np.zeros((2 * n, 4), np.int32), np.arange(n), 2)))
    assert [packet[0] for packet in sent] == told["packet_ids"]
    counters = [int(part.frames.counter[0]) for part in fed(GanglionDecoder(), sent)]  # type: ignore[index]
    assert set(np.diff(counters) % (codec.wrap or 0)) == {1}
    assert told["n_in"] - len(told["missing_sample_indices"]) == 2 * n


def test_firmware_2_is_read_as_brainflow_reads_it(vectors: Vectors) -> None:
    told = vectors("ganglion.fw2")["vectors"][0]
    one = Ganglion2Decoder()
    for packet in told["packets"]:
        decoded = one.feed(bytes.fromhex(packet["packet_hex"]))
        peer = [sample["uV"] for sample in packet["brainflow"]]
        np.testing.assert_allclose(decoded.frames.counts * UV, peer, rtol=1e-4)


def test_firmware_2_is_read_as_openbci_reads_it_but_for_the_lowest_bits(vectors: Vectors) -> None:
    told = vectors("ganglion.fw2")["vectors"][0]
    packets = [bytes.fromhex(packet["packet_hex"]) for packet in told["packets"]]
    counts = counts_of(fed(Ganglion2Decoder(), packets))
    peer = [sample["counts"] for one in told["packets"] for sample in one["openbci_python_counts"]]
    assert counts[0].tolist() == told["raw0"]
    off = np.abs(counts - np.array(peer)).max(axis=1)
    assert (off <= np.arange(len(peer))).all()


def test_samples_of_firmware_2_are_bad_from_a_lost_packet_to_the_next_whole_one() -> None:
    frames = walk(402)
    packets = packets_of(encode_2(frames))
    assert len(packets) == 202
    decoded = fed(Ganglion2Decoder(), packets[:40] + packets[41:])
    assert bad_of(decoded) == [False] * 40 + [True] * 60 + [False] * 101
    np.testing.assert_array_equal(counts_of(decoded[100:]), frames.counts[201:])
    counters = np.concatenate([part.frames.counter for part in decoded])  # type: ignore[misc]
    assert np.flatnonzero(np.diff(counters) % 201 != 1).tolist() == [78]
    assert (np.diff(counters) % 201)[78] == 3


def test_a_stream_of_firmware_2_that_is_joined_in_its_middle_is_bad_to_the_next_whole_one() -> None:
    packets = packets_of(encode_2(walk(201 + 21)))
    assert bad_of(fed(Ganglion2Decoder(), packets[90:])) == [True] * 11 + [False] * 11


def test_a_difference_is_read_by_its_sign_bit_where_18_bits_alone_are_too_few() -> None:
    counts = np.array([[0] * 4, [200_000, -200_000, 262_142, -262_142], [0] * 4], np.int32)
    decoded = fed(Ganglion2Decoder(), packets_of(encode_2(Frames(counts, np.arange(3)))))
    np.testing.assert_array_equal(counts_of(decoded), counts)


def test_firmware_2_goes_on_when_the_accelerometer_is_switched_off() -> None:
    frames = walk(201)
    small, large = (packets_of(encode_2(frames, bits)) for bits in (18, 19))
    decoded = fed(Ganglion2Decoder(), small[:50] + large[50:])
    assert not any(bad_of(decoded))
    np.testing.assert_array_equal(counts_of(decoded), frames.counts)


@pytest.mark.parametrize("decoder", [GanglionDecoder, Ganglion2Decoder])
def test_impedances_and_texts_are_messages(
    decoder: type[GanglionDecoder] | type[Ganglion2Decoder],
) -> None:
    said = [
        b"\xc9" + b"1234Z\n",
        b"\xcd" + b"56Z",
        b"\xce" + b"OpenBCI Ganglion v3",
        b"\xcfend\0\0",
    ]
    decoded = fed(decoder(), said)
    assert [message.text for part in decoded for message in part.messages] == [
        "impedance of channel 1: 1234Z",
        "impedance of the reference: 56Z",
        "OpenBCI Ganglion v3",
        "end",
    ]
    assert [part.messages[0].offset for part in decoded] == [0, 7, 11, 31]
    assert all(len(part.frames.counts) == 0 for part in decoded)


@pytest.mark.parametrize("packet", [bytes(19), bytes(21), b"\xce", b"\xd0" * 20, b"\xff" * 20])
def test_what_is_no_packet_is_garbage(packet: bytes) -> None:
    for one in (GanglionDecoder(), Ganglion2Decoder()):
        decoded = one.feed(packet)
        assert [(g.offset, g.length) for g in decoded.garbage] == [(0, len(packet))]
        assert len(decoded.frames.counts) == 0


def test_number_200_is_a_packet_of_firmware_2_only() -> None:
    packet = bytes([200]) + bytes(19)
    assert GanglionDecoder().feed(packet).garbage
    assert not Ganglion2Decoder().feed(packet).garbage


def test_commands_are_single_letters() -> None:
    assert rate_command(200) == (b"~", b"7")
    assert {rate_command(rate)[1] for rate in RATES_HZ} == {b"%d" % k for k in range(8)}
    for name, profile in PROFILES.items():
        codec: Codec = CODECS[profile.codec]
        assert codec.packet_n == LENGTH
        assert board(name).channels == codec.n_channels
        assert (profile.start, profile.stop) == ((b"b",), (b"s",))
        assert profile.gatt is not None
        assert profile.gatt.control == "2d30c083-f39f-4ce6-923f-3484ea480596"
    assert FIRMWARE.startswith("00002a28")
