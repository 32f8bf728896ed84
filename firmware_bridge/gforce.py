"""OYMotion gForcePro+: samples of 8 or of 12 bits; long notifications in parts.

08 | 16 samples of 8 channels, unsigned, the middle 128; or 2 samples of 12 bits in 16, little-endian (as
many as were asked for). A notification longer than the connection allows comes as FF | countdown to 0 |
part. No counter. The example of the makers scales by twice too much, so values are uncalibrated here.
Sources: oymotion/gforce_sdk_python lib_gforce/gforce.py @13e30d38909f, LibEMG/libemg @285350e4d4fd.
"""

from functools import partial

import numpy as np

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.profile import Gatt, Profile

N_CHANNELS = 8
SAMPLES = 0x08
PART = 0xFF
DATA_N = {8: 128, 12: 32}
"""Bytes of samples in a notification, by the bits of a value, as they are asked for."""
MOST_PARTS = 16
OTHER = "no notification of samples"
BROKEN = "a part whose others are missing"

SERVICE = "0000ffd0-0000-1000-8000-00805f9b34fb"
COMMAND = "f000ffe1-0451-4000-b000-000000000000"
DATA = "f000ffe2-0451-4000-b000-000000000000"
START = bytes.fromhex("4f80000000")
"""Notify raw samples, and nothing else: with acceleration the samples break."""
STOP = bytes.fromhex("4f00000000")
RATES_HZ = {8: (500, 1000), 12: (500,)}


def rate_command(rate_hz: float, bits: int) -> bytes:
    """Set rate, all channels, bytes a notification and bits. Raises UsageError for what it has not."""
    if rate_hz not in RATES_HZ[bits]:
        told = " or ".join(map(str, RATES_HZ[bits]))
        raise UsageError(f"A gForce with {bits} bits has {told} Hz, not {rate_hz:g}.")
    return b"\x3f" + int(rate_hz).to_bytes(2, "little") + bytes([0xFF, 0, DATA_N[bits], bits])


class GforceDecoder:
    """Notifications of an armband at 8 or 12 bits to frames: a notification each, or several parts."""

    def __init__(self, bits: int = 8) -> None:
        self._bits = bits
        self._per_frame = _per_frame(bits)
        self._offset = 0
        self._parts: list[bytes] = []

    @property
    def buffered(self) -> int:
        """Bytes of parts that wait for the others."""
        return sum(map(len, self._parts))

    def feed(self, data: bytes) -> Decoded:
        """Take one whole notification; give what became final."""
        self._offset += len(data)
        if not data:
            return self._decoded(b"", 0)
        if data[0] != PART:
            return self._whole(data, len(data), self._drop(self._offset - len(data)))
        return self._part(data)

    def finish(self) -> Decoded:
        """Parts that still wait are none."""
        return self._decoded(b"", 0, self._drop(self._offset))

    def _part(self, data: bytes) -> Decoded:
        before, left = self._offset - len(data), data[1] if len(data) > 1 else MOST_PARTS
        expected = self._parts[-1][1] - 1 if self._parts else left
        garbage = () if left == expected else self._drop(before)
        if left >= MOST_PARTS:
            return self._decoded(b"", 0, (*garbage, Garbage(before, len(data), OTHER)))
        self._parts.append(data)
        if left:
            return self._decoded(b"", 0, garbage)
        parts, self._parts = self._parts, []
        return self._whole(b"".join(p[2:] for p in parts), sum(map(len, parts)), garbage)

    def _whole(self, content: bytes, n_bytes: int, garbage: tuple[Garbage, ...]) -> Decoded:
        """A notification's content, which took so many bytes."""
        highest = (1 << self._bits) - 1
        if len(content) == 1 + DATA_N[self._bits] and content[0] == SAMPLES:
            values = np.frombuffer(content, np.uint8 if self._bits == 8 else "<u2", offset=1)
            if values.max() <= highest:
                return self._decoded(content, n_bytes, garbage)
        wrong = Garbage(self._offset - n_bytes, n_bytes, OTHER)
        return self._decoded(b"", 0, (*garbage, wrong))

    def _decoded(self, content: bytes, n_bytes: int, garbage: tuple[Garbage, ...] = ()) -> Decoded:
        values = np.frombuffer(content[1:], np.uint8 if self._bits == 8 else "<u2")
        counts = values.reshape(-1, N_CHANNELS).astype(np.int32)
        return Decoded(Frames(counts, per_frame=self._per_frame), n_bytes, garbage)

    def _drop(self, end: int) -> tuple[Garbage, ...]:
        """Name the parts that wait, which end there, as broken."""
        n, self._parts = self.buffered, []
        return (Garbage(end - n, n, BROKEN),) if n else ()


def _per_frame(bits: int) -> int:
    """Samples of a notification."""
    return DATA_N[bits] // N_CHANNELS // (1 if bits == 8 else 2)


def encode(frames: Frames, bits: int = 8) -> bytes:
    """What the armband would notify, one after another, none in parts."""
    values = frames.counts.astype(np.uint8 if bits == 8 else "<u2")
    rows = np.empty((frames.n_frames, 1 + DATA_N[bits]), np.uint8)
    rows[:, 0] = SAMPLES
    rows[:, 1:] = np.frombuffer(values.tobytes(), np.uint8).reshape(-1, DATA_N[bits])
    return rows.tobytes()


CODECS = {
    name: Codec(
        decoder=partial(GforceDecoder, bits),
        encode=partial(encode, bits=bits),
        low=(0,) * N_CHANNELS,
        high=((1 << bits) - 1,) * N_CHANNELS,
        wrap=None,
        per_frame=_per_frame(bits),
        packet_n=1 + DATA_N[bits],
    )
    for name, bits in (("gforce", 8), ("gforce-12", 12))
}
"""By the bits of a value."""

PROFILES = {
    name: Profile(
        name,
        (START,),
        (STOP,),
        pause_s=0.2,
        gatt=Gatt(("gForce",), SERVICE, (DATA,), COMMAND),
        at_rate=lambda rate_hz, bits=bits: (rate_command(rate_hz, bits),),  # type: ignore[misc]
    )
    for name, bits in (("gforce", 8), ("gforce-12", 12))
}
"""By the bits of a value."""
