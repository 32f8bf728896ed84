"""A virtual board of our own firmware: it obeys the lines of docs/protocol.md and answers them."""

from dataclasses import dataclass

from fasciscope.firmware_bridge import own
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.own_hello import Hello

LONGEST = 23
"""Characters of a command."""


@dataclass(slots=True)
class OwnManner:
    """Hears lines, answers in frames of text. What it plays has one rate: any other is refused."""

    codec: Codec
    hello: Hello
    streaming: bool = False
    _line: bytes = b""

    def hear(self, byte: bytes) -> bytes:
        """Take a byte; at a line's end give the answer."""
        if byte not in (b"\n", b"\r"):
            self._line = (self._line + byte)[: LONGEST + 1]
            return b""
        line, self._line = self._line.decode("ascii", "replace"), b""
        if not line:
            return b""
        if line == "hello?":
            return self.hello.encode()
        return own.encode_text(self._answer(line))

    def _answer(self, line: str) -> str:
        if len(line) > LONGEST:
            return "error line too long"
        word, _, rest = line.partition(" ")
        if word == "rate" and rest.isdigit():
            return self._rate(int(rest))
        if line not in ("start", "stop"):
            return "error unknown command"
        self.streaming = line == "start"
        return "ok start" if self.streaming else "ok stop lost 0"

    def _rate(self, rate_hz: int) -> str:
        if self.streaming:
            return "error busy"
        samples, seconds = self.hello.rate
        if rate_hz == self.hello.rate_hz:
            return f"ok rate {samples}/{seconds}"
        return f"error {self.hello.rate_hz:g}..{self.hello.rate_hz:g} Hz"
