"""How a HackEEG answers: a line for every command, in text until it is told to speak in lines of JSON.

Source: README.md of starcat-io/hackeeg-driver-arduino (@0bdcef87bfa8).
"""

import json
from dataclasses import dataclass

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.hackeeg import CODECS, LONGEST_LINE

_FORMATS = {"jsonlines": CODECS["hackeeg"], "messagepack": CODECS["hackeeg-messagepack"]}
_CONVERTS = {"start": True, "stop": False}
_READS = {"rdatac": True, "sdatac": False}
"""Samples come while the converter works and is read."""
_OTHERS = frozenset(
    (
        *("nop", "micros", "reset", "status", "version", "serialnumber", "standby", "wakeup"),
        *("rreg", "wreg", "ledon", "ledoff", "boardledon", "boardledoff"),
        *("text", "base64", "hex", "help"),
    )
)
_OK, _UNKNOWN = (200, "Ok"), (400, "Unknown command")


@dataclass(slots=True)
class HackeegManner:
    """A HackEEG; `codec` is of the format of samples that it was told last.

    It has no registers: what is written to them is acknowledged only. In text mode it sends no samples.
    """

    codec: Codec
    _is_text: bool = True
    _converts: bool = False
    _reads: bool = False
    _line: bytes = b""

    @property
    def streaming(self) -> bool:
        """Whether samples come."""
        return self._converts and self._reads and not self._is_text

    @streaming.setter
    def streaming(self, now: bool) -> None:
        self._converts, self._reads, self._is_text = now, now, not now

    def hear(self, byte: bytes) -> bytes:
        """Take a byte of a line; obey and answer at its end."""
        if byte not in b"\r\n":
            self._line = (self._line + byte)[-LONGEST_LINE:]
            return b""
        line, self._line = self._line, b""
        return self._obey(line) if line else b""

    def _obey(self, line: bytes) -> bytes:
        name = line.decode("ascii", "replace").split(" ")[0].lower()
        if not self._is_text:
            name = _name_in(line)
        known = name in _FORMATS or name in _OTHERS or name in _CONVERTS or name in _READS
        if name in _FORMATS:
            self._is_text, self.codec = False, _FORMATS[name]
        elif name == "text":
            self._is_text = True
        self._converts = _CONVERTS.get(name, self._converts)
        self._reads = _READS.get(name, self._reads)
        code, text = _OK if known else _UNKNOWN
        if self._is_text:
            return f"{code} {text}\r\n".encode("ascii")
        return json.dumps({"STATUS_CODE": code, "STATUS_TEXT": text}).encode("ascii") + b"\n"


def _name_in(line: bytes) -> str:
    """The command in a line of JSON, empty if there is none."""
    try:
        told = json.loads(line)
    except ValueError:
        return ""
    return str(told.get("COMMAND", "")) if isinstance(told, dict) else ""
