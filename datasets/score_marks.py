"""Events as the scorer sees them: from objects, from tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fasciscope.core import Label
from fasciscope.datasets.synth.truth import OPTIONAL_FLAGS, RECORDING
from fasciscope.datasets.table import Row, read_table

NEEDED = ("onset", "duration", "trial_type", "channel")


@dataclass(frozen=True, slots=True)
class Mark:
    """One event as the scorer sees it; times in seconds, `optional` truth is neither missed nor false."""

    label: Label
    channel: str
    start_s: float
    peak_s: float
    end_s: float
    snr: float | None = None
    optional: bool = False


class Marked(Protocol):
    """What `core.Event` and `TruthEvent` have in common."""

    @property
    def label(self) -> Label: ...  # noqa: D102
    @property
    def channel(self) -> int: ...  # noqa: D102
    @property
    def start_sample(self) -> int: ...  # noqa: D102
    @property
    def peak_sample(self) -> int: ...  # noqa: D102
    @property
    def end_sample(self) -> int: ...  # noqa: D102
    @property
    def snr(self) -> float | None: ...  # noqa: D102
    @property
    def flags(self) -> tuple[str, ...]: ...  # noqa: D102


def marks_of(events: Iterable[Marked], rate_hz: float, channels: Sequence[str]) -> list[Mark]:
    """Marks in seconds from events in samples."""
    return [
        Mark(
            event.label,
            channels[event.channel],
            event.start_sample / rate_hz,
            event.peak_sample / rate_hz,
            event.end_sample / rate_hz,
            event.snr,
            not OPTIONAL_FLAGS.isdisjoint(event.flags),
        )
        for event in events
    ]


def read_marks(path: Path) -> tuple[list[Mark], tuple[str, ...], float | None]:
    """Marks, channel names and the length that the file states (None if it does not).

    Raises InputError, with the line's number, where the file is wrong.
    """
    rows = read_table(path, NEEDED)
    channels = tuple(dict.fromkeys(row.text("channel") for row in rows))
    whole = [row for row in rows if row.text("trial_type") == RECORDING]
    duration_s = max((row.number("duration") for row in whole), default=None)
    marks = [_mark(row) for row in rows if row.text("trial_type") != RECORDING]
    return marks, channels, duration_s


def _mark(row: Row) -> Mark:
    start_s, length_s = row.number("onset"), row.number("duration")
    if length_s < 0:
        raise row.wrong(f"duration is {length_s:g}, below 0")
    peak_s = row.maybe("peak")
    flags = row.text("flags", "n/a").replace(";", ",").split(",")
    return Mark(
        row.label(),
        row.text("channel"),
        start_s,
        start_s + length_s / 2 if peak_s is None else peak_s,
        start_s + length_s,
        row.maybe("snr"),
        not OPTIONAL_FLAGS.isdisjoint(flags),
    )


def overlap(a: Mark, b: Mark) -> float:
    """Intersection over union of two stretches."""
    common = min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
    union = max(a.end_s, b.end_s) - min(a.start_s, b.start_s)
    return max(common, 0.0) / union if union > 0 else 0.0
