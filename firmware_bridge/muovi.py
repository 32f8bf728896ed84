"""OT Bioelettronica Muovi, EMG mode: 38 x 16-bit big-endian a sample over TCP, without any mark.

32 EMG | 4 motion | buffer level, negative while the trigger is on | ramp. The device is the client, the
host listens on `PORT`; 2000 Hz. Only the ramp, taken to go up by one a sample, tells whether the
numbers stand at their places, so step counts as found where `CONFIRM` of them follow one another (a
quiet channel looks like a ramp now and then). Sources: _OTB_Muovi.py (LibEMG/libemg @285350e4d4fd),
Read_muovi.m (OTBioelettronica/OTB-Matlab @58d23e942524). They disagree about mode 1: 38 values with a
gain of 4, or 22 values.
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

PORT = 54321
N_CHANNELS = 32
N_MOTION = 4
LENGTH = 2 * (N_CHANNELS + N_MOTION + 2)
CONFIRM = 8
WRAP = 1 << 16
NEAR = 8
MODES = {"monopolar": 0, "gain-4": 1, "impedance": 2, "test": 3}
"""The device's modes by name, after LibEMG; to OTB's own script mode 1 is 16 channels."""


def command(mode: str = "monopolar", *, go: bool = True) -> bytes:
    """The byte that starts the stream in EMG mode, or stops it."""
    return bytes([1 << 3 | MODES[mode] << 1 | go])


START = command()
STOP = command(go=False)


def decoder() -> RowDecoder:
    """Bytes of a Muovi to frames; the ramp is the counter.

    Aux: `motion` (n, 4), `buffer_level` (n,), `trigger` (n,). The newest frame waits for the next.
    """
    framing = HeldFraming(LENGTH, _sound, _follows, CONFIRM, _near, rewind=False)
    return RowDecoder(framing, _frames)


def _sound(rows: Rows) -> NDArray[np.bool_]:
    """Nothing in a frame tells."""
    return np.ones(len(rows), dtype=bool)


def _ahead(before: Rows, after: Rows) -> NDArray[np.int64]:
    ahead: NDArray[np.int64] = (_ramp(after) - _ramp(before)) % WRAP
    return ahead


def _follows(before: Rows, after: Rows) -> NDArray[np.bool_]:
    follows: NDArray[np.bool_] = _ahead(before, after) == 1
    return follows


def _near(before: Rows, after: Rows) -> NDArray[np.bool_]:
    ahead = _ahead(before, after)
    near: NDArray[np.bool_] = (ahead >= 1) & (ahead <= NEAR)
    return near


def _ramp(rows: Rows) -> NDArray[np.int64]:
    return rows[:, -2].astype(np.int64) << 8 | rows[:, -1]


def _frames(rows: Rows) -> Frames:
    values = big_endian(rows, 2).astype(np.int32)
    level = values[:, N_CHANNELS + N_MOTION]
    return Frames(
        counts=values[:, :N_CHANNELS],
        counter=_ramp(rows),
        aux={
            "motion": values[:, N_CHANNELS : N_CHANNELS + N_MOTION],
            "buffer_level": level & 0x7FFF,
            "trigger": level < 0,
        },
    )


def encode(frames: Frames) -> bytes:
    """What the device would send."""
    n = len(frames.counts)
    assert frames.counter is not None, "a Muovi's ramp counts its samples"
    level = np.asarray(frames.aux.get("buffer_level", np.zeros(n)), np.int64)
    trigger = np.asarray(frames.aux.get("trigger", np.zeros(n)), np.int64)
    motion = np.asarray(frames.aux.get("motion", np.zeros((n, N_MOTION))), np.int64)
    ends = np.column_stack([level | trigger << 15, frames.counter % WRAP])
    return to_big_endian(np.concatenate([frames.counts, motion, ends], axis=1), 2).tobytes()


CODECS = {
    "muovi": Codec(
        decoder=decoder,
        encode=encode,
        low=(-(1 << 15),) * N_CHANNELS,
        high=((1 << 15) - 1,) * N_CHANNELS,
        wrap=WRAP,
        confirm=CONFIRM,
    )
}
"""EMG mode, 32 channels."""

PROFILES = {"muovi": Profile("muovi", (START,), (STOP,), calls=True)}
"""It calls us, at port 54321."""
