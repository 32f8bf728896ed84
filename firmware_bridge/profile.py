"""How a host talks to a board: what it opens, what it says to start and to stop."""

from collections.abc import Callable
from dataclasses import dataclass

from fasciscope.firmware_bridge.codec import Codec


@dataclass(frozen=True, slots=True)
class Gatt:
    """A Bluetooth LE board: what its advertised name begins with, its service and characteristics.

    `data` notify frames; with more than one, each notification has the number of its own before it.
    `control` takes the commands.
    """

    names: tuple[str, ...]
    service: str
    data: tuple[str, ...]
    control: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A serial port that is opened at `baud`, and goes on at another speed once the host has said so.

    `said` gives what the host says, of its Unix time in seconds and the speed to go on at; it says so
    `wakes_s` after the opening.
    """

    baud: int
    wakes_s: float
    said: Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Profile:
    """A board's side of the talk.

    `codec` names its wire format. `start` and `stop` are commands, written one at a time, `pause_s`
    apart; where answers end in `prompt`, the next waits for it. Before them `at_rate` is said, where
    the user sets the rate: it raises UsageError for one that the board has not; `codec_at` gives the
    wire format where that depends on the rate. `bauds` are the serial speeds, the likeliest first;
    none where there is no serial port. `wakes_s` is how long the board may be deaf after its port was
    opened (an Arduino restarts). `calls` marks boards that connect to us, `streams` those that send from
    power-on although there are commands, `tells` those that answer ``hello?`` with what they are
    (docs/protocol.md), which then counts more than the table. `opening` is what a serial port begins with.
    """

    codec: str
    start: tuple[bytes, ...] = ()
    stop: tuple[bytes, ...] = ()
    prompt: bytes = b""
    pause_s: float = 0.0
    wakes_s: float = 0.0
    bauds: tuple[int, ...] = ()
    gatt: Gatt | None = None
    calls: bool = False
    streams: bool = False
    at_rate: Callable[[float], tuple[bytes, ...]] | None = None
    codec_at: Callable[[float], Codec] | None = None
    tells: bool = False
    opening: Opening | None = None
