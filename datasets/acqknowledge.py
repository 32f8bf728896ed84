"""AcqKnowledge recordings (BIOPAC .acq), through bioread."""

import logging
import math
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
MAX_PATTERN = 1 << 20
"""Rows after which the order of the channels' samples repeats: bioread makes a table of them."""


def open_acqknowledge(path: Path, options: ReadOptions) -> Recording:
    """Open an .acq file; it is read whole, as bioread does.

    Raises InputError for a damaged file, MissingFactError where unit or channels are not told.
    """
    bioread = extra("bioread")
    logging.getLogger("bioread").setLevel(logging.CRITICAL)  # it logs what it raises
    with guarded(path, "AcqKnowledge"):
        _check(path, bioread.reader.Reader.read_headers(str(path)))
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
        notes=_notes(marks, file.event_markers is None),
        annotations=marks,
    )
    return recording(path, source, options)


def _check(path: Path, header: Any) -> None:
    """Raise InputError where the samples cannot be in the file, before memory is asked for them."""
    if header.datafile is None:
        raise InputError(
            f"{path.name} has no whole AcqKnowledge header. It was cut short or is something else: "
            f"copy it again."
        )
    channels = header.datafile.channels
    dividers = [int(channel.frequency_divider) for channel in channels]
    if min(dividers, default=1) < 1 or math.lcm(*dividers) > MAX_PATTERN:
        raise InputError(
            f"{path.name} has channels at every {', '.join(map(str, dividers))} samples, which no "
            f"recorder does. The header is damaged."
        )
    n_bytes = 0 if header.is_compressed else sum(int(c.data_length) for c in channels)
    size = path.stat().st_size
    if header.data_start_offset + n_bytes > size:
        raise InputError(
            f"{path.name} ends at byte {size}, but its samples at {header.data_start_offset + n_bytes}. "
            f"It was cut short: copy it again."
        )


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


def _notes(marks: tuple[Annotation, ...], unread: bool) -> tuple[str, ...]:
    """Appended pieces are stored end to end; how long the pauses were is not."""
    at = [f"{m.onset_s:g} s" for m in marks if m.text.startswith(SEGMENT) and m.onset_s > 0]
    notes = []
    if at:
        pauses = ", ".join(at)
        notes.append(
            f"Recorded in {len(at) + 1} pieces that join without their pauses at {pauses}."
        )
    if unread:
        notes.append("Its marks are cut short or damaged: all are left out, those of pauses too.")
    return tuple(notes)
