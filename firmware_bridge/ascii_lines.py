"""Numbers as lines of text: MyoWare sketches, and what Arduinos commonly print.

A line holds the channels in decimal, parted by commas, semicolons, tabs or spaces, each perhaps with a
label and a colon before it (the serial plotter's ``label:value``). It ends at CR or LF: with the usual
CR LF, LF is the first byte of the next line. Line ends count with the frames; empty lines are nothing.
Whole numbers may be printed as fractions, as MyoWare's library does (``512.00``).
No time and no counter: the rate is that of the sketch's delay, lost lines cannot be seen, and what is left
of a number that lost a digit is a number. Sources: MyoWare-Arduino-Library (AdvancerTechnologies
@2c2bcb97af22), SparkFun_MyoWare_Code_Examples (sparkfun @2493e6331e28).
"""

import re
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.framing import CUT_OFF
from fasciscope.firmware_bridge.profile import Profile

BAUD = 115_200
DIGITS = 9
"""The most digits of a number: any such number fits in a count."""
WIDTH = DIGITS + 1
LONGEST_FIELD = 160
"""No channel takes more bytes, with its label and all spaces."""
FIRST = "the first line, whose start may be missing"
RAGGED = "a line of another number of channels"
NOT_NUMBERS = "a line that is not of such numbers"
TOO_LONG = "a line that is too long"

_SPACES = rb" {0,16}+"
_LABEL = rb"[^\s,;:\x00-\x1f\x7f]{1,40}+:" + _SPACES
_PARTED = rb"(?:%s[,;\t]%s| {1,16}+)" % (_SPACES, _SPACES)
_END = rb"[,;\t ]{0,16}+(?=[\r\n])"
_LINE_END = re.compile(rb"[\r\n]")


def _number(decimals: int) -> bytes:
    """A number of up to `DIGITS` digits, up to `decimals` of them after the point; there zeros may follow."""
    fraction = rb"(?:\.\d{0,%d}+0{0,16}+)?+" % decimals
    return rb"[-+]?+\d{1,%d}+%s" % (DIGITS - decimals, fraction)


def _line(number: bytes, fields: bytes) -> bytes:
    """A line of such numbers; `fields` is how many come after the first, as a repetition."""
    field = rb"(?:%s)?+%s" % (_LABEL, number)
    return rb"%s%s(?:%s%s)%s%s" % (_SPACES, field, _PARTED, field, fields, _END)


_ANY_NUMBER = rb"[-+]?+\d++(?:\.\d*+)?+"
_ANY_LINE = re.compile(_line(_ANY_NUMBER, b"*+"))
_A_FIELD = re.compile(rb"(%s)?+%s" % (_LABEL, _ANY_NUMBER))
_A_LABEL = re.compile(_LABEL)


def labels(line: bytes) -> tuple[str, ...] | None:
    """The labels of a line's channels, "" where one has none; None if the line is not of numbers."""
    line = line.strip(b"\r\n")
    if not _ANY_LINE.match(line + b"\n"):
        return None
    return tuple(label.rstrip(b" :").decode("utf-8", "replace") for label in _A_FIELD.findall(line))


class LineDecoder:
    """Bytes of lines with so many channels to frames, a line each.

    Counts are the numbers times ten to the `decimals`; a number with more digits after its point,
    other than zeros, is none. The first line is garbage, if nothing shows that the bytes begin where
    it does.
    """

    def __init__(self, n_channels: int = 1, decimals: int = 0) -> None:
        line = _line(_number(decimals), rb"{%d}+" % (n_channels - 1))
        self._lines = re.compile(rb"(?:[\r\n]*+%s)*+[\r\n]*+" % line)
        self._n = n_channels
        self._decimals = decimals
        self._buffer = b""
        self._offset = 0  # of the buffer's first byte in the stream
        self._spoilt = FIRST  # why the line that the buffer begins in is none, if that is known

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Decoded:
        """Take bytes; give what became final."""
        self._buffer += data
        garbage: list[Garbage] = []
        counts = [np.empty((0, self._n), np.int32)]
        at, n_bytes, waits = 0, 0, False
        while not waits:
            if not self._spoilt:
                good = self._lines.match(self._buffer, at)
                assert good is not None, "no line at all matches too"
                counts.append(self._counts(good.group()))
                n_bytes += good.end() - at
                at = good.end()
            at, waits = self._skip(at, garbage)
        self._drop(at)
        return Decoded(Frames(np.concatenate(counts)), n_bytes, tuple(garbage))

    def finish(self) -> Decoded:
        """Give what still waits: half a line is none."""
        garbage = (Garbage(self._offset, len(self._buffer), CUT_OFF),) if self._buffer else ()
        self._drop(len(self._buffer))
        return Decoded(Frames(np.empty((0, self._n), np.int32)), 0, garbage)

    def _skip(self, at: int, garbage: list[Garbage]) -> tuple[int, bool]:
        """Pass the line at `at`, which is none: (where to go on, whether to wait there)."""
        found = _LINE_END.search(self._buffer, at)
        end = found.start() if found else len(self._buffer)
        if end - at > LONGEST_FIELD * self._n:
            self._spoilt = self._spoilt or TOO_LONG
        if not found and not self._spoilt:
            return at, True
        if end > at:
            reason = self._spoilt or self._fault(self._buffer[at:end])
            garbage.append(Garbage(self._offset + at, end - at, reason))
        if found:
            self._spoilt = ""
        return end, not found

    def _fault(self, line: bytes) -> str:
        found = labels(line)
        return NOT_NUMBERS if found is None or len(found) == self._n else RAGGED

    def _counts(self, lines: bytes) -> NDArray[np.int32]:
        """(n, channels) of lines that are sound."""
        if b":" in lines:
            lines = _A_LABEL.sub(b"", lines)
        if not lines or lines.isspace():
            return np.empty((0, self._n), np.int32)
        text = lines.translate(bytes.maketrans(b",;", b"  ")).decode("ascii")
        fractions = self._decimals > 0 or "." in text
        numbers = np.fromstring(text, np.float64 if fractions else np.int64, sep=" ")
        if fractions:
            numbers = np.rint(numbers * 10**self._decimals)
        return numbers.astype(np.int32).reshape(-1, self._n)

    def _drop(self, n: int) -> None:
        self._buffer = self._buffer[n:]
        self._offset += n


def encode(frames: Frames, decimals: int = 0) -> bytes:
    """What a sketch would print from one line end on, numbers parted by commas and of one width."""
    n, n_channels = frames.counts.shape
    form = f"%{WIDTH + (decimals > 0)}.{decimals}f"
    line = "\n" + ",".join([form] * n_channels) + "\r"
    values = frames.counts.ravel() / 10**decimals
    text: str = line * n % tuple(values.tolist())
    return text.encode("ascii")


_MOST = 10**DIGITS - 1
CODECS = {
    name: Codec(
        decoder=partial(LineDecoder, n),
        encode=encode,
        low=(low,) * n,
        high=(high,) * n,
        wrap=None,
    )
    for name, n, low, high in (
        ("myoware-envelope", 1, 0, 1023),
        *((f"lines-{n}", n, -_MOST, _MOST) for n in range(1, 9)),
    )
}
"""A MyoWare's envelope; and any whole numbers, by the number of channels."""

PROFILES = {
    "myoware-envelope": Profile("myoware-envelope", bauds=(BAUD, 9600), wakes_s=2.0),
    **{f"lines-{n}": Profile(f"lines-{n}", bauds=(BAUD, 9600), wakes_s=2.0) for n in range(1, 9)},
}
"""Sketches print from power-on."""
