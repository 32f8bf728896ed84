"""Olimex SHIELD-EKG-EMG on an Arduino: frames of 17 bytes, the packets of OpenEEG's version 2.

A5 5A 02 | counter | 6 x 16-bit big-endian of 10 bits | switches. No checksum, and no command: the sketch
sends from power-on, the one of logston first some 125 frames that all have counter 0, each value 512.
A value's higher byte is at most 3, so A5 5A comes at the start of a frame only; but nothing marks its end,
so the newest frame waits for the next. Source: olimex/ and sketches/ (logston/olimex-ekg-emg
@d2dbfb362344), which gives 1024 - value; here values are as on the wire.
"""

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.framing import Rows
from fasciscope.firmware_bridge.held_framing import HeldFraming
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.rows import RowDecoder

HEAD = (0xA5, 0x5A, 0x02)
N_CHANNELS = 6
DATA = slice(4, 4 + 2 * N_CHANNELS)
LENGTH = DATA.stop + 1
BITS = 10
WRAP = 256
BAUDS = (57_600, 115_200)
"""Olimex's own sketch, 250 Hz; the sketch of logston, 125 Hz."""


def decoder() -> RowDecoder:
    """Bytes of the shield to frames. Aux: `switches` (n,)."""
    return RowDecoder(HeldFraming(LENGTH, _sound), _frames)


def _sound(rows: Rows) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = rows[:, 0] == HEAD[0]
    likely = np.flatnonzero(sound)
    found = rows[likely]
    good = (found[:, 1] == HEAD[1]) & (found[:, 2] == HEAD[2])
    sound[likely] = good & (found[:, DATA.start : DATA.stop : 2] < 1 << (BITS - 8)).all(axis=1)
    return sound


def _frames(rows: Rows) -> Frames:
    return Frames(
        counts=big_endian(rows[:, DATA], 2).astype(np.int32),
        counter=rows[:, 3].astype(np.int64),
        aux={"switches": rows[:, -1]},
    )


def encode(frames: Frames) -> bytes:
    """What the board would send."""
    assert frames.counter is not None, "the shield's sketch counts its frames"
    rows = np.zeros((len(frames.counts), LENGTH), np.uint8)
    rows[:, :3] = HEAD
    rows[:, 3] = frames.counter % WRAP
    rows[:, DATA] = to_big_endian(frames.counts, 2)
    rows[:, -1] = np.asarray(frames.aux.get("switches", 1), np.uint8)
    return rows.tobytes()


CODECS = {
    "olimex": Codec(
        decoder=decoder,
        encode=encode,
        low=(0,) * N_CHANNELS,
        high=((1 << BITS) - 1,) * N_CHANNELS,
        wrap=WRAP,
    )
}
"""One setting."""

PROFILES = {"olimex": Profile("olimex", bauds=BAUDS, wakes_s=2.0)}
"""It streams from power-on."""
