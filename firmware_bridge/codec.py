"""What every family of boards brings: a decoder, and beside it the encoder of the same bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fasciscope.firmware_bridge.frames import Decoded, Frames


class Decoder(Protocol):
    """Bytes in, frames out; pure: no clock, no port.

    How the bytes are cut changes nothing, an empty piece neither. Every byte that was fed is in a
    frame, in garbage by name, in a message, or still `buffered`.
    """

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        ...

    def feed(self, data: bytes, /) -> Decoded:
        """Take bytes (of a radio: one whole notification); give what became final."""
        ...

    def finish(self) -> Decoded:
        """Give what still waits; nothing may be fed afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Codec:
    """A wire format in one setting.

    `low` and `high` are the counts that a channel can hold, by channel; `step` is the smallest
    difference on the wire, `slew` the bound of one sample's difference from the next, None where there
    is none. `wrap` is where the wire's counter starts again, None where it has none;
    `advance` is how far it goes from frame to frame. `confirm` frames in a row are what a decoder
    wants to see before it trusts a stream that it joined or lost. `packet_n` is the length of a
    notification where bytes come in notifications, which are never cut; then `encode` gives them one
    after another, and takes a multiple of `batch` frames.
    """

    decoder: Callable[[], Decoder]
    encode: Callable[[Frames], bytes]
    low: tuple[int, ...]
    high: tuple[int, ...]
    wrap: int | None
    advance: int = 1
    per_frame: int = 1
    confirm: int = 1
    step: int = 1
    slew: int | None = None
    packet_n: int | None = None
    batch: int = 1

    @property
    def n_channels(self) -> int:
        """Channels of a sample."""
        return len(self.low)
