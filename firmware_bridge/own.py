"""Our own firmware's wire, for boards that have only a sketch (docs/protocol.md, version 1).

A5 5A | kind | 40 bytes | CRC-16/CCITT-FALSE | 0A, of 46 bytes, little-endian. Kind 1 to 8: so many
channels; number of the first sample u32 | its microseconds u32 | 16 x 16-bit. Kind 0: a line of text.
"""

from binascii import crc_hqx
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage, Message
from fasciscope.firmware_bridge.framing import Cut, FixedFraming, Rows
from fasciscope.firmware_bridge.integers import little_endian, to_little_endian
from fasciscope.firmware_bridge.profile import Gatt, Profile

LENGTH = 46
SYNC = (0xA5, 0x5A)
END = 0x0A
TEXT = 0
MOST_CHANNELS = 8
VALUES = 16
"""Counts that a frame has room for."""
TEXT_N = 40
WRAP = 1 << 32
CHECKED = slice(2, 43)
OTHER_CHANNELS = "a frame of another number of channels"
NO_TEXT = "a line of other than printable characters"

HELLO = b"hello?\n"
START = b"start\n"
STOP = b"stop\n"
BAUDS = (115_200, 500_000, 921_600)
GATT = Gatt(
    names=("fasciscope",),
    service="8f2b6a10-5c1e-4d0a-9d3b-6e1f0a7c4e01",
    data=("8f2b6a11-5c1e-4d0a-9d3b-6e1f0a7c4e01",),
    control="8f2b6a12-5c1e-4d0a-9d3b-6e1f0a7c4e01",
)


def rate_command(rate_hz: int) -> bytes:
    """Sample so many times a second; only before the start."""
    assert 0 < rate_hz < 1 << 32, "a rate is a u32"
    return b"rate %d\n" % rate_hz


def at_rate(rate_hz: float) -> tuple[bytes, ...]:
    """What sets the rate. Raises UsageError for one that is no whole number."""
    if not 0 < rate_hz < 1 << 32 or rate_hz != round(rate_hz):
        raise UsageError(f"{rate_hz:g} Hz is no rate of this board: it takes whole numbers.")
    return (rate_command(round(rate_hz)),)


def samples_per_frame(n_channels: int) -> int:
    """As many as fit."""
    assert 1 <= n_channels <= MOST_CHANNELS, "there are eight kinds of frames with samples"
    return VALUES // n_channels


def _crc_table() -> NDArray[np.uint16]:
    """The CRC's register after its high byte was shifted out."""
    crc = np.arange(256, dtype=np.uint16) << np.uint16(8)
    for _ in range(8):
        crc = np.where(crc & 0x8000, (crc << 1) ^ 0x1021, crc << 1).astype(np.uint16)
    return crc


_TABLE = _crc_table()
_INITIAL = 0xFFFF
FEW = 256
"""Up to about here the standard library's CRC of one row at a time is faster."""


def crc16(rows: Rows) -> NDArray[np.uint16]:
    """CRC-16/CCITT-FALSE of each row (n, length): of many rows a column at a time, of few one by one."""
    if len(rows) < FEW:
        return np.array([crc_hqx(row.tobytes(), _INITIAL) for row in rows], np.uint16)
    crc = np.full(len(rows), _INITIAL, np.uint16)
    for column in rows.T:
        crc = (crc << np.uint16(8)) ^ _TABLE[(crc >> np.uint16(8)) ^ column]
    return crc


class OwnDecoder:
    """Bytes of a board with so many channels to frames, and a message for each line of text."""

    def __init__(self, n_channels: int = 1) -> None:
        self._n = n_channels
        self._per_frame = samples_per_frame(n_channels)
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
        kind = cut.rows[:, 2]
        rows = cut.rows[kind == self._n]
        garbage = list(cut.garbage)
        messages = []
        for k in np.flatnonzero(kind != self._n):
            offset, text = int(cut.offsets[k]), text_of(cut.rows[k])
            if text is not None:
                messages.append(Message(offset, LENGTH, text))
            else:
                reason = NO_TEXT if kind[k] == TEXT else OTHER_CHANNELS
                garbage.append(Garbage(offset, LENGTH, reason))
        garbage.sort(key=lambda one: one.offset)
        return Decoded(self._frames(rows), rows.size, tuple(garbage), tuple(messages))

    def _frames(self, rows: Rows) -> Frames:
        clocks = little_endian(rows[:, 3:11], 4, signed=False)
        used = 2 * self._n * self._per_frame
        counts = little_endian(rows[:, 11 : 11 + used], 2)
        return Frames(
            counts=counts.astype(np.int32).reshape(-1, self._n),
            counter=clocks[:, 0],
            per_frame=self._per_frame,
            device_us=clocks[:, 1],
        )


def _sound(rows: Rows) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = (rows[:, 0] == SYNC[0]) & (rows[:, 1] == SYNC[1])
    sound &= (rows[:, -1] == END) & (rows[:, 2] <= MOST_CHANNELS)
    likely = np.flatnonzero(sound)
    told = little_endian(rows[likely, 43:45], 2, signed=False)[:, 0]
    sound[likely] = crc16(rows[likely, CHECKED]) == told
    return sound


def text_of(row: NDArray[np.uint8]) -> str | None:
    """The line that a frame (46,) holds; None if it holds none."""
    text = row[3:43].tobytes().rstrip(b"\0")
    if row[2] != TEXT or not text or min(text) < 0x20 or max(text) > 0x7E:
        return None
    return text.decode("ascii")


def encode(frames: Frames) -> bytes:
    """What a board would send; without a clock, its microseconds are 0."""
    n_channels = frames.counts.shape[1]
    assert frames.counter is not None, "these boards count their samples"
    assert frames.per_frame == samples_per_frame(n_channels), "frames are full"
    rows = np.zeros((frames.n_frames, LENGTH), np.uint8)
    rows[:, 2] = n_channels
    rows[:, 3:7] = to_little_endian(frames.counter[:, None], 4)
    if frames.device_us is not None:
        rows[:, 7:11] = to_little_endian(frames.device_us[:, None], 4)
    values = frames.counts.reshape(frames.n_frames, -1)
    rows[:, 11 : 11 + 2 * values.shape[1]] = to_little_endian(values, 2)
    return _sealed(rows)


def encode_text(line: str) -> bytes:
    """A frame that holds this line of up to 40 printable characters."""
    text = line.encode("ascii")
    assert 0 < len(text) <= TEXT_N, "a line fits in a frame"
    assert line.isprintable(), "a line has printable characters only"
    row = np.zeros((1, LENGTH), np.uint8)
    row[0, 3 : 3 + len(text)] = list(text)
    return _sealed(row)


def _sealed(rows: Rows) -> bytes:
    """The frames with their marks and CRC."""
    rows[:, :2] = SYNC
    rows[:, 43:45] = to_little_endian(crc16(rows[:, CHECKED])[:, None], 2)
    rows[:, -1] = END
    return rows.tobytes()


def codec(n_channels: int, low: int = -(1 << 15), high: int = (1 << 15) - 1) -> Codec:
    """The wire of a board with so many channels, and the range of its counts."""
    return Codec(
        decoder=partial(OwnDecoder, n_channels),
        encode=encode,
        low=(low,) * n_channels,
        high=(high,) * n_channels,
        wrap=WRAP,
        advance=samples_per_frame(n_channels),
        per_frame=samples_per_frame(n_channels),
    )


UNO, ESP32 = "fasciscope-uno", "fasciscope-esp32"
CODECS = {f"fasciscope-{n}": codec(n) for n in range(1, MOST_CHANNELS + 1)} | {
    UNO: codec(1, 0, (1 << 10) - 1),
    ESP32: codec(1, 0, (1 << 12) - 1),
}
"""By the number of channels, with counts of any range; and the two sketches as they come."""

PROFILES = {
    name: Profile(
        name,
        (HELLO, START),
        (STOP,),
        pause_s=0.1,
        wakes_s=2.0,
        bauds=BAUDS,
        gatt=GATT,
        at_rate=at_rate,
        tells=True,
    )
    for name in CODECS
}
"""How to talk to the boards, by the name in the table of boards."""
