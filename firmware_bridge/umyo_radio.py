"""uMyo's own radio packets (nRF24, the short form): 32 bytes of eight samples.

Number | 32 | unit, 4 bytes | battery | spectrum, 4 x 16-bit | orientation, 5 bytes | first sample, 16-bit |
7 distances from it, at most 255 | their signs, a bit each from bit 6 on | two sums, big-endian. These
are the sum of all bytes before, and that of its values on the way, modulo 256. Sources: the board's
firmware (ultimaterobotics/uMyo @d3a14b3a7ded) and uMyo_RF24 (@e8b73b897472), whose packets no decoder
was seen to read.
"""

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.packets import PacketDecoder

LENGTH = 32
PER_FRAME = 8
"""Samples of a packet."""
WRAP = 129
"""The number goes from 0 to 128."""
FARTHEST = 255
"""A distance of so much may be more: that sample is not known."""
NO_PACKET = "no packet of a uMyo"
DAMAGED = "a packet with wrong sums"

_FIRST, _DISTANCES, _SIGNS, _SUMS = slice(20, 22), slice(22, 29), 29, slice(30, 32)
_UNIT = slice(2, 6)
_SIGN_BITS = 1 << np.arange(6, -1, -1)


def decoder() -> PacketDecoder:
    """Packets to frames of eight samples; those whose distance is cut off are bad. Aux: `unit`."""
    nothing = Frames(np.empty((0, 1), np.int32), np.empty(0, np.int64), PER_FRAME)
    return PacketDecoder(_read, nothing)


def _sums(packet: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(2,): of the bytes before the sums, and of the sums on the way."""
    on_the_way = np.cumsum(packet[: _SUMS.start].astype(np.int64))
    return np.array([on_the_way[-1], on_the_way.sum()]) % 256


def _read(data: bytes) -> Frames | str:
    packet = np.frombuffer(data, np.uint8)
    if len(packet) != LENGTH or packet[1] != LENGTH:
        return NO_PACKET
    if not np.array_equal(packet[_SUMS], _sums(packet)):
        return DAMAGED
    distances = packet[_DISTANCES].astype(np.int64)
    away = np.where(packet[_SIGNS] & _SIGN_BITS, -distances, distances)
    first = big_endian(packet[None, _FIRST], 2)[0]
    counts = np.concatenate([first, first + away])
    bad = np.concatenate([[False], distances == FARTHEST])
    return Frames(
        counts.astype(np.int32)[:, None],
        packet[:1].astype(np.int64),
        PER_FRAME,
        bad=bad[:, None] if bad.any() else None,
        aux={"unit": big_endian(packet[None, _UNIT], 4, signed=False)[0]},
    )


def encode(frames: Frames) -> bytes:
    """What a uMyo would send, its battery, spectrum and orientation left at 0."""
    assert frames.counter is not None, "a uMyo counts its packets"
    packets = np.zeros((frames.n_frames, LENGTH), np.uint8)
    packets[:, 0], packets[:, 1] = frames.counter % WRAP, LENGTH
    if "unit" in frames.aux:
        packets[:, _UNIT] = to_big_endian(np.asarray(frames.aux["unit"], np.int64)[:, None], 4)
    values = frames.counts.reshape(-1, PER_FRAME).astype(np.int64)
    away = values[:, 1:] - values[:, :1]
    packets[:, _FIRST] = to_big_endian(values[:, :1], 2)
    packets[:, _DISTANCES] = np.minimum(np.abs(away), FARTHEST)
    packets[:, _SIGNS] = ((away < 0) * _SIGN_BITS).sum(axis=1)
    for packet in packets:
        packet[_SUMS] = _sums(packet)
    return packets.tobytes()


CODECS = {
    "umyo-radio": Codec(
        decoder=decoder,
        encode=encode,
        low=(-(1 << 15),),
        high=((1 << 15) - 1,),
        wrap=WRAP,
        per_frame=PER_FRAME,
        slew=FARTHEST - 1,
        packet_n=LENGTH,
    )
}
"""One setting; there is no way to it here but a receiver's bytes."""
