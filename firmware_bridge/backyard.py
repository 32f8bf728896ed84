"""Backyard Brains: SpikerShields and SpikerBoxes, two bytes of seven bits a value, and messages between.

Only the first byte of a frame has its highest bit set; a value's higher seven bits come first. The number
of channels is not in the frame. No counter, no checksum. A message is FF FF 01 01 80 FF | text |
FF FF 01 01 81 FF; two bytes with the highest bit set never adjoin in samples. The SpikerBox Pro sends the
same in HID reports (`payload`). Sources: ArduinoSerial.cpp, HIDUsbManager.cpp (BackyardBrains/Spike-Recorder
@c852a0b3006f), MuscleLeonardo.ino (BackyardBrains/SpikerShield @816068a273e1).
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage, Message
from fasciscope.firmware_bridge.framing import CUT_OFF, OUT_OF_STEP, Rows
from fasciscope.firmware_bridge.profile import Profile

BAUDS = (222_222, 500_000)
"""What 230400 becomes on an AVR, of boards of 10 bits; and that of the boards of 14 bits."""
LONGEST_TEXT = 128
"""A board's own buffer for messages holds 100 bytes."""
NO_MESSAGE = "a mark of a message that is not whole"
REPORT_N = 64
REPORT_ID = 0x3F
REPORT_HOLDS = 62

_MARK = b"\xff\xff\x01\x01"
_BEGIN = _MARK + b"\x80\xff"
_END = _MARK + b"\x81\xff"

ASK_TYPE = b"b:;\n"
"""Answered by a message like ``HWT:MUSCLESS;``."""
ASK_BOARD = b"board:;\n"
"""Of boards that can be extended."""
ASK_ABILITIES = b"?:;\n"
START = b"start:;\n"
STOP = b"h:;\n"
"""These three of a SpikerBox Pro, in a `report`; the serial boards stream from power-on."""


def channels_command(n_channels: int, rate_hz: int = 10_000) -> bytes:
    """Send so many channels; boards take the rate as theirs divided by them, whatever it says."""
    return f"conf s:{rate_hz};c:{n_channels};\n".encode("ascii")


def report(command: bytes) -> bytes:
    """The HID report that takes a command to a SpikerBox Pro."""
    assert len(command) <= REPORT_HOLDS, "a command fits in a report"
    return (bytes([REPORT_ID, REPORT_HOLDS]) + command).ljust(REPORT_N, b"\0")


def payload(report: bytes) -> bytes | None:
    """The bytes that a HID report of a SpikerBox Pro holds; None if it is no such report."""
    if len(report) != REPORT_N or report[0] != REPORT_ID or report[1] > REPORT_HOLDS:
        return None
    return report[2 : 2 + report[1]]


class BackyardDecoder:
    """Bytes of a board with so many channels of 10 or 14 bits to frames and messages.

    A frame is final when the byte after it has come. It is lost if too many bytes follow its first
    one, unless that is what one byte of the next frame's start would do.
    """

    def __init__(self, n_channels: int = 1, bits: int = 10) -> None:
        self._n = n_channels
        self._size = 2 * n_channels
        self._highest = (1 << bits) - 1
        self._buffer = b""
        self._offset = 0  # of the buffer's first byte in the stream

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Decoded:
        """Take bytes; give what became final."""
        self._buffer += data
        return self._decoded(final=False)

    def finish(self) -> Decoded:
        """Give what still waits."""
        return self._decoded(final=True)

    def _decoded(self, *, final: bool) -> Decoded:
        raw = np.frombuffer(self._buffer, np.uint8)
        counts = [np.empty((0, self._n), np.int32)]
        garbage: list[Garbage] = []
        messages: list[Message] = []
        at, waits = 0, False
        while not waits:
            mark = self._buffer.find(_MARK, at)
            waits = mark < 0
            stop = len(raw) - (0 if final else self._begun(at)) if waits else mark
            found, at = self._samples(raw, at, stop, garbage, final=final)
            counts.append(found)
            if not waits:
                at, waits = self._message(mark, garbage, messages, final=final)
        if final:
            self._name(at, len(raw), CUT_OFF, garbage)
            at = len(raw)
        self._buffer = self._buffer[at:]
        self._offset += at
        frames = Frames(np.concatenate(counts))
        return Decoded(frames, 2 * frames.counts.size, tuple(garbage), tuple(messages))

    def _begun(self, at: int) -> int:
        """How many bytes at the end of the buffer may be the start of a mark."""
        return max(n for n in range(len(_MARK)) if self._buffer.endswith(_MARK[:n], at))

    def _samples(
        self, raw: Rows, low: int, stop: int, garbage: list[Garbage], *, final: bool
    ) -> tuple[NDArray[np.int32], int]:
        """The frames from `low` to `stop`, no mark between; and where what still waits begins."""
        starts = low + np.flatnonzero(raw[low:stop] & 0x80)
        lengths = np.diff(starts, append=stop)
        end = stop
        if stop == len(raw) and len(starts):  # the last may go on
            short = self._size if final else 2 * self._size + 1
            end = int(starts[-1]) if lengths[-1] < short else stop
            starts, lengths = starts[starts < end], lengths[starts < end]
        begun = (lengths >= 2 * self._size - 1) & (lengths <= 2 * self._size)
        starts = starts[begun | (lengths == self._size)]
        places = starts[:, None] + 2 * np.arange(self._n)
        counts = (raw[places] & 0x7F).astype(np.int32) << 7 | raw[places + 1]
        good = (counts <= self._highest).all(axis=1)
        starts, counts = starts[good], counts[good]
        edges = np.concatenate([[low], starts + self._size]), np.append(starts, end)
        for gap in np.flatnonzero(edges[0] < edges[1]):
            self._name(int(edges[0][gap]), int(edges[1][gap]), OUT_OF_STEP, garbage)
        return counts, end

    def _message(
        self, mark: int, garbage: list[Garbage], messages: list[Message], *, final: bool
    ) -> tuple[int, bool]:
        """Take the mark, and the message if it is whole: (where to go on, whether to wait there)."""
        text = mark + len(_BEGIN)
        end, size = text, len(_MARK)
        if self._buffer.startswith((_BEGIN, _END), mark):
            size = len(_BEGIN)
        elif not final and self._is_open(mark, _BEGIN, _END):
            return mark, True
        if self._buffer.startswith(_BEGIN, mark):
            last = text + LONGEST_TEXT + len(_MARK)
            end = self._buffer.find(_MARK, text, last)
            if self._buffer.startswith(_END, end) and end > 0:
                size = end + len(_END) - mark
                said = self._buffer[text:end].decode("latin-1")
                messages.append(Message(self._offset + mark, size, said))
                return mark + size, False
            comes = len(self._buffer) < last if end < 0 else self._is_open(end, _END)
            if comes and not final:
                return mark, True
        self._name(mark, mark + size, NO_MESSAGE, garbage)
        return mark + size, False

    def _is_open(self, mark: int, *marks: bytes) -> bool:
        """Whether the buffer ends with what may become one of these marks."""
        return any(one.startswith(self._buffer[mark : mark + len(one)]) for one in marks)

    def _name(self, begin: int, end: int, reason: str, garbage: list[Garbage]) -> None:
        if begin < end:
            garbage.append(Garbage(self._offset + begin, end - begin, reason))


def encode(frames: Frames) -> bytes:
    """What a board would send."""
    rows = np.zeros((len(frames.counts), 2 * frames.counts.shape[1]), np.uint8)
    rows[:, 0::2] = frames.counts >> 7
    rows[:, 1::2] = frames.counts & 0x7F
    rows[:, 0] |= 0x80
    return rows.tobytes()


def encode_message(text: str) -> bytes:
    """What a board would send between frames to say this."""
    return _BEGIN + text.encode("latin-1") + _END


_SETTINGS = {
    "muscle-spikershield": (1, 10),
    **{f"muscle-spikershield-{n}": (n, 10) for n in range(2, 7)},
    "spikerbox-pro": (2, 10),
    "human-spikerbox": (1, 14),
    "human-spikerbox-2": (2, 14),
}
CODECS = {
    name: Codec(
        decoder=partial(BackyardDecoder, n, bits),
        encode=encode,
        low=(0,) * n,
        high=((1 << bits) - 1,) * n,
        wrap=None,
    )
    for name, (n, bits) in _SETTINGS.items()
}
"""By the board, and the number of channels where there are several; of a Pro, what its reports hold."""

PROFILES = {
    "muscle-spikershield": Profile("muscle-spikershield", bauds=BAUDS, wakes_s=2.0),
    "human-spikerbox": Profile("human-spikerbox", bauds=BAUDS[::-1]),
}
"""They stream from power-on. A Pro sends HID reports: there is no link for those yet."""
