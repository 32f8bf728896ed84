"""CED Spike2 recordings (.smr, and .smrx where sonpy is installed), through neo, block by block.

Every channel has its own rate and clock offset; pauses of the sampling are gaps.
Source: neo.rawio.Spike2RawIO and CedRawIO.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Annotation, InputError, Recording, UnsupportedError
from fasciscope.datasets.foreign import Signal, Source, Span, extra, guarded, recording
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.select import Column

MAX_MARKS = 10_000
"""Text marks shown; the rest is counted in a note."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One segment of one channel: its first sample by its own clock, and its length."""

    first_sample: int
    n_samples: int


@dataclass(frozen=True, slots=True, eq=False)
class _Spike2:
    """A parsed file: by channel, its pieces, one a segment."""

    raw: Any
    pieces: Sequence[Sequence[_Piece]]

    def spans(self, chosen: list[int]) -> list[Span]:
        """Segments of the chosen channels from the first that starts to the last that ends."""
        found: list[Span] = []
        row = 0
        for pieces in zip(*(self.pieces[i] for i in chosen), strict=True):
            held = [p for p in pieces if p.n_samples > 0]
            if held:
                first = min(p.first_sample for p in held)
                n_rows = max(p.first_sample + p.n_samples for p in held) - first
                found.append(Span(first, row, n_rows))
                row += n_rows
        return found

    def rows(self, chosen: list[int], start: int, stop: int) -> NDArray[np.float64]:
        """Counts; NaN where a channel begins later or ends earlier than the others."""
        counts = np.full((stop - start, len(chosen)), np.nan)
        segment, span = self._segment(chosen, start)
        first = span.first_sample + start - span.first_row
        for at, i in enumerate(chosen):
            piece = self.pieces[i][segment]
            low = max(first, piece.first_sample)
            high = min(first + stop - start, piece.first_sample + piece.n_samples)
            if low < high:
                chunk = self.raw.get_analogsignal_chunk(
                    0, segment, low - piece.first_sample, high - piece.first_sample, i, [0]
                )
                counts[low - first : high - first, at] = chunk[:, 0]
        return counts

    def _segment(self, chosen: list[int], row: int) -> tuple[int, Span]:
        spans = self.spans(chosen)
        held = [s for s in range(len(self.pieces[0])) if any(self.pieces[i][s].n_samples for i in chosen)]
        at = max(n for n, span in enumerate(spans) if span.first_row <= row)
        return held[at], spans[at]


def open_spike2(path: Path, options: ReadOptions) -> Recording:
    """Open a Spike2 file; its block index is read, samples are not.

    Raises InputError for a damaged file, UnsupportedError where neo (for .smrx: sonpy) is not
    installed, MissingFactError where unit or channels are not told.
    """
    raw = _parsed(path)
    with guarded(path, "Spike2"):
        signals = [_signal(channel) for channel in raw.header["signal_channels"]]
        pieces = [_pieces(raw, i, signal) for i, signal in enumerate(signals)]
        marks = _marks(raw)
    if not signals:
        raise InputError(f"{path.name} has no waveform channel, only events or spikes.")
    file = _Spike2(raw, pieces)
    notes = (f"Of {len(marks)} marks the first {MAX_MARKS} are kept.",)
    source = Source(
        "Spike2",
        "CED Spike2",
        signals,
        file.spans,
        file.rows,
        notes=notes if len(marks) > MAX_MARKS else (),
        annotations=tuple(marks[:MAX_MARKS]),
    )
    return recording(path, source, options)


def _parsed(path: Path) -> Any:
    rawio = extra("neo.rawio")
    # neo tells on its log what it then raises
    logging.getLogger("neo").setLevel(logging.CRITICAL)
    if path.suffix.lower() == ".smrx":
        try:
            raw = rawio.CedRawIO(filename=str(path))
        except ImportError as error:
            raise UnsupportedError(
                f"{path.name}: the 64-bit Spike2 format is read with sonpy, which is not installed. "
                f"Install it (pip install sonpy), or export the recording from Spike2 as .smr or EDF."
            ) from error
    else:
        # one stream a channel: grouped ones must be equally long
        raw = rawio.Spike2RawIO(filename=str(path), try_signal_grouping=False)
    with guarded(path, "Spike2"):
        raw.parse_header()
    return raw


def _signal(channel: Any) -> Signal:
    rate_hz = float(channel["sampling_rate"])
    integer = np.dtype(str(channel["dtype"])).kind == "i"
    limits = np.iinfo(str(channel["dtype"])) if integer else None
    column = Column(
        str(channel["name"]).strip("\0 "),
        str(channel["units"]).strip("\0 "),
        # sampling intervals are whole ticks: 25000.000000000004 is 25000
        rate_hz=float(f"{rate_hz:.10g}"),
    )
    rails = None if limits is None else (float(limits.min), float(limits.max))
    gain, offset = float(channel["gain"]), float(channel["offset"])
    if not (np.isfinite(gain) and np.isfinite(offset) and gain != 0.0):
        raise InputError(f"Channel {column.name!r} has the scale {gain} and offset {offset}.")
    return Signal(column, gain, offset, rails)


def _pieces(raw: Any, channel: int, signal: Signal) -> list[_Piece]:
    """By segment. A channel's clock is early or late by less than a sample: it is rounded down."""
    rate_hz = signal.column.rate_hz or 0.0
    began_s = max(0.0, min(float(raw.segment_t_start(0, 0)), 0.0))
    return [
        _Piece(
            int((float(raw.get_signal_t_start(0, s, channel)) - began_s) * rate_hz + 1e-6),
            int(raw.get_signal_size(0, s, channel)),
        )
        for s in range(raw.segment_count(0))
    ]


def _marks(raw: Any) -> list[Annotation]:
    """Events of all channels, in order of time; a channel of events is named where it has no text."""
    found = []
    for channel, header in enumerate(raw.header["event_channels"]):
        for segment in range(raw.segment_count(0)):
            times, _, labels = raw.get_event_timestamps(0, segment, channel)
            seconds = raw.rescale_event_timestamp(times, "float64", channel)
            name = str(header["name"]).strip("\0 ")
            found += [
                Annotation(float(t), 0.0, f"{name} {label}".strip())
                for t, label in zip(seconds, labels, strict=True)
            ]
    return sorted(found, key=lambda mark: mark.onset_s)
