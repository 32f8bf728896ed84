"""BITalino (r)evolution: frames of 3 to 8 bytes with a CRC of four bits.

Sources: live.c, simul.c, uart.c (BITalinoWorld/firmware-bitalino-revolution @1097047c923e), bitalino.py
(revolution-python-api @7128b3bab800). One of sixteen random frames passes the CRC, so step counts as
found after `CONFIRM` frames in a row: 2 in a million wrong places pass three (measured, boards.md 3).
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.framing import FixedFraming, Rows
from fasciscope.firmware_bridge.profile import Gatt, Profile
from fasciscope.firmware_bridge.rows import RowDecoder

LENGTHS = (3, 4, 6, 7, 8, 8)
"""Bytes of a frame, by its number of channels, from one."""
BITS = (10, 10, 10, 10, 6, 6)
"""Bits of each channel: the fifth and sixth are cut to their upper six."""
CONFIRM = 4
WRAP = 16
NEAR = 4
DIGITAL = ("I1", "I2", "O1", "O2")

STOP = b"\xff"
"""From anywhere; 00 would set the battery threshold of a board that idles."""
RATES = {1.0: b"\x03", 10.0: b"\x43", 100.0: b"\x83", 1000.0: b"\xc3"}
"""Commands of a board that idles, by the rate in Hz."""
START = b"\xfd"
"""All six channels."""
GATT = Gatt(
    names=("BITalino",),
    service="c566488a-0882-4e1b-a6d0-0b717e652234",
    data=("40fdba6b-672e-47c4-808a-e529adff3633",),
    control="4051eb11-bf0a-4c74-8730-a48f4193fcea",
)
"""Of boards with Bluetooth LE (BT121): frames in notifications of up to 20 bytes, cut anywhere (GATT.xml)."""


def _crc_table() -> NDArray[np.uint8]:
    """The CRC's state after one more byte: (state, byte), polynomial x^4 + x + 1."""
    table = np.zeros((16, 256), np.uint8)
    for state in range(16):
        for byte in range(256):
            crc = state
            for bit in range(7, -1, -1):
                crc = (crc << 1) | (byte >> bit & 1)
                if crc & 16:
                    crc ^= 0b10011
            table[state, byte] = crc
    return table


_CRC = _crc_table()


def crc4(rows: Rows) -> NDArray[np.uint8]:
    """The CRC of each row (n, length), its own four bits (the last byte's lower) taken as 0."""
    state = np.zeros(len(rows), np.uint8)
    for column in range(rows.shape[1] - 1):
        state = _CRC[state, rows[:, column]]
    crc: NDArray[np.uint8] = _CRC[state, rows[:, -1] & 0xF0]
    return crc


def decoder(n_channels: int = 6) -> RowDecoder:
    """Bytes of a BITalino with so many channels to frames. Aux: `digital` (n, 4), I1 I2 O1 O2."""
    framing = FixedFraming(LENGTHS[n_channels - 1], _sound, _follows, CONFIRM, weak=True)
    return RowDecoder(framing, partial(_frames, n_channels=n_channels))


def _sound(rows: Rows) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = (rows[:, -1] & 0x0F) == crc4(rows)
    return sound


def _follows(before: Rows, after: Rows) -> NDArray[np.bool_]:
    """A full buffer makes the board skip frames, and count them: a few may be missing."""
    ahead = ((after[:, -1] >> 4) - (before[:, -1] >> 4)) % WRAP
    follows: NDArray[np.bool_] = (ahead >= 1) & (ahead <= NEAR)
    return follows


# Counted from the end, the channels' bits follow one another from bit 11 on, the highest first.
# (channel, byte from the end, its lowest bit there, bits, its lowest bit in the value)
_FIELDS = (
    (0, 2, 0, 4, 6),
    (0, 3, 2, 6, 0),
    (1, 3, 0, 2, 8),
    (1, 4, 0, 8, 0),
    (2, 5, 0, 8, 2),
    (2, 6, 6, 2, 0),
    (3, 6, 0, 6, 4),
    (3, 7, 4, 4, 0),
    (4, 7, 0, 4, 2),
    (4, 8, 6, 2, 0),
    (5, 8, 0, 6, 0),
)


def _frames(rows: Rows, n_channels: int) -> Frames:
    counts = np.zeros((len(rows), n_channels), np.int32)
    for channel, byte, low, bits, place in _FIELDS:
        if channel < n_channels:
            part = (rows[:, -byte].astype(np.int32) >> low) & ((1 << bits) - 1)
            counts[:, channel] |= part << place
    digital = (rows[:, -2, None] >> np.arange(7, 3, -1)) & 1
    return Frames(counts, (rows[:, -1] >> 4).astype(np.int64), aux={"digital": digital})


def encode(frames: Frames) -> bytes:
    """What the board would send."""
    n, n_channels = frames.counts.shape
    assert frames.counter is not None, "a BITalino counts its frames"
    rows = np.zeros((n, LENGTHS[n_channels - 1]), np.uint8)
    for channel, byte, low, bits, place in _FIELDS:
        if channel < n_channels:
            part = (frames.counts[:, channel] >> place) & ((1 << bits) - 1)
            rows[:, -byte] |= (part << low).astype(np.uint8)
    digital = np.asarray(frames.aux.get("digital", np.zeros((n, 4))), np.uint8)
    rows[:, -2] |= (digital << np.arange(7, 3, -1, dtype=np.uint8)).sum(axis=1).astype(np.uint8)
    rows[:, -1] = (frames.counter % WRAP << 4).astype(np.uint8)
    rows[:, -1] |= crc4(rows)
    return rows.tobytes()


CODECS = {
    f"bitalino-{n}": Codec(
        decoder=partial(decoder, n),
        encode=encode,
        low=(0,) * n,
        high=tuple((1 << bits) - 1 for bits in BITS[:n]),
        wrap=WRAP,
        confirm=CONFIRM,
    )
    for n in range(1, 7)
}
"""By the number of channels."""


def rate_commands(rate_hz: float) -> tuple[bytes, ...]:
    """Stop, and set the rate. Raises UsageError for one that the board has not."""
    if rate_hz not in RATES:
        raise UsageError(f"A BITalino has no rate of {rate_hz:g} Hz. It has 1, 10, 100 and 1000.")
    return STOP, RATES[rate_hz]


PROFILES = {
    "bitalino": Profile(
        "bitalino-6",
        (START,),
        (STOP,),
        pause_s=0.1,
        bauds=(115_200,),
        gatt=GATT,
        at_rate=rate_commands,
    ),
}
"""How to talk to the board, by the name in the table of boards."""
