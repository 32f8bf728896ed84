"""Shimmer3 with its EXG module: packets over Bluetooth serial, in the layout that the board tells.

00 | time u24 little-endian, 32768 Hz | the channels in the order of the inquiry | CRC of 0, 1 or 2 bytes.
EXG values are big-endian, 24 or 16 bits. Without the CRC only the first byte and the time tell where a
packet starts. The time is clock and counter in one: `divider` ticks a packet. Sources: brainflow
shimmer/shimmer3.cpp and shimmer3_defines.h (@9097190cc70f); pyshimmer (seemoo-lab/pyshimmer
@a2ef575861b4) ran as a second peer. The CRC was read in BrainFlow only, and no peer has checked it.
"""

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.framing import Rows
from fasciscope.firmware_bridge.held_framing import HeldFraming
from fasciscope.firmware_bridge.integers import (
    big_endian,
    little_endian,
    to_big_endian,
    to_little_endian,
)
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.rows import RowDecoder

HEADER = b"\x00"
ACKNOWLEDGE = 0xFF
CLOCK_HZ = 32768
WRAP = 1 << 24
CONFIRM = 3
NEAR = 8
CRC_START = 0xB0CA
NEAR_ENOUGH = 1e-5
"""A rate that is typed with six digits is meant to be the board's."""

EXG_24 = (0x1E, 0x1F, 0x21, 0x22)
EXG_16 = (0x23, 0x24, 0x25, 0x26)
STATUS = (0x1D, 0x20)
_WIDTHS = (
    dict.fromkeys(range(0x29), 2) | dict.fromkeys((0x1B, *EXG_24), 3) | dict.fromkeys(STATUS, 1)
)
"""Bytes of each channel by its id; ids not here are not known."""

INQUIRY = b"\x01"
START = b"\x07"
STOP = b"\x20"
HARDWARE_VERSION = b"\x3f"
FIRMWARE_VERSION = b"\x2e"
NO_ACKNOWLEDGE_IN_STREAM = b"\xa3\x00"
_INQUIRY_ANSWER = 0x02
_SENSORS = {24: 0x10 | 0x08, 16: 0x10_0000 | 0x08_0000}
"""Both chips of the EXG module, by bits of a value."""


def divider_of(rate_hz: float) -> int:
    """The divider of the rate nearest to `rate_hz`; the true rate is `CLOCK_HZ` over it."""
    divider = round(CLOCK_HZ / rate_hz) if rate_hz > 0 else 0
    if not 1 <= divider <= 0xFFFF:
        raise UsageError(f"A Shimmer3 has no rate of {rate_hz:g} Hz.")
    return divider


def rate_command(rate_hz: float) -> bytes:
    """Set the rate."""
    return b"\x05" + divider_of(rate_hz).to_bytes(2, "little")


def sensors_command(bits: int = 24) -> bytes:
    """Switch on both chips of the EXG module, and nothing else, at 24 or 16 bits a value."""
    return b"\x08" + _SENSORS[bits].to_bytes(3, "little")


def crc_command(crc_n: int) -> bytes:
    """Ask for packets with a CRC of so many bytes, 0 to 2."""
    return bytes([0x8B, crc_n])


@dataclass(frozen=True, slots=True)
class Layout:
    """What a packet holds: its channels' ids in order, clock ticks from packet to packet, CRC bytes."""

    channels: tuple[int, ...]
    divider: int = 64
    crc_n: int = 0

    @property
    def exg(self) -> tuple[int, ...]:
        """The ids of the EXG channels."""
        return tuple(c for c in self.channels if c in EXG_24 or c in EXG_16)

    @property
    def others(self) -> tuple[int, ...]:
        """The ids of what is neither EXG nor its status."""
        return tuple(c for c in self.channels if c not in self.exg and c not in STATUS)

    @property
    def length(self) -> int:
        """Bytes of a packet."""
        return 4 + sum(_WIDTHS[c] for c in self.channels) + self.crc_n

    def columns(self, ids: tuple[int, ...]) -> NDArray[np.intp]:
        """The places in a packet of the bytes of these channels, one after another."""
        widths = [_WIDTHS[c] for c in self.channels]
        places = 4 + np.concatenate([[0], np.cumsum(widths)]).astype(np.intp)
        found = [
            np.arange(places[k], places[k + 1]) for k, c in enumerate(self.channels) if c in ids
        ]
        return np.concatenate([np.empty(0, np.intp), *found])


BOTH_CHIPS_24 = Layout((0x1D, 0x1E, 0x1F, 0x20, 0x21, 0x22))
BOTH_CHIPS_16 = Layout((0x1D, 0x23, 0x24, 0x20, 0x25, 0x26))


def layout_of(answer: bytes, crc_n: int = 0) -> Layout | None:
    """The layout that the answer to `INQUIRY` tells (acknowledge or not), None if it is not whole.

    Raises UsageError where the packets would hold what cannot be read here.
    """
    start = answer.find(_INQUIRY_ANSWER)
    body = answer[start + 1 :] if start >= 0 else b""
    if len(body) < 8 or len(body) < 8 + body[6]:
        return None
    channels = tuple(body[8 : 8 + body[6]])
    unknown = [f"{c:02X}" for c in channels if c not in _WIDTHS]
    if unknown:
        raise UsageError(f"The Shimmer3 sends channels that are not known: {', '.join(unknown)}.")
    layout = Layout(channels, int.from_bytes(body[:2], "little"), crc_n)
    widths = {_WIDTHS[c] for c in layout.exg}
    if len(widths) != 1 or body[7] != 1 or layout.divider == 0:
        raise UsageError("The Shimmer3 is not set to send EXG samples one by one.")
    return layout


def crc16(rows: Rows) -> NDArray[np.uint16]:
    """The CRC of each row (n, length): CCITT, from B0CA, over an even number of bytes (a 00 added)."""
    length = rows.shape[1]
    tables = _crc_tables(length)
    start = tables[0, CRC_START >> 8] ^ tables[1, CRC_START & 0xFF]
    crc: NDArray[np.uint16] = np.bitwise_xor.reduce(tables[np.arange(length), rows], axis=1) ^ start
    return crc


@cache
def _crc_tables(length: int) -> NDArray[np.uint16]:
    """What a byte at each place of a message adds to its CRC (length, 256): x^16 + x^12 + x^5 + 1."""
    last = np.arange(256) << 8
    for _ in range(8):
        last = (last << 1) ^ np.where(last & 0x8000, 0x1021, 0)
    last &= 0xFFFF
    tables = [last]
    while len(tables) < length + length % 2:
        tables.append((tables[-1] << 8 & 0xFFFF) ^ last[tables[-1] >> 8])
    return np.array(tables[::-1][:length], np.uint16)


def _crc_bytes(layout: Layout, rows: Rows) -> NDArray[np.uint8]:
    """The CRC as packets of this layout end with it, the lower byte first (n, crc_n)."""
    crc = crc16(rows[:, : layout.length - layout.crc_n]).astype(np.int64)
    return to_little_endian(crc[:, None], 2)[:, : layout.crc_n]


def decoder(layout: Layout = BOTH_CHIPS_24) -> RowDecoder:
    """Bytes of a Shimmer3 to frames; the newest waits for the next. Bytes that answer are garbage.

    Counter: the time in ticks, `divider` a packet. Aux: `status` (n, chips), `others` (n, bytes) what
    other sensors sent, as it came.
    """
    framing = HeldFraming(
        layout.length, partial(_sound, layout), partial(_follows, layout.divider), CONFIRM
    )
    return RowDecoder(framing, partial(_frames, layout))


def _sound(layout: Layout, rows: Rows) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = rows[:, 0] == HEADER[0]
    if layout.crc_n:
        likely = np.flatnonzero(sound)
        found = rows[likely]
        sound[likely] = (found[:, -layout.crc_n :] == _crc_bytes(layout, found)).all(axis=1)
    return sound


def _follows(divider: int, before: Rows, after: Rows) -> NDArray[np.bool_]:
    """Packets may be missing, and the clock is read a little late now and then."""
    ahead = (_ticks(after) - _ticks(before)) % WRAP
    follows: NDArray[np.bool_] = (ahead > 0) & (ahead <= NEAR * divider)
    return follows


def _ticks(rows: Rows) -> NDArray[np.int64]:
    return little_endian(rows[:, 1:4], 3, signed=False)[:, 0]


def _frames(layout: Layout, rows: Rows) -> Frames:
    wide = layout.exg[0] in EXG_24
    ticks = _ticks(rows)
    return Frames(
        counts=big_endian(rows[:, layout.columns(layout.exg)], 3 if wide else 2).astype(np.int32),
        counter=ticks,
        device_us=(2 * ticks * 1_000_000 + CLOCK_HZ) // (2 * CLOCK_HZ),
        aux={
            "status": rows[:, layout.columns(STATUS)],
            "others": rows[:, layout.columns(layout.others)],
        },
    )


def encode(frames: Frames, layout: Layout = BOTH_CHIPS_24) -> bytes:
    """What the board would send."""
    assert frames.counter is not None, "a Shimmer3 stamps its packets"
    rows = np.zeros((len(frames.counts), layout.length), np.uint8)
    rows[:, 1:4] = to_little_endian(frames.counter[:, None] % WRAP, 3)
    width = 3 if layout.exg[0] in EXG_24 else 2
    rows[:, layout.columns(layout.exg)] = to_big_endian(frames.counts, width)
    for name, ids in (("status", STATUS), ("others", layout.others)):
        rows[:, layout.columns(ids)] = np.asarray(frames.aux.get(name, 0), np.uint8)
    if layout.crc_n:
        rows[:, -layout.crc_n :] = _crc_bytes(layout, rows)
    return rows.tobytes()


def codec(layout: Layout) -> Codec:
    """The codec of packets in this layout."""
    n, bits = len(layout.exg), 24 if layout.exg[0] in EXG_24 else 16
    return Codec(
        decoder=partial(decoder, layout),
        encode=partial(encode, layout=layout),
        low=(-(1 << (bits - 1)),) * n,
        high=((1 << (bits - 1)) - 1,) * n,
        wrap=WRAP,
        advance=layout.divider,
        confirm=CONFIRM,
    )


CODECS = {
    "shimmer3": codec(BOTH_CHIPS_24),
    "shimmer3-16bit": codec(BOTH_CHIPS_16),
    "shimmer3-crc": codec(Layout(BOTH_CHIPS_24.channels, crc_n=2)),
    "shimmer3-crc-1": codec(Layout(BOTH_CHIPS_24.channels, crc_n=1)),
}
"""Both chips at 512 Hz, 24 or 16 bits, without and with a CRC; for other settings see `codec`."""


def rate_commands(rate_hz: float) -> tuple[bytes, ...]:
    """Set the rate. Raises UsageError for one that the board has not: its times would be wrong."""
    true_hz = CLOCK_HZ / divider_of(rate_hz)
    if abs(true_hz / rate_hz - 1) > NEAR_ENOUGH:
        raise UsageError(f"A Shimmer3 has no rate of {rate_hz:g} Hz. The nearest is {true_hz:.7g}.")
    return (rate_command(rate_hz),)


PROFILES = {
    "shimmer3": Profile(
        "shimmer3",
        (NO_ACKNOWLEDGE_IN_STREAM, sensors_command(), START),
        (STOP,),
        pause_s=0.3,
        bauds=(115_200,),
        at_rate=rate_commands,
        codec_at=lambda rate_hz: codec(Layout(BOTH_CHIPS_24.channels, divider_of(rate_hz))),
    )
}
"""Both chips of the EXG module, with 24 bits."""
