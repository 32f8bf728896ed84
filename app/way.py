"""The way to a live source: its string in parts, and what leads to the board."""

from collections.abc import Mapping
from dataclasses import dataclass

from fasciscope.acquisition import Link
from fasciscope.datasets.edf_writer import CountRange
from fasciscope.firmware_bridge import Board, Codec
from fasciscope.firmware_bridge.profile import Profile


@dataclass(frozen=True, slots=True)
class Address:
    """A source's string in its parts: ``kind:target?name=value&...``."""

    kind: str
    target: str
    given: Mapping[str, str]

    @property
    def text(self) -> str:
        """The string again."""
        asked = "&".join(f"{name}={value}" for name, value in self.given.items())
        return f"{self.kind}:{self.target}" + (f"?{asked}" if asked else "")


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """What leads to a board: its facts, how it is talked to, its wire, the link; and its channels."""

    board: Board
    profile: Profile
    codec: Codec
    link: Link
    rate_hz: float
    names: tuple[str, ...]
    ranges: tuple[CountRange, ...]


def channel_name(k: int) -> str:
    """What the board's channel `k`, from 0, is called."""
    return f"EMG{k + 1}"
