"""AcqKnowledge recordings (BIOPAC .acq), through bioread."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Annotation, InputError, Recording
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled import Signal, Source, Span, extra, guarded, recording
from fasciscope.datasets.select import Column

SEGMENT = "Segment"
"""How AcqKnowledge's own marks of appended pieces begin."""


def open_acqknowledge(path: Path, options: ReadOptions) -> Recording:
    """Open an .acq file; it is read whole, as bioread does.

    Raises InputError for a damaged file, MissingFactError where unit or channels are not told.
    """
    bioread = extra("bioread")
    with guarded(path, "AcqKnowledge"):
        file = bioread.read(str(path))
        channels = list(file.channels)
        signals = [_signal(channel) for channel in channels]
        marks = _marks(file)
    if not signals:
        raise InputError(f"{path.name} holds no channel.")

    def spans(chosen: list[int]) -> list[Span]:
        return [Span(0, 0, min(len(channels[i].raw_data) for i in chosen))]

    def rows(chosen: list[int], start: int, stop: int) -> NDArray[Any]:
        return np.stack([channels[i].raw_data[start:stop] for i in chosen], axis=1)

    source = Source(
        "AcqKnowledge",
        "BIOPAC",
        signals,
        spans,
        rows,
        notes=_notes(marks),
        annotations=marks,
    )
    return recording(path, source, options)


def _signal(channel: Any) -> Signal:
    column = Column(
        str(channel.name).strip("\0 "),
        str(channel.units).strip("\0 "),
        rate_hz=float(channel.samples_per_second),
    )
    if np.dtype(channel.dtype).kind != "i":
        return Signal(column)
    limits = np.iinfo(channel.dtype)
    gain, offset = float(channel.raw_scale_factor), float(channel.raw_offset)
    if not (np.isfinite(gain) and np.isfinite(offset) and gain != 0.0):
        raise InputError(f"Channel {column.name!r} has the scale {gain} and the offset {offset}.")
    return Signal(column, gain, offset, (float(limits.min), float(limits.max)))


def _marks(file: Any) -> tuple[Annotation, ...]:
    rate_hz = float(file.samples_per_second)
    return tuple(
        Annotation(float(mark.sample_index) / rate_hz, 0.0, str(mark.text).strip("\0 "))
        for mark in file.event_markers or ()
    )


def _notes(marks: tuple[Annotation, ...]) -> tuple[str, ...]:
    """Appended pieces are stored end to end; how long the pauses were is not."""
    at = [f"{m.onset_s:g} s" for m in marks if m.text.startswith(SEGMENT) and m.onset_s > 0]
    note = f"Recorded in {len(at) + 1} pieces that join without their pauses at {', '.join(at)}."
    return (note,) if at else ()
