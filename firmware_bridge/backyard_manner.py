"""How the serial boards of Backyard Brains answer: a message in the stream, whoever asks what they are."""

from dataclasses import dataclass

from fasciscope.firmware_bridge.backyard import ASK_TYPE, encode_message
from fasciscope.firmware_bridge.codec import Codec

_LONGEST = 64


@dataclass(slots=True)
class BackyardManner:
    """A board of this `kind`, as it calls itself. Other commands are taken without a word."""

    codec: Codec
    kind: str
    streaming: bool = True
    _line: bytes = b""

    def hear(self, byte: bytes) -> bytes:
        """Take a byte of a command, which ends with a line."""
        self._line = (self._line + byte)[-_LONGEST:]
        if byte != b"\n":
            return b""
        line, self._line = self._line, b""
        return encode_message(f"HWT:{self.kind};") if line == ASK_TYPE else b""
