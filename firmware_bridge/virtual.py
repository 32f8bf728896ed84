"""Virtual boards: a host's commands in, a board's answers and real frames out; pure, no port and no clock.

A player (a pseudo-terminal, a socket) carries the bytes and asks for as many samples as are due.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge import chords_manner
from fasciscope.firmware_bridge.backyard_manner import BackyardManner
from fasciscope.firmware_bridge.bitalino_manner import BitalinoManner
from fasciscope.firmware_bridge.boards import BOARDS
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.hackeeg_manner import HackeegManner
from fasciscope.firmware_bridge.myo_manner import MyoManner
from fasciscope.firmware_bridge.own_hello import Hello
from fasciscope.firmware_bridge.own_manner import OwnManner
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.shimmer_manner import ShimmerManner

USUAL_RATE_HZ = 1000.0
"""Of boards whose rate the user sets."""

Signal = Callable[[int, int], NDArray[np.int32]]
"""Counts (n, n_channels) of the samples from a number on."""


class Manner(Protocol):
    """How a kind of board answers: a byte of the host at a time, its answer, and whether it streams now."""

    codec: Codec
    """Its wire format, as it is set now."""
    streaming: bool
    """True between start and stop."""

    def hear(self, byte: bytes, /) -> bytes:
        """Take a byte of the host; give the answer, empty for none."""
        ...


@dataclass(slots=True)
class CytonManner:
    """OpenBCI's letters: ``b`` start, ``s`` stop, texts that end in ``$$$`` (boards.md 1.1)."""

    codec: Codec
    streaming: bool = False
    _inside: bytes = b""  # of a command of several letters: its first

    def hear(self, byte: bytes) -> bytes:
        """Take a letter; multi-letter commands (x .. X, z .. Z, ~n, /n) are acknowledged at their end."""
        if self._inside:
            if byte == _CYTON_LONG[self._inside] or not _CYTON_LONG[self._inside]:
                self._inside = b""
                return b"Success: set$$$"
            return b""
        if byte in _CYTON_LONG:
            self._inside = byte
            return b""
        if byte in b"bs":
            self.streaming = byte == b"b"
            return b""
        if byte == b"v":
            self.streaming = False
        return _CYTON_ANSWERS.get(byte, b"")


_CYTON_LONG = {b"x": b"X", b"z": b"Z", b"~": b"", b"/": b""}
_CYTON_ANSWERS = {
    b"v": (
        b"OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\n"
        b"LIS3DH Device ID: 0x33\nFirmware: v3.1.2\n$$$"
    ),
    b"V": b"v3.1.2$$$",
    b"d": b"updating channel settings to default$$$",
    b"D": b"060110$$$",
    b"?": b"registers: virtual board$$$",
    b"c": b"8 channels$$$",
    b"C": b"16 channels$$$",
}


@dataclass(slots=True)
class ProfileManner:
    """A board that obeys the start and stop commands of its profile, and says nothing.

    Without a start command it streams from power-on.
    """

    codec: Codec
    start: bytes
    stop: bytes
    streaming: bool
    _heard: bytes = b""

    def hear(self, byte: bytes) -> bytes:
        """Take a byte of a command."""
        longest = max(len(self.start), len(self.stop), 1)
        self._heard = (self._heard + byte)[-longest:]
        if self.start and self._heard.endswith(self.start):
            self.streaming = True
        elif self.stop and self._heard.endswith(self.stop):
            self.streaming = False
        return b""


MANNERS: dict[str, Callable[[Codec], Manner]] = {
    "bitalino": BitalinoManner,
    "cyton": CytonManner,
    "cyton-daisy": CytonManner,
    "hackeeg": HackeegManner,
    "human-spikerbox": lambda codec: BackyardManner(codec, "HUMANSB"),
    "muscle-spikershield": lambda codec: BackyardManner(codec, "MUSCLESS"),
    "myo": MyoManner,
    "shimmer3": ShimmerManner,
    **chords_manner.MANNERS,
}
"""Boards that answer, as they are set; the others of `PROFILES` are played by a `ProfileManner`."""


@dataclass(slots=True)
class VirtualBoard:
    """One board at work; frames are counted from its start command on, as the firmware does.

    `origin` is the sample of `signal` with which the present stream began.
    """

    manner: Manner
    signal: Signal
    sent: int = 0  # samples since the last start
    starts: int = 0
    origin: int = 0
    _counted_from: int = 0  # the frame at which the counter was 0

    @property
    def codec(self) -> Codec:
        """Its wire format, as it is set now."""
        return self.manner.codec

    def receive(self, data: bytes) -> bytes:
        """Take bytes of the host; give the answers to them."""
        answers = []
        for at in range(len(data)):
            before = self.manner.streaming
            answers.append(self.manner.hear(data[at : at + 1]))
            if self.manner.streaming and not before:
                self.begin()
        return b"".join(answers)

    def begin(self) -> None:
        """A new stream: samples are counted from 0."""
        self.sent, self._counted_from, self.starts = 0, 0, self.starts + 1

    def reset_counter(self) -> None:
        """A fault: the counter begins anew while the stream goes on."""
        self._counted_from = self.sent // self.codec.per_frame

    def stream(self, n_samples: int) -> bytes:
        """The next samples, in whole frames, as the board would send them."""
        n = n_samples // self.codec.per_frame // self.codec.batch * self.codec.batch
        if n <= 0 or not self.manner.streaming:
            return b""
        counts = self.signal(self.origin + self.sent, n * self.codec.per_frame)
        first = self.sent // self.codec.per_frame - self._counted_from
        counter = None
        if self.codec.wrap is not None:
            counter = self.codec.advance * (first + np.arange(n, dtype=np.int64)) % self.codec.wrap
        self.sent += len(counts)
        return self.codec.encode(Frames(counts, counter, self.codec.per_frame))


def virtual_board(name: str, signal: Signal, rate_hz: float | None = None) -> VirtualBoard:
    """The board of this name (one of `PROFILES`), playing `signal`, set to a rate if it can be set."""
    profile = PROFILES[name]
    codec = CODECS[profile.codec]
    if rate_hz is not None and profile.codec_at is not None:
        codec = profile.codec_at(rate_hz)
    return VirtualBoard(_manner_of(name, profile, codec, rate_hz), signal)


def _manner_of(name: str, profile: Profile, codec: Codec, rate_hz: float | None) -> Manner:
    if name in MANNERS:
        return MANNERS[name](codec)
    if profile.tells:
        return OwnManner(codec, _hello(name, codec, rate_hz or USUAL_RATE_HZ))
    start, stop = (b"".join(commands[-1:]) for commands in (profile.start, profile.stop))
    return ProfileManner(codec, start, stop, streaming=profile.streams or not start)


def _hello(name: str, codec: Codec, rate_hz: float) -> Hello:
    """What a board of our own firmware would say of itself."""
    rate = Fraction(rate_hz).limit_denominator(1_000_000).as_integer_ratio()
    return Hello(name, codec.n_channels, BOARDS[name].bits, codec.low[0], codec.high[0], rate)
