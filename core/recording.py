"""A recording: what is known of it, and blocks that pass one by one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fasciscope.core.block import SampleBlock
from fasciscope.core.stream import StreamInfo


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark in the file: seconds from the first sample, length (0 for a moment), text."""

    onset_s: float
    duration_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a recording came from.

    `start_time` is ISO 8601 as the file gives it, or None. `notes` are remarks of the reader that a
    report must repeat ("channel 3 left out: accelerometer").
    """

    path: str
    format: str
    start_time: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that passes in bounded memory.

    `open_blocks` opens the data anew at each call and yields blocks in order of `first_sample`,
    beginning at 0 or later; jumps are gaps. `n_samples` is the span from sample 0 to the end
    including gaps, None if it can't be told without reading all.
    """

    info: StreamInfo
    open_blocks: Callable[[], Iterator[SampleBlock]]
    provenance: Provenance
    annotations: tuple[Annotation, ...] = field(default=())
    n_samples: int | None = None

    def blocks(self) -> Iterator[SampleBlock]:
        """Read from the start, a block at a time."""
        return self.open_blocks()
