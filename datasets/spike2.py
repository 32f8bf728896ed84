"""Spike2 files of CED (.smr, the 32-bit kind), read by neo a stretch at a time.

Channels of one rate may start and end some samples apart: they share a grid, and what one of them
lacks is missing on it alone. Pauses of the recording are gaps. Scales and units are the file's.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Annotation, InputError, Recording, UnsupportedError
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled import Signal, Source, Span, extra, guarded, recording
from fasciscope.datasets.select import Column

FORM = "Spike2"
BLOCK_HEADER_BYTES = 20
MAX_MARKS = 100_000


@dataclass(frozen=True, slots=True)
class _Segment:
    """What lies between two pauses: `firsts` and `lengths` of the channels on their common grid."""

    row: int
    firsts: tuple[int, ...]
    lengths: tuple[int, ...]

    @property
    def begin(self) -> int:
        """The first sample of any channel."""
        return min(self.firsts)

    @property
    def n_rows(self) -> int:
        """Samples until the last channel has ended."""
        ends = (first + n for first, n in zip(self.firsts, self.lengths, strict=True))
        return max(ends) - self.begin


@dataclass(frozen=True, slots=True, eq=False)
class _Spike2:
    """A parsed file; `raw` is neo's, with one stream a channel."""

    raw: Any
    signals: tuple[Signal, ...]

    def segments(self, chosen: list[int]) -> list[_Segment]:
        """Segments of the chosen channels, which share a rate."""
        rate_hz = self.signals[chosen[0]].column.rate_hz or 0.0
        found: list[_Segment] = []
        row = 0
        for segment in range(self.raw.segment_count(0)):
            starts_s = [self.raw.get_signal_t_start(0, segment, i) for i in chosen]
            firsts = tuple(round((float(s) - self.origin_s) * rate_hz) for s in starts_s)
            lengths = tuple(int(self.raw.get_signal_size(0, segment, i)) for i in chosen)
            found.append(_Segment(row, firsts, lengths))
            row += found[-1].n_rows
        return found

    @property
    def origin_s(self) -> float:
        """When the first channel starts, on the file's clock."""
        return float(self.raw.segment_t_start(0, 0))

    def spans(self, chosen: list[int]) -> list[Span]:
        """One a segment."""
        return [Span(s.begin, s.row, s.n_rows) for s in self.segments(chosen)]

    def rows(self, chosen: list[int], start: int, stop: int) -> NDArray[np.float64]:
        """Counts of one segment; NaN where a channel starts later or ends earlier than another."""
        segments = self.segments(chosen)
        number = max(n for n, segment in enumerate(segments) if segment.row <= start)
        segment = segments[number]
        at = start - segment.row + segment.begin
        counts = np.full((stop - start, len(chosen)), np.nan)
        for column, (stream, first, n) in enumerate(
            zip(chosen, segment.firsts, segment.lengths, strict=True)
        ):
            low, high = max(at, first), min(at + stop - start, first + n)
            if low < high:
                chunk = self.raw.get_analogsignal_chunk(
                    0, number, low - first, high - first, stream
                )
                counts[low - at : high - at, column] = chunk[:, 0]
        return counts


def open_spike2(path: Path, options: ReadOptions) -> Recording:
    """Open an .smr file; its index of blocks is read, samples are not.

    Raises InputError where it is damaged or cut short, UnsupportedError where neo is not installed or
    newer than what is known of it, MissingFactError where unit or channels are not told.
    """
    rawio = extra("neo.rawio")
    logging.getLogger("neo").setLevel(logging.CRITICAL)  # it logs what it raises
    with guarded(path, FORM):
        # one stream a channel: those of a group would have to be equally long
        raw = rawio.Spike2RawIO(str(path), ced_units=False, try_signal_grouping=False)
        raw.parse_header()
        signals = tuple(_signal(path, about) for about in raw.header["signal_channels"])
        _check_blocks(path, raw)
        file = _Spike2(raw, signals)
        marks = _marks(raw, file.origin_s)
    if not signals:
        raise InputError(f"{path.name} has no waveform channel, so there is no EMG to analyse.")
    cut = (f"Of {len(marks)} marks the first {MAX_MARKS} are kept.",)
    source = Source(
        FORM,
        "CED Spike2",
        signals,
        file.spans,
        file.rows,
        notes=cut if len(marks) > MAX_MARKS else (),
        annotations=tuple(marks[:MAX_MARKS]),
    )
    return recording(path, source, options)


def _signal(path: Path, about: Any) -> Signal:
    # intervals are whole ticks, which neo turns into 25000.000000000004 Hz
    rate_hz = float(f"{about['sampling_rate']:.10g}")
    column = Column(
        str(about["name"]).strip("\0 "), str(about["units"]).strip("\0 "), rate_hz=rate_hz
    )
    gain, offset = float(about["gain"]), float(about["offset"])
    if not (np.isfinite(gain) and np.isfinite(offset) and gain != 0.0):
        raise InputError(
            f"{path.name}: channel {column.name!r} has the scale {gain} and the offset {offset}. "
            f"The header is damaged."
        )
    kind = np.dtype(str(about["dtype"]))
    if kind.kind != "i":
        return Signal(column, gain, offset)
    rails = np.iinfo(kind)
    return Signal(column, gain, offset, (float(rails.min), float(rails.max)))


def _check_blocks(path: Path, raw: Any) -> None:
    """Raise InputError where blocks lie beyond the end of the file: neo gives zeros for them."""
    size = path.stat().st_size
    for about in raw.header["signal_channels"]:
        at, n_samples = _blocks(raw, int(about["id"]))
        n_bytes = n_samples * np.dtype(str(about["dtype"])).itemsize
        if ((at < BLOCK_HEADER_BYTES) | (n_bytes < 0) | (at + n_bytes > size)).any():
            raise InputError(
                f"{path.name} ends at byte {size}, before the data of channel {about['name']!r} do. "
                f"It was cut short: copy it again."
            )


def _blocks(raw: Any, channel: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where a channel's blocks begin and their samples.

    No public call of neo tells it, and without it zeros stand where a file was cut. The extra
    ``formats`` keeps neo to the minor version that these names were tested with.
    """
    try:
        blocks = raw._all_data_blocks[channel]
        return blocks["pos"].astype(np.int64), blocks["size"].astype(np.int64)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnsupportedError(
            f"Whether a Spike2 file is whole cannot be told with neo {extra('neo').__version__}, which "
            f"keeps its index otherwise ({error}). "
            f'Install the one that is known: pip install "neo>=0.14,<0.15".'
        ) from error


def _marks(raw: Any, origin_s: float) -> list[Annotation]:
    """Keyboard and other marks in order; the channel's name stands where a mark has no label."""
    found = []
    for number, channel in enumerate(raw.header["event_channels"]):
        for segment in range(raw.segment_count(0)):
            if raw.event_count(0, segment, number) == 0:
                continue
            ticks, _, labels = raw.get_event_timestamps(0, segment, number)
            seconds = raw.rescale_event_timestamp(ticks, "float64", number) - origin_s
            found += [
                Annotation(float(at_s), 0.0, str(label).strip("\0 ") or str(channel["name"]))
                for at_s, label in zip(seconds, labels, strict=True)
                if at_s >= 0
            ]
    return sorted(found, key=lambda mark: mark.onset_s)
