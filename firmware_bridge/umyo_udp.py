"""uMyo over UDP in its makers' UF1 format, version 1: a datagram of 8, 16 or 24 samples.

"UD" | 1 | 24 | length u16 | flags u16 | device u32 | stream | 0 | number u32 | microseconds u48, then
parts of (type, length u16, bytes): 1 samples (channels, samples, 1, 0, then i16), 6 state (number of
the first sample u32, rate u16, battery %, RSSI, mode, 0); all little-endian. With flag 4 a CRC-32 (zlib's)
ends it. Its makers' tools listen at port 26750. Source, one only: uf1.py (ultimaterobotics/uf1-tools
@8779f02444a3), whose encoder and decoder agree.
"""

import struct
from typing import NamedTuple
from zlib import crc32

import numpy as np

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.profile import Profile

PER_FRAME = 8
"""Samples of a frame."""
WRAP = 1 << 32
RATE_HZ = 1150
MOST_BYTES = 1500

_HEAD = struct.Struct("<2sBBHHIBBI6s")
_PART = struct.Struct("<BH")
_STATE = struct.Struct("<IHBbBB")
_MARK, _VERSION = b"UD", 1
_SAMPLES_PART, _STATE_PART = 1, 6
_SIXTEEN_BITS = 1
_WITH_CRC = 4
_FLAGS = 3
"""Of a datagram with samples and state."""
_CRC_N = 4

NO_DATAGRAM = "no datagram of a uMyo"
DAMAGED = "a datagram with a wrong CRC"
OTHER_CONTENT = "samples of another kind"
ANOTHER = "of another uMyo"


class _Datagram(NamedTuple):
    device: int
    number: int
    at_us: int
    parts: dict[int, bytes]


class UmyoDatagramDecoder:
    """Datagrams to frames of eight samples of one uMyo, the first that is heard.

    The counter is the number of a frame's first sample; where the state is left out it follows from the
    datagram's number. Aux, a row a frame: `battery_percent`, `rssi_dbm`, 0 where they are left out.
    """

    buffered = 0

    def __init__(self) -> None:
        self._offset = 0
        self._device: int | None = None

    def feed(self, data: bytes) -> Decoded:
        """Take one whole datagram; give its samples."""
        offset = self._offset
        self._offset += len(data)
        found = self._read(data) if data else _frames(b"", 0, 0, (0, 0))
        if isinstance(found, str):
            wrong = Garbage(offset, len(data), found)
            return Decoded(_frames(b"", 0, 0, (0, 0)), 0, (wrong,))
        return Decoded(found, len(data))

    def finish(self) -> Decoded:
        """Nothing ever waits."""
        return self.feed(b"")

    def _read(self, data: bytes) -> Frames | str:
        told = _datagram(data)
        if isinstance(told, str):
            return told
        self._device = told.device if self._device is None else self._device
        if told.device != self._device:
            return ANOTHER
        content = told.parts.get(_SAMPLES_PART, bytes([1, 0, _SIXTEEN_BITS, 0]))
        channels, n, kind = content[:3]
        if (channels, kind, n % PER_FRAME) != (1, _SIXTEEN_BITS, 0) or len(content) != 4 + 2 * n:
            return OTHER_CONTENT
        first, state = told.number * n, (0, 0)
        if len(said := told.parts.get(_STATE_PART, b"")) == _STATE.size:
            first, _, *state_and_mode = _STATE.unpack(said)
            state = (state_and_mode[0], state_and_mode[1])
        return _frames(content[4:], first, told.at_us, state)


def _datagram(data: bytes) -> _Datagram | str:
    """Its head and its parts by their type, or why it is none."""
    if not _HEAD.size <= len(data) <= MOST_BYTES:
        return NO_DATAGRAM
    mark, version, head_n, length, flags, device, _, _, number, at_us = _HEAD.unpack_from(data)
    if (mark, version, head_n, length) != (_MARK, _VERSION, _HEAD.size, len(data)):
        return NO_DATAGRAM
    end = len(data) - _CRC_N * bool(flags & _WITH_CRC)
    if end < len(data) and crc32(data[:end]) != int.from_bytes(data[end:], "little"):
        return DAMAGED
    parts, at = {}, _HEAD.size
    while at < end:
        if end - at < _PART.size:
            return NO_DATAGRAM
        kind, n = _PART.unpack_from(data, at)
        at += _PART.size + n
        if at > end or (kind == _SAMPLES_PART and n < 4):
            return NO_DATAGRAM
        parts[kind] = data[at - n : at]
    return _Datagram(device, number, int.from_bytes(at_us, "little"), parts)


def _frames(samples: bytes, first: int, at_us: int, state: tuple[int, int]) -> Frames:
    counts = np.frombuffer(samples, "<i2").astype(np.int32)[:, None]
    n = len(counts) // PER_FRAME
    aux = zip(("battery_percent", "rssi_dbm"), state, strict=True)
    return Frames(
        counts,
        (first + PER_FRAME * np.arange(n, dtype=np.int64)) % WRAP,
        PER_FRAME,
        device_us=np.full(n, at_us, np.int64),
        aux={name: np.full(n, value, np.int64) for name, value in aux},
    )


def encode(frames: Frames, device: int = 0, *, checked: bool = True) -> bytes:
    """What a uMyo would send, a datagram a frame; `checked` ones end in a CRC."""
    assert frames.counter is not None, "a uMyo counts its samples"
    n = frames.n_frames
    at_us = np.zeros(n, np.int64) if frames.device_us is None else frames.device_us
    battery, rssi = (
        np.asarray(frames.aux.get(name, np.zeros(n)), np.int64)
        for name in ("battery_percent", "rssi_dbm")
    )
    values = frames.counts.reshape(n, PER_FRAME).astype("<i2")
    return b"".join(
        _encoded(
            values[k].tobytes(), first % WRAP, (at_us[k], battery[k], rssi[k]), device, checked
        )
        for k, first in enumerate(frames.counter.tolist())
    )


def _encoded(
    samples: bytes, first: int, state: tuple[int, int, int], device: int, checked: bool
) -> bytes:
    at_us, battery, rssi = map(int, state)
    told = _STATE.pack(first, RATE_HZ, battery, rssi, 1, 0)
    content = bytes([1, PER_FRAME, _SIXTEEN_BITS, 0]) + samples
    body = _PART.pack(_STATE_PART, len(told)) + told
    body += _PART.pack(_SAMPLES_PART, len(content)) + content
    length = _HEAD.size + len(body) + _CRC_N * checked
    flags = _FLAGS | _WITH_CRC * checked
    clock = at_us.to_bytes(6, "little")
    number = first // PER_FRAME
    head = _HEAD.pack(_MARK, _VERSION, _HEAD.size, length, flags, device, 0, 0, number, clock)
    return head + body + crc32(head + body).to_bytes(4, "little") * checked


CODECS = {
    "umyo-udp": Codec(
        decoder=UmyoDatagramDecoder,
        encode=encode,
        low=(-(1 << 15),),
        high=((1 << 15) - 1,),
        wrap=WRAP,
        advance=PER_FRAME,
        per_frame=PER_FRAME,
        packet_n=64,
    )
}
"""One setting."""

PROFILES = {"umyo-udp": Profile("umyo-udp")}
"""By the board; it sends without being asked."""
