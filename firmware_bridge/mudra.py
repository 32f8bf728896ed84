"""Mudra Link wrist band: notifications of three channels and the band's clock, at about 834 samples a second.

n x 3 x int16 | microseconds u32, little-endian; n is what was sampled since the notification before, so
only the length tells it (18 in the recordings). There is no counter: what is lost shows in the clock only.
The first three or so notifications are at the end of the range. Others worked the format out, its makers
publish none. Sources: mudra_decoder.cpp (ttktjmt/mudraka @79c883a52703), SNC_PACKET_HYPOTHESIS.md
(@56c0e35337ba), MUDRA_LINK_SIGNAL_SPEC.md (@48c3a01a22f8).
"""

import numpy as np

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.integers import little_endian, to_little_endian
from fasciscope.firmware_bridge.profile import Gatt, Profile

CHANNELS = ("ulnar", "median", "radial")
"""The nerve that each electrode is over."""
N_CHANNELS = len(CHANNELS)
SAMPLE_N = 2 * N_CHANNELS
CLOCK_N = 4
BATCH = 18
"""Samples of a usual notification."""
LONGEST = 512
"""Bytes that a characteristic can hold."""
CLOCK_WRAP = 1 << 32
"""Microseconds: 71.6 minutes."""
RATE_HZ = 834.0
NO_NOTIFICATION = "not a whole number of samples and a clock"

START = b"\x06\x00\x01"
STOP = b"\x06\x00\x00"
SIXTEEN_BITS = b"\x22\x00"
"""24 bits can be asked for (01), and are not given."""


def _uuid(short: int) -> str:
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"


SERVICE = _uuid(0xFFF0)
"""The usual one of these characteristics; nobody has published this band's. Nothing depends on it."""
DATA = _uuid(0xFFF4)
CONTROL = _uuid(0xFFF1)


class MudraDecoder:
    """Notifications to frames of one sample; `device_us` is the clock of a frame's notification."""

    buffered = 0

    def __init__(self) -> None:
        self._offset = 0

    def feed(self, data: bytes) -> Decoded:
        """Take one whole notification; give its samples."""
        offset = self._offset
        self._offset += len(data)
        n, rest = divmod(len(data) - CLOCK_N, SAMPLE_N)
        if n < 1 or rest or len(data) > LONGEST:
            garbage = (Garbage(offset, len(data), NO_NOTIFICATION),) if data else ()
            return Decoded(_frames(b"", 0), 0, garbage)
        clock_us = int.from_bytes(data[-CLOCK_N:], "little")
        return Decoded(_frames(data[:-CLOCK_N], clock_us), len(data))

    def finish(self) -> Decoded:
        """Nothing ever waits."""
        return self.feed(b"")


def _frames(values: bytes, clock_us: int) -> Frames:
    counts = little_endian(np.frombuffer(values, np.uint8).reshape(-1, SAMPLE_N), 2)
    return Frames(counts.astype(np.int32), device_us=np.full(len(counts), clock_us, np.int64))


def encode(frames: Frames) -> bytes:
    """What a band would notify, 18 samples each, then one of what is left over.

    The clock of a notification is that of its last frame; without any, the time of that at `RATE_HZ`.
    """
    n = len(frames.counts)
    us = frames.device_us
    if us is None:
        us = np.rint(np.arange(1, n + 1) / RATE_HZ * 1e6).astype(np.int64)
    values = to_little_endian(frames.counts, 2)
    clock = to_little_endian(us[:, None] % CLOCK_WRAP, CLOCK_N)
    whole = n // BATCH * BATCH
    rows = np.hstack(
        [values[:whole].reshape(-1, BATCH * SAMPLE_N), clock[BATCH - 1 : whole : BATCH]]
    )
    rest = values[whole:].tobytes() + clock[-1].tobytes() if n > whole else b""
    return rows.tobytes() + rest


CODECS = {
    "mudra-link": Codec(
        decoder=MudraDecoder,
        encode=encode,
        low=(-(1 << 15),) * N_CHANNELS,
        high=((1 << 15) - 1,) * N_CHANNELS,
        wrap=None,
        packet_n=BATCH * SAMPLE_N + CLOCK_N,
        batch=BATCH,
    )
}
"""One setting."""

PROFILES = {
    "mudra-link": Profile(
        "mudra-link",
        (SIXTEEN_BITS, START),
        (STOP,),
        pause_s=0.1,
        wakes_s=2.0,
        gatt=Gatt(("Mudra", "mudra"), SERVICE, (DATA,), CONTROL),
    )
}
"""By the board."""
