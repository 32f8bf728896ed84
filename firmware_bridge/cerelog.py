"""Cerelog ESP-EEG: frames of 37 bytes over USB serial, with a sum of eight bits.

AB CD | 1F | milliseconds u32 big-endian | ADS1299 status, 3 bytes | 8 x 24-bit big-endian | sum of the
bytes from 1F on | DC BA. No counter: the milliseconds stand for one, 4 from frame to frame, usually up
to 1 off. The board opens at 9600 baud, the host's handshake sets its clock and the rate, and both change
over; it streams from power-on. Source: esp32_firmware.ino (Cerelog-ESP-EEG/ESP-EEG @d37d85b1fc0a), read,
not run.
"""

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.framing import FixedFraming, Rows
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.profile import Opening, Profile
from fasciscope.firmware_bridge.rows import RowDecoder

LENGTH = 37
HEAD = (0xAB, 0xCD, 0x1F)
TAIL = (0xDC, 0xBA)
N_CHANNELS = 8
OPENS_AT_BAUD = 9600
BAUDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
"""By their number on the wire."""
USUAL_STATUS = (0xC0, 0x00, 0x00)
STEP_MS = 4


WAKES_S = 2.0
"""Opening the port may restart the board."""


def handshake(unix_s: int, baud: int = 115200) -> bytes:
    """The host's 12 bytes: the time, and the baud rate to go on at (one of `BAUDS`)."""
    assert baud in BAUDS, "a baud rate that the board knows"
    body = b"\x02" + (unix_s % (1 << 32)).to_bytes(4, "big") + bytes([0x01, BAUDS.index(baud)])
    return b"\xaa\xbb" + body + bytes([sum(body) % 256]) + b"\xcc\xdd"


def decoder() -> RowDecoder:
    """Bytes of an ESP-EEG to frames; the counter is in milliseconds. Aux: `status` (n, 3) bytes."""
    return RowDecoder(FixedFraming(LENGTH, _sound), _frames)


def _sound(rows: Rows) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = rows[:, 0] == HEAD[0]
    for place, byte in ((1, HEAD[1]), (2, HEAD[2]), (-2, TAIL[0]), (-1, TAIL[1])):
        sound &= rows[:, place] == byte
    likely = np.flatnonzero(sound)
    sound[likely] = rows[likely, 2:34].sum(axis=1, dtype=np.uint8) == rows[likely, 34]
    return sound


def _frames(rows: Rows) -> Frames:
    at_ms = big_endian(rows[:, 3:7], 4, signed=False)[:, 0]
    return Frames(
        counts=big_endian(rows[:, 10:34], 3).astype(np.int32),
        counter=at_ms,
        device_us=1000 * at_ms,
        aux={"status": rows[:, 7:10]},
    )


def encode(frames: Frames) -> bytes:
    """What the board would send."""
    assert frames.counter is not None, "the board tells its time"
    rows = np.zeros((len(frames.counts), LENGTH), np.uint8)
    rows[:, :3] = HEAD
    rows[:, 3:7] = to_big_endian(frames.counter[:, None], 4)
    rows[:, 7:10] = np.asarray(frames.aux.get("status", USUAL_STATUS), np.uint8)
    rows[:, 10:34] = to_big_endian(frames.counts, 3)
    rows[:, 34] = rows[:, 2:34].sum(axis=1, dtype=np.uint8)
    rows[:, 35:] = TAIL
    return rows.tobytes()


CODECS = {
    "cerelog": Codec(
        decoder=decoder,
        encode=encode,
        low=(-(1 << 23),) * N_CHANNELS,
        high=((1 << 23) - 1,) * N_CHANNELS,
        wrap=1 << 32,
        advance=STEP_MS,
    )
}
"""The 8-channel board; the 16-channel one speaks Cyton with Daisy."""

PROFILES = {
    "cerelog": Profile(
        "cerelog",
        bauds=(115200,),
        opening=Opening(OPENS_AT_BAUD, WAKES_S, handshake),
    )
}
"""One setting."""
