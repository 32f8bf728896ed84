"""The BioListener's packets as BrainFlow's driver reads them, and the commands that it sends."""

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from fasciscope.firmware_bridge import board
from fasciscope.firmware_bridge.biolistener import (
    DEBUG_PACKET,
    RESET,
    START,
    STOP,
    BiolistenerDecoder,
    encode,
    gain_command,
)

Vectors = Callable[[str], dict[str, Any]]


def test_brainflow_reads_the_same_values(vectors: Vectors) -> None:
    (told,) = vectors("biolistener")["vectors"]
    stream = bytes.fromhex("".join(told["packets_hex"]))
    frames = BiolistenerDecoder().feed(stream).frames
    assert frames.counter is not None
    assert frames.device_us is not None
    assert frames.counter.tolist() == [row["n"] for row in told["decoded"]]
    assert frames.device_us.tolist() == [1_000_000, 1_002_000, 1_004_000, 1_006_000]
    uv = frames.counts * (board("biolistener").uv_per_count or 0)
    np.testing.assert_allclose(uv, [row["uV"] for row in told["decoded"]], rtol=1e-12)
    assert encode(frames) == stream


def test_the_commands_are_those_that_brainflow_sends(vectors: Vectors) -> None:
    (told,) = vectors("biolistener")["vectors"]
    assert [c.decode() for c in (RESET, START, STOP)] == told["commands"]
    assert gain_command(2, 8) == b'{"command":3,"channel":2,"pga":8}\n'


def packet(kind: int, data: bytes) -> bytes:
    return struct.pack("<BIBIB", 0xA0, 5, kind, 7, 0) + data + b"\xc0"


def test_a_motion_packet_is_a_message_and_a_debug_packet_is_named(vectors: Vectors) -> None:
    (told,) = vectors("biolistener")["vectors"]
    sample = bytes.fromhex(told["packets_hex"][0])
    motion = packet(2, struct.pack("<8f", 0.5, -1, 9.75, 0, 0, 0, 21.5, 3.7))
    one = BiolistenerDecoder().feed(sample + motion + packet(0, b"x" * 32) + sample)
    assert one.frames.n_frames == 2
    assert [m.text for m in one.messages] == ["motion 7: 0.5 -1 9.75 0 0 0 21.5 3.7"]
    assert [(g.offset, g.reason) for g in one.garbage] == [(88, DEBUG_PACKET)]
