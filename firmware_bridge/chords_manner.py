"""How the boards of Upside Down Labs answer at a serial port: lines of text, before and after the stream."""

from dataclasses import dataclass
from functools import partial

from fasciscope.firmware_bridge import chords
from fasciscope.firmware_bridge.codec import Codec

_ANSWER_END = b"\r\n"
_LONGEST = 64


@dataclass(slots=True)
class ChordsManner:
    """A board that calls itself `name`; `states` are its answers to STATUS, while it streams and not.

    With `stops_at_once` any byte ends the stream, be it a command or not.
    """

    codec: Codec
    name: bytes
    states: tuple[bytes, bytes] = (b"START", b"STOP")
    stops_at_once: bool = False
    streaming: bool = False
    _line: bytes = b""

    def hear(self, byte: bytes) -> bytes:
        """Take a byte of a line; obey or answer at its end."""
        self.streaming = self.streaming and not self.stops_at_once
        self._line = (self._line + byte)[-_LONGEST:]
        if byte != b"\n":
            return b""
        line, self._line = self._line.strip() + b"\n", b""
        if line in (chords.START, chords.STOP):
            self.streaming = line == chords.START
            return b""
        state = self.states[0 if self.streaming else 1]
        answer = {chords.WHORU: self.name, chords.STATUS: state}.get(line)
        return b"" if answer is None else answer + _ANSWER_END


def _manner(codec_name: str, codec: Codec) -> ChordsManner:
    """The board of this wire format, by the first of the names that it may give itself."""
    name = next(told for told, codec in chords.ANSWERS.items() if codec == codec_name)
    states = (b"RUNNING", b"STOPPED") if name == "NPG-LITE" else (b"START", b"STOP")
    return ChordsManner(codec, name.encode("ascii"), states, stops_at_once=name.startswith("UNO"))


MANNERS = {
    name: partial(_manner, profile.codec)
    for name, profile in chords.PROFILES.items()
    if profile.gatt is None
}
"""By the board's name."""
