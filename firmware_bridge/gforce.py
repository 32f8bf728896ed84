"""OYMotion gForcePro+: notifications of 16 samples of eight unsigned bytes, or of 12 bits in 16.

08 | values, the lowest byte first; other kinds are no EMG. What is longer than the radio takes comes in
parts, FF | how many are to follow | a piece. There is no counter, no clock and no checksum. Commands are
answered with a code (0 is well), the command and data, by `CONTROL`. Sources: _oymotion_streamer.py
(LibEMG/libemg @285350e4d4fd), gforce.py (oymotion/gforce_sdk_python @13e30d38909f).
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage, Message
from fasciscope.firmware_bridge.integers import little_endian, to_little_endian
from fasciscope.firmware_bridge.profile import Gatt, Profile

N_CHANNELS = 8
EMG = 0x08
PART = 0xFF
KINDS = {
    0x01: "acceleration",
    0x02: "rotation",
    0x03: "magnetic field",
    0x04: "Euler angles",
    0x05: "quaternion",
    0x06: "rotation matrix",
    0x07: "gesture",
    0x09: "mouse",
    0x0A: "joystick",
    0x0B: "device status",
    0x0C: "log",
}
"""Of notifications that carry no EMG."""
VALUES_N = 128
"""Bytes of values that are asked for; with 12 bits some firmware may take it for their number."""
LONGEST = 1 + 2 * VALUES_N
"""Bytes of the longest notification, put together."""
MASK = 0x00FF
"""All eight channels."""
RATES_HZ = (500, 650, 1000)
"""With 8 bits; 12 bits need 500 Hz."""

NO_NOTIFICATION = "not of a notification's kind and length"
NO_SUCH_COUNT = "a count that the converter cannot give"
NO_END = "the beginning of a long notification whose next part is missing"
TOO_LONG = "parts of more than a notification holds"

SERVICE = "0000ffd0-0000-1000-8000-00805f9b34fb"
DATA = "f000ffe2-0451-4000-b000-000000000000"
CONTROL = "f000ffe1-0451-4000-b000-000000000000"
GET_CONFIG = b"\x46"


def notify_command(flags: int) -> bytes:
    """Which kinds are sent: 0 for none, `0x80` for EMG; acceleration (1) with it spoils the EMG."""
    return b"\x4f" + flags.to_bytes(4, "little")


START = notify_command(0x80)
STOP = notify_command(0)


def config_command(rate_hz: int, values_n: int = VALUES_N, bits: int = 8) -> bytes:
    """Set the rate, the bytes of values in a notification and the bits of each, for all channels."""
    words = rate_hz.to_bytes(2, "little") + MASK.to_bytes(2, "little")
    return b"\x3f" + words + bytes([values_n, bits])


class GforceDecoder:
    """Notifications with 8 or 12 bits a value to frames of 128 bytes of values.

    A notification is taken or left as a whole. Parts, two at least, have to come one after another: what
    waits is garbage as soon as anything else comes, and is never longer than `LONGEST`. Other kinds are
    messages.
    """

    def __init__(self, bits: int = 8) -> None:
        self._width = _width(bits)
        self._highest = (1 << bits) - 1
        self._lengths = (VALUES_N, VALUES_N * self._width)
        self._offset = 0
        self._waiting = b""  # parts without their heads
        self._waits_n = 0  # bytes of them with their heads
        self._follow = 0  # parts that are to follow

    @property
    def buffered(self) -> int:
        """Bytes of parts that wait for the next."""
        return self._waits_n

    def feed(self, data: bytes) -> Decoded:
        """Take one whole notification; give its samples, or those of the long one that it ends."""
        if not data:
            return self._nothing()
        follow = data[1] if data[0] == PART and len(data) > 2 else None
        goes_on = self._waits_n > 0 and follow == self._follow - 1
        dropped = () if goes_on else self._drop(NO_END)
        at, n = self._offset - self._waits_n, self._waits_n + len(data)
        self._offset += len(data)
        if not goes_on and not follow:
            return self._decoded(data, at, n, dropped)
        whole = self._waiting + data[2:]
        self._waiting, self._waits_n, self._follow = whole, n, follow or 0
        if len(whole) > LONGEST:
            return self._nothing((*dropped, *self._drop(TOO_LONG)))
        if follow:
            return self._nothing(dropped)
        self._forget()
        return self._decoded(whole, at, n, dropped)

    def finish(self) -> Decoded:
        """The end of a long notification does not come any more."""
        return self._nothing(self._drop(NO_END))

    def _decoded(self, whole: bytes, at: int, n: int, dropped: tuple[Garbage, ...]) -> Decoded:
        kind, length = whole[0], len(whole) - 1
        if kind in KINDS and length:
            message = Message(at, n, f"{KINDS[kind]}: {whole[1:].hex()}")
            return Decoded(self._frames(b""), 0, dropped, (message,))
        if kind != EMG or length not in self._lengths:
            return self._nothing((*dropped, Garbage(at, n, NO_NOTIFICATION)))
        frames = self._frames(whole[1:])
        if frames.counts.max() > self._highest:
            return self._nothing((*dropped, Garbage(at, n, NO_SUCH_COUNT)))
        return Decoded(frames, n, dropped)

    def _frames(self, values: bytes) -> Frames:
        rows = np.frombuffer(values, np.uint8).reshape(-1, N_CHANNELS * self._width)
        counts = little_endian(rows, self._width, signed=False)
        return Frames(counts.astype(np.int32), per_frame=_per_frame(self._width))

    def _nothing(self, garbage: tuple[Garbage, ...] = ()) -> Decoded:
        return Decoded(self._frames(b""), 0, garbage)

    def _drop(self, reason: str) -> tuple[Garbage, ...]:
        """What waits, as garbage."""
        n = self._waits_n
        at = self._offset - n
        self._forget()
        return (Garbage(at, n, reason),) if n else ()

    def _forget(self) -> None:
        self._waiting, self._waits_n, self._follow = b"", 0, 0


def _width(bits: int) -> int:
    """Bytes of a value."""
    return 1 if bits <= 8 else 2


def _per_frame(width: int) -> int:
    return VALUES_N // (N_CHANNELS * width)


def encode(frames: Frames, bits: int = 8) -> bytes:
    """What a gForce would notify to a radio that takes it whole, one after another."""
    values = to_little_endian(frames.counts, _width(bits)).reshape(-1, VALUES_N)
    kind: NDArray[np.uint8] = np.full((len(values), 1), EMG, np.uint8)
    return np.hstack([kind, values]).tobytes()


def parts(notification: bytes, room: int) -> tuple[bytes, ...]:
    """A notification as a gForce sends it to a radio that takes `room` bytes (more than 2) at once."""
    if len(notification) <= room:
        return (notification,)
    pieces = [notification[at : at + room - 2] for at in range(0, len(notification), room - 2)]
    return tuple(
        bytes([PART, len(pieces) - 1 - number]) + piece for number, piece in enumerate(pieces)
    )


CODECS = {
    name: Codec(
        decoder=partial(GforceDecoder, bits),
        encode=partial(encode, bits=bits),
        low=(0,) * N_CHANNELS,
        high=((1 << bits) - 1,) * N_CHANNELS,
        wrap=None,
        per_frame=_per_frame(_width(bits)),
        packet_n=1 + VALUES_N,
    )
    for name, bits in (("gforce", 8), ("gforce-12", 12))
}
"""By the bits of a value."""


def rate_commands(rate_hz: float) -> tuple[bytes, ...]:
    """Stop, and set the rate with 8 bits. Raises UsageError for one that the board has not."""
    if rate_hz not in RATES_HZ:
        told = ", ".join(map(str, RATES_HZ))
        raise UsageError(f"A gForce has no rate of {rate_hz:g} Hz. It has {told}.")
    return STOP, config_command(int(rate_hz))


PROFILES = {
    "gforce": Profile(
        "gforce",
        (START,),
        (STOP,),
        pause_s=0.3,
        gatt=Gatt(("gForce",), SERVICE, (DATA,), CONTROL),
        at_rate=rate_commands,
    )
}
"""By the board, with 8 bits."""
