"""OpenBCI Cyton, alone and with Daisy: frames of 33 bytes from the radio dongle.

A0 | counter | 8 x 24-bit big-endian | 6 bytes aux | C0 + type. No checksum: a header byte, a footer
range and the counter are all there is. Sources: OpenBCI_32bit_Library.cpp (OpenBCI_Cyton_Library
@24e1c4269b60), OpenBCI_Radios.cpp (@389a831abb21), brainflow cyton.cpp and cyton_daisy.cpp
(@9097190cc70f).
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.framing import Cut, FixedFraming, Rows
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.profile import Profile

LENGTH = 33
HEADER = 0xA0
FOOTERS = (0xC0, 0xC6)
N_CHANNELS = 8
CONFIRM = 2
WRAP = 256
NEAR = 8
ACCELEROMETER = 0xC0
WITHOUT_ITS_HALF = "half of a pair whose other half is missing"


class CytonDecoder:
    """Bytes of a Cyton to frames; `daisy` pairs an even frame (channels 9-16) with the odd after it.

    Of a pair that is not whole nothing is given; its bytes are garbage by name. Aux: `footer` (n,)
    and `aux` (n, 6) bytes, of a pair the second frame's; `accel_counts` reads them.
    """

    wrap = WRAP

    def __init__(self, *, daisy: bool = False) -> None:
        self._framing = FixedFraming(LENGTH, _sound, _follows, CONFIRM)
        self._daisy = daisy
        self._half = Cut(np.empty((0, LENGTH), np.uint8), np.empty(0, np.int64), ())

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        return self._framing.buffered + self._half.rows.size

    def feed(self, data: bytes) -> Decoded:
        """Take bytes; give what became final."""
        return self._decoded(self._framing.feed(data), final=False)

    def finish(self) -> Decoded:
        """Give what still waits."""
        return self._decoded(self._framing.finish(), final=True)

    def _decoded(self, cut: Cut, *, final: bool) -> Decoded:
        if not self._daisy:
            return Decoded(_frames(cut.rows, cut.rows), cut.rows.size, cut.garbage)
        rows = np.concatenate([self._half.rows, cut.rows])
        offsets = np.concatenate([self._half.offsets, cut.offsets])
        even = rows[:, 1] % 2 == 0
        first = np.flatnonzero(even[:-1] & (rows[1:, 1] == rows[:-1, 1] + np.uint8(1)))
        paired = np.zeros(len(rows), dtype=bool)
        paired[first] = paired[first + 1] = True
        waits = not final and len(rows) > 0 and bool(even[-1])
        kept = len(rows) - waits
        lost = np.flatnonzero(~paired[:kept])
        self._half = Cut(rows[kept:], offsets[kept:], ())
        halves = (Garbage(int(offsets[k]), LENGTH, WITHOUT_ITS_HALF) for k in lost)
        garbage = sorted((*cut.garbage, *halves), key=lambda g: g.offset)
        return Decoded(
            _frames(rows[first + 1], rows[first]), 2 * LENGTH * len(first), tuple(garbage)
        )


def _frames(board: Rows, daisy: Rows) -> Frames:
    """Frames of these rows; where `daisy` is other rows, they hold channels 9 to 16."""
    counts = big_endian(board[:, 2:26], 3)
    if daisy is not board:
        counts = np.concatenate([counts, big_endian(daisy[:, 2:26], 3)], axis=1)
    return Frames(
        counts=counts.astype(np.int32),
        counter=daisy[:, 1].astype(np.int64),
        aux={"footer": board[:, 32], "aux": board[:, 26:32]},
    )


def _sound(rows: Rows) -> NDArray[np.bool_]:
    footer = rows[:, -1]
    sound: NDArray[np.bool_] = (
        (rows[:, 0] == HEADER) & (footer >= FOOTERS[0]) & (footer <= FOOTERS[1])
    )
    return sound


def _follows(before: Rows, after: Rows) -> NDArray[np.bool_]:
    """The radio loses frames: a few may be missing. What stands still is no counter."""
    ahead = after[:, 1] - before[:, 1]
    follows: NDArray[np.bool_] = (ahead >= 1) & (ahead <= NEAR)
    return follows


def accel_counts(frames: Frames) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Accelerometer: the frames that hold a new value, and (n, 3) counts of 0.002 / 16 g.

    The board samples it at 25 Hz and sends zeros in between; all three zero means no new value.
    """
    axes = big_endian(np.asarray(frames.aux["aux"], dtype=np.uint8), 2)
    new = np.flatnonzero((frames.aux["footer"] == ACCELEROMETER) & axes.any(axis=1))
    return new, axes[new]


def encode(frames: Frames) -> bytes:
    """What the dongle would send; frames of 16 channels as pairs, the Daisy's half first."""
    n, channels = frames.counts.shape
    assert frames.counter is not None, "a Cyton counts its frames"
    rows = np.zeros((n, channels // N_CHANNELS, LENGTH), np.uint8)
    rows[:, :, 0] = HEADER
    for half in range(channels // N_CHANNELS):
        part = frames.counts[:, N_CHANNELS * half : N_CHANNELS * (half + 1)]
        place = rows.shape[1] - 1 - half
        rows[:, place, 1] = (frames.counter + place) % WRAP
        rows[:, place, 2:26] = to_big_endian(part, 3)
    rows[:, :, 26:32] = np.asarray(frames.aux.get("aux", np.zeros((n, 6))), np.uint8)[:, None]
    rows[:, :, 32] = np.asarray(frames.aux.get("footer", np.full(n, FOOTERS[0])), np.uint8)[:, None]
    return rows.tobytes()


CODECS = {
    name: Codec(
        decoder=partial(CytonDecoder, daisy=halves == 2),
        encode=encode,
        low=(-(1 << 23),) * N_CHANNELS * halves,
        high=((1 << 23) - 1,) * N_CHANNELS * halves,
        wrap=WRAP,
        advance=halves,
        confirm=CONFIRM,
    )
    for name, halves in (("cyton", 1), ("cyton-daisy", 2))
}
"""Alone, and with the Daisy."""

PROFILES = {
    "cyton": Profile("cyton", (b"v", b"d", b"b"), (b"s",), prompt=b"$$$", bauds=(115_200,)),
    "cyton-daisy": Profile(
        "cyton-daisy", (b"v", b"d", b"C", b"b"), (b"s",), prompt=b"$$$", bauds=(115_200,)
    ),
    "cyton-wifi": Profile("cyton", (b"b",), (b"s",)),
}
"""Reset, defaults, start. The WiFi shield's own requests (boards.md 1.3) are not spoken here."""
