"""BioListener: packets of 44 bytes over TCP, lines of JSON as commands.

A0 | ms u32 | kind | number u32 | converter | 8 x u32 | C0, little-endian; 24-bit two's complement codes in
the u32 (kind 1), or eight float32 of the motion sensor (kind 2, its own numbering: a message). The device
is the client, the host listens on `PORT`. No checksum beyond TCP's. Source: brainflow
biolistener/biolistener.cpp (@9097190cc70f).
"""

import json

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage, Message
from fasciscope.firmware_bridge.framing import Cut, FixedFraming, Rows
from fasciscope.firmware_bridge.integers import little_endian, to_little_endian
from fasciscope.firmware_bridge.profile import Profile

PORT = 12345
LENGTH = 44
HEADER = 0xA0
FOOTER = 0xC0
N_CHANNELS = 8
DEBUG, BIOSIGNALS, MOTION = 0, 1, 2
WRAP = 1 << 32
STEP_MS = 2
DEBUG_PACKET = "a debug packet"
_DATA = slice(11, 43)
_TOP_BYTES = slice(14, 43, 4)  # always 0 in a 24-bit code


def command(number: int, **settings: float) -> bytes:
    """A command with its settings, as a line of JSON."""
    return (
        json.dumps({"command": number, **settings}, separators=(",", ":")).encode("ascii") + b"\n"
    )


RESET = command(4)
START = command(5)
STOP = command(6)


def gain_command(channel: int, gain: int) -> bytes:
    """Set the gain of a channel (from 0)."""
    return command(3, channel=channel, pga=gain)


class BiolistenerDecoder:
    """Bytes of a BioListener to frames, and a message for each motion packet.

    Aux: `converter` (n,), 0 for an ADS131M08, 1 for an AD7771: their scales differ.
    """

    def __init__(self) -> None:
        self._framing = FixedFraming(LENGTH, _sound)

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        return self._framing.buffered

    def feed(self, data: bytes) -> Decoded:
        """Take bytes; give what became final."""
        return self._decoded(self._framing.feed(data))

    def finish(self) -> Decoded:
        """Give what still waits."""
        return self._decoded(self._framing.finish())

    def _decoded(self, cut: Cut) -> Decoded:
        kind = cut.rows[:, 5]
        rows = cut.rows[kind == BIOSIGNALS]
        debug = (Garbage(int(at), LENGTH, DEBUG_PACKET) for at in cut.offsets[kind == DEBUG])
        garbage = sorted((*cut.garbage, *debug), key=lambda g: g.offset)
        moved = kind == MOTION
        messages = (
            Message(int(at), LENGTH, _motion(row))
            for at, row in zip(cut.offsets[moved], cut.rows[moved], strict=True)
        )
        return Decoded(_frames(rows), rows.size, tuple(garbage), tuple(messages))


def _sound(rows: Rows) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = (rows[:, 0] == HEADER) & (rows[:, -1] == FOOTER)
    sound &= rows[:, 5] <= MOTION
    likely = np.flatnonzero(sound)
    codes = ~rows[likely, _TOP_BYTES].any(axis=1) & (rows[likely, 10] <= 1)
    sound[likely] = codes | (rows[likely, 5] != BIOSIGNALS)
    return sound


def _frames(rows: Rows) -> Frames:
    codes = little_endian(rows[:, _DATA], 4, signed=False)
    return Frames(
        counts=(codes - ((codes >> 23) << 24)).astype(np.int32),
        counter=little_endian(rows[:, 6:10], 4, signed=False)[:, 0],
        device_us=1000 * little_endian(rows[:, 1:5], 4, signed=False)[:, 0],
        aux={"converter": rows[:, 10]},
    )


def _motion(row: NDArray[np.uint8]) -> str:
    """What a motion packet says: acceleration, rotation, temperature, battery."""
    number = int.from_bytes(row[6:10].tobytes(), "little")
    values = " ".join(f"{value:.6g}" for value in row[_DATA].copy().view("<f4"))
    return f"motion {number}: {values}"


def encode(frames: Frames) -> bytes:
    """What the device would send; without a clock, a packet every 2 ms."""
    n = len(frames.counts)
    assert frames.counter is not None, "a BioListener numbers its packets"
    clock = frames.device_us
    ms = STEP_MS * frames.counter if clock is None else clock // 1000
    rows = np.zeros((n, LENGTH), np.uint8)
    rows[:, 0] = HEADER
    rows[:, 1:5] = to_little_endian(ms[:, None], 4)
    rows[:, 5] = BIOSIGNALS
    rows[:, 6:10] = to_little_endian(frames.counter[:, None], 4)
    rows[:, 10] = np.asarray(frames.aux.get("converter", np.zeros(n)), np.uint8)
    rows[:, _DATA] = to_little_endian(frames.counts & 0xFFFFFF, 4)
    rows[:, -1] = FOOTER
    return rows.tobytes()


CODECS = {
    "biolistener": Codec(
        decoder=BiolistenerDecoder,
        encode=encode,
        low=(-(1 << 23),) * N_CHANNELS,
        high=((1 << 23) - 1,) * N_CHANNELS,
        wrap=WRAP,
    )
}
"""One setting."""

PROFILES = {"biolistener": Profile("biolistener", (START,), (STOP,), calls=True)}
"""It calls us, at port 12345."""
