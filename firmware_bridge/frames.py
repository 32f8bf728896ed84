"""What a decoder gives: samples as the wire had them, and every byte that was no sample by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Samples in the order of the wire, in counts.

    `counts` (n_samples, n_channels); a frame holds `per_frame` samples. `counter` (n_frames,) is the
    wire's own counter, not unwrapped, None where it has none; `device_us` (n_frames,) the board's
    clock likewise. `bad` (n_samples, n_channels) marks samples that the board or a lost predecessor
    makes meaningless, None if there are none. `aux` holds what else the frames carry, by name,
    arrays (n_frames, ...).
    """

    counts: NDArray[np.int32]
    counter: NDArray[np.int64] | None = None
    per_frame: int = 1
    device_us: NDArray[np.int64] | None = None
    bad: NDArray[np.bool_] | None = None
    aux: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)

    @property
    def n_frames(self) -> int:
        """How many frames these are."""
        return len(self.counts) // self.per_frame


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that belong to no frame: where in the stream, how many, and why."""

    offset: int
    length: int
    reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """Bytes that are text between frames (an answer, an event): where, how many, what they say."""

    offset: int
    length: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What became final by some bytes. The byte law: frames, garbage, messages and what still waits
    are all the bytes that were fed; `n_bytes` are those of the frames."""

    frames: Frames
    n_bytes: int
    garbage: tuple[Garbage, ...] = ()
    messages: tuple[Message, ...] = ()
