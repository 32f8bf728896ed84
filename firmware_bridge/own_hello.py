"""What a board of our own firmware says of itself (docs/protocol.md, the answer to ``hello?``)."""

from collections.abc import Iterable
from dataclasses import dataclass

from fasciscope.core import DeviceError
from fasciscope.firmware_bridge import own
from fasciscope.firmware_bridge.codec import Codec

VERSION = 1
_UNCALIBRATED = "uncalibrated"


@dataclass(frozen=True, slots=True)
class Hello:
    """A board in its present setting.

    The rate is `rate` = (samples, seconds), an exact fraction. `low` and `high` are the ends of its
    counts. `uv_per_count` is microvolts at the electrodes, None for an uncalibrated board.
    """

    board: str
    channels: int
    bits: int
    low: int
    high: int
    rate: tuple[int, int]
    uv_per_count: float | None = None
    version: int = VERSION

    @property
    def rate_hz(self) -> float:
        """Samples a second, by the board's own clock."""
        return self.rate[0] / self.rate[1]

    @property
    def codec(self) -> Codec:
        """The wire format of this board."""
        return own.codec(self.channels, self.low, self.high)

    def lines(self) -> tuple[str, ...]:
        """The lines that say so, in the order of the protocol."""
        scale = _UNCALIBRATED if self.uv_per_count is None else f"{self.uv_per_count:.10g}"
        said = (
            f"hello {self.version}",
            f"board {self.board}",
            f"channels {self.channels}",
            f"bits {self.bits}",
            f"range {self.low} {self.high}",
            f"rate {self.rate[0]}/{self.rate[1]}",
            f"scale {scale}",
            f"samples {own.samples_per_frame(self.channels)}",
        )
        return (*said, f"end {len(said)}")

    def encode(self) -> bytes:
        """The frames of the answer."""
        return b"".join(map(own.encode_text, self.lines()))


def hello_of(lines: Iterable[str]) -> Hello | None:
    """What the lines say of the board that sent them; None if the answer is not among them, whole.

    Words that are not known are passed over. Raises DeviceError if the board speaks another version
    of the protocol, or says what cannot be.
    """
    said: dict[str, str] | None = None
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "hello":
            said = {}
        if said is None:
            continue
        if word == "end" and rest == str(len(said)):
            return _parsed(said)
        said[word] = rest
    return None


def _parsed(said: dict[str, str]) -> Hello:
    if said["hello"] != str(VERSION):
        raise DeviceError(
            f"The board speaks version {said['hello']} of the fasciscope protocol, here it is "
            f"{VERSION}. Load the firmware that comes with this fasciscope, or update fasciscope."
        )
    try:
        low, high = map(int, said["range"].split())
        samples, seconds = map(int, said["rate"].split("/"))
        scale = said["scale"]
        told = Hello(
            board=said["board"],
            channels=int(said["channels"]),
            bits=int(said["bits"]),
            low=low,
            high=high,
            rate=(samples, seconds),
            uv_per_count=None if scale == _UNCALIBRATED else float(scale),
        )
        per_frame = int(said["samples"])
    except (KeyError, ValueError) as error:
        raise DeviceError(_refusal(said)) from error
    if not _is_possible(told) or per_frame != own.samples_per_frame(told.channels):
        raise DeviceError(_refusal(said))
    return told


def _is_possible(told: Hello) -> bool:
    return (
        1 <= told.channels <= own.MOST_CHANNELS
        and 1 <= told.bits <= 16
        and -(1 << 15) <= told.low < told.high < 1 << 15
        and min(told.rate) > 0
        and (told.uv_per_count is None or 0 < told.uv_per_count < float("inf"))
    )


def _refusal(said: dict[str, str]) -> str:
    shown = "; ".join(f"{word} {rest}" for word, rest in said.items())
    return (
        f"The board's answer to 'hello?' is none of the fasciscope protocol: {shown}. "
        "Load the firmware that comes with this fasciscope."
    )
