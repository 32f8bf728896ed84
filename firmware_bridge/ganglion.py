"""OpenBCI Ganglion over Bluetooth: notifications of 20 bytes, a number and two samples of four channels.

Firmware 3: numbers 0-99 hold the upper 18 bits of eight values, 100-199 the upper 19, the lowest bit
that is kept being the sign; between two rounds of 100 the board drops one sample (so 199 a second).
Firmware 2: number 0 holds four whole values, 1-100 (101-200) eight differences of 18 (19) bits, the
lowest being the sign. 201-205 are impedances, 206 and 207 text. Sources: OpenBCI_Ganglion_Library.cpp
(OpenBCI_Ganglion_Library @b6058e62ac82, firmware 2: @0c0eb1611138), brainflow ganglion_native.cpp and
ganglion.cpp (@9097190cc70f), ganglion.py (OpenBCI_Python @1a8a0a1f8c91).
"""

from abc import ABC, abstractmethod
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage, Message
from fasciscope.firmware_bridge.framing import Rows
from fasciscope.firmware_bridge.integers import big_endian, packed, to_big_endian, to_packed
from fasciscope.firmware_bridge.profile import Gatt, Profile

LENGTH = 20
N_CHANNELS = 4
ROUND = 100
"""Packets of two samples before the number starts again."""
SAMPLES = 2 * ROUND + 1
"""Of a round of firmware 2: the whole one, and two a packet."""
AXES = 10
"""Packets from one value of the accelerometer's axis to the next."""
NO_PACKET = "no packet of a Ganglion"

START = b"b"
STOP = b"s"
RESET = b"v"
REGISTERS = b"?"
ACCELEROMETER = (b"N", b"n")
"""Off, and on; then values have 18 bits rather than 19."""
IMPEDANCE = (b"Z", b"z")
"""Off, and on."""
SQUARE = (b"]", b"[")
"""A synthetic square wave off, and on."""
CHANNEL_OFF = (b"1", b"2", b"3", b"4")
CHANNEL_ON = (b"!", b"@", b"#", b"$")
RATES_HZ = (25_600, 12_800, 6_400, 3_200, 1_600, 800, 400, 200)
"""By the digit of the command; the Bluetooth link carries 200 only."""

SERVICE = "0000fe84-0000-1000-8000-00805f9b34fb"
DATA = "2d30c082-f39f-4ce6-923f-3484ea480596"
CONTROL = "2d30c083-f39f-4ce6-923f-3484ea480596"
"""Takes one letter a write; the board leaves the rest unread."""
DISCONNECT = "2d30c084-f39f-4ce6-923f-3484ea480596"
FIRMWARE = "00002a28-0000-1000-8000-00805f9b34fb"
"""Read once; what begins with 3 is firmware 3."""

_TEXTS = {
    **{200 + k: f"impedance of channel {k}: " for k in range(1, N_CHANNELS + 1)},
    205: "impedance of the reference: ",
    206: "",
    207: "",
}


def rate_command(rate_hz: int) -> tuple[bytes, bytes]:
    """The two letters that set a rate of `RATES_HZ`, a write each."""
    return b"~", str(RATES_HZ.index(rate_hz)).encode()


class _Notifications(ABC):
    """Notifications to frames, messages and garbage; each is taken or left as a whole."""

    buffered = 0
    last = 2 * ROUND
    """The highest number of a packet with samples."""

    def __init__(self) -> None:
        self._offset = 0

    def feed(self, data: bytes) -> Decoded:
        """Take one whole notification; give its samples, or what it says."""
        offset = self._offset
        self._offset += len(data)
        if len(data) == LENGTH and data[0] <= self.last:
            return Decoded(self._frames(np.frombuffer(data, np.uint8)[None]), LENGTH)
        none = self._frames(np.empty((0, LENGTH), np.uint8))
        if not data:
            return Decoded(none, 0)
        if 1 < len(data) <= LENGTH and data[0] in _TEXTS:
            said = data[1:].rstrip(b"\0\r\n").decode("ascii", "replace")
            text = Message(offset, len(data), _TEXTS[data[0]] + said)
            return Decoded(none, 0, messages=(text,))
        return Decoded(none, 0, (Garbage(offset, len(data), NO_PACKET),))

    def finish(self) -> Decoded:
        """Nothing ever waits."""
        return self.feed(b"")

    @abstractmethod
    def _frames(self, rows: Rows) -> Frames:
        """The samples of one packet (1, 20), or of none (0, 20)."""


class GanglionDecoder(_Notifications):
    """Notifications of firmware 3 to frames of two samples; the counter is the number modulo 100.

    Where the counter starts again a sample is missing that the board never sent. Aux:
    `accelerometer` (n,) counts of 0.016 g, and `axis` (n,) 0, 1, 2 where it is a new value, else -1.
    """

    last = 2 * ROUND - 1

    def _frames(self, rows: Rows) -> Frames:
        number = rows[:, 0].astype(np.int64)
        bits = 19 if (number >= ROUND).any() else 18
        fields = packed(rows[:, 1:], 2 * N_CHANNELS, bits)
        values = (fields & ~1) - ((fields >> (bits - 1)) << bits) << (24 - bits)
        counts = values.reshape(-1, N_CHANNELS).astype(np.int32)
        return Frames(counts, number % ROUND, per_frame=2, aux=_accelerometer(rows, number < ROUND))


class Ganglion2Decoder(_Notifications):
    """Notifications of firmware 2 to samples, a frame each, numbered 0 to 200 from the whole one.

    After a packet that is lost samples are marked as bad until the next whole one. The lowest bit of
    a difference, which the board does not send, is taken as 0: a sum of them is off by as much as
    200 counts (0.4 uV) before the next whole one. Aux: as `GanglionDecoder`'s.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sample = np.zeros(N_CHANNELS, np.int64)
        self._number: int | None = None  # of the last packet; None where its sums are wrong

    def _frames(self, rows: Rows) -> Frames:
        number = int(rows[0, 0]) if len(rows) else 0
        if number == 0:
            return self._whole(rows)
        bits, number = (18, number) if number <= ROUND else (19, number - ROUND)
        follows = self._number is not None and number == self._number + 1
        self._number = number if follows else None
        fields = packed(rows[:, 1:], 2 * N_CHANNELS, bits).reshape(2, N_CHANNELS)
        differences = (fields & ~1) - ((fields & 1) << bits)
        counts = _within_24_bits(self._sample - np.cumsum(differences, axis=0))
        self._sample = counts[-1]
        accelerometer = _accelerometer(rows.repeat(2, axis=0), np.array([bits == 18, False]))
        return Frames(
            counts.astype(np.int32),
            np.array([2 * number - 1, 2 * number]),
            bad=None if follows else np.ones((2, N_CHANNELS), bool),
            aux=accelerometer,
        )

    def _whole(self, rows: Rows) -> Frames:
        counts = big_endian(rows[:, 1 : 1 + 3 * N_CHANNELS], 3)
        if len(rows):
            self._sample, self._number = counts[-1], 0
        aux = _accelerometer(rows, np.zeros(len(rows), bool))
        return Frames(counts.astype(np.int32), np.zeros(len(rows), np.int64), aux=aux)


def _within_24_bits(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """As the board's converter wraps: true sums never do, and those of rubbish stay bounded."""
    return ((values + (1 << 23)) & 0xFFFFFF) - (1 << 23)


def _accelerometer(rows: Rows, sent: NDArray[np.bool_]) -> dict[str, NDArray[np.generic]]:
    """The byte after 18-bit values; it stays the same until its axis has its turn."""
    axis = rows[:, 0].astype(np.int64) % AXES - 1
    new = sent & (axis >= 0) & (axis < 3)
    value = np.where(sent, rows[:, -1].view(np.int8), 0).astype(np.int64)
    return {"accelerometer": value, "axis": np.where(new, axis, -1)}


def encode(frames: Frames, bits: int = 18) -> bytes:
    """What firmware 3 would notify, one after another; `bits` is 18 with accelerometer, 19 without."""
    assert frames.counter is not None, "a Ganglion counts its packets"
    values = frames.counts.reshape(-1, 2 * N_CHANNELS).astype(np.int64) >> (24 - bits)
    rows = _rows(frames.counter % ROUND, values, bits)
    rows[:, 0] += 0 if bits == 18 else ROUND
    if bits == 18 and "accelerometer" in frames.aux:
        rows[:, -1] = np.asarray(frames.aux["accelerometer"], np.int64) & 0xFF
    return rows.tobytes()


def encode_2(frames: Frames, bits: int = 18) -> bytes:
    """What firmware 2 would notify; a sample whose pair is not there is not sent.

    Differences count from 0 before the first sample; one that `bits` and the sign can't hold wraps.
    """
    assert frames.counter is not None, "a Ganglion counts its packets"
    counter = frames.counter % SAMPLES
    counts = frames.counts.astype(np.int64)
    differences = -np.diff(counts, axis=0, prepend=0)
    paired = (counter > 0) & (counter % 2 == 0)
    paired[0:1] = False
    paired[1:] &= counter[:-1] == counter[1:] - 1
    at = np.flatnonzero(paired | (counter == 0))
    rows = _rows((counter[at] + 1) // 2, np.hstack([differences[at - 1], differences[at]]), bits)
    whole = counter[at] == 0
    rows[~whole, 0] += 0 if bits == 18 else ROUND
    rows[whole, 1:] = 0
    rows[whole, 1 : 1 + 3 * N_CHANNELS] = to_big_endian(counts[at[whole]], 3)
    return rows.tobytes()


def _rows(number: NDArray[np.int64], values: NDArray[np.int64], bits: int) -> Rows:
    """Packets (n, 20) with these numbers and eight values each, the lowest bit made the sign."""
    rows = np.zeros((len(number), LENGTH), np.uint8)
    rows[:, 0] = number
    fields = to_packed((values & ~1) | (values < 0), bits)
    rows[:, 1 : 1 + fields.shape[1]] = fields
    return rows


_SIGNED_24 = (-(1 << 23), (1 << 23) - 1)

CODECS = {
    f"ganglion{suffix}": Codec(
        decoder=GanglionDecoder,
        encode=partial(encode, bits=bits),
        low=(_SIGNED_24[0],) * N_CHANNELS,
        high=(-_SIGNED_24[0] - (2 << (24 - bits)),) * N_CHANNELS,
        wrap=ROUND,
        per_frame=2,
        step=2 << (24 - bits),
        packet_n=LENGTH,
    )
    for suffix, bits in (("", 18), ("-19", 19))
} | {
    f"ganglion-2{suffix}": Codec(
        decoder=Ganglion2Decoder,
        encode=partial(encode_2, bits=bits),
        low=(_SIGNED_24[0],) * N_CHANNELS,
        high=(_SIGNED_24[1],) * N_CHANNELS,
        wrap=SAMPLES,
        step=2,
        slew=1 << bits,
        packet_n=LENGTH,
        batch=SAMPLES,
    )
    for suffix, bits in (("", 18), ("-19", 19))
}
"""Firmware 3, and 2, with the accelerometer and without; a decoder reads both settings."""

_GATT = Gatt(names=("Ganglion", "Simblee"), service=SERVICE, data=(DATA,), control=CONTROL)
PROFILES = {
    name: Profile(name, start=(START,), stop=(STOP,), gatt=_GATT)
    for name in ("ganglion", "ganglion-2")
}
"""By the board; `FIRMWARE` tells which of them is there."""
