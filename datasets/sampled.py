"""Formats that other people's libraries read: one guard for their errors, one way to a Recording."""

import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import (
    Annotation,
    ChannelInfo,
    FasciscopeError,
    InputError,
    MissingFactError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
    UnsupportedError,
)
from fasciscope.datasets.counts import Piece, Scaling, samples_per_block, to_blocks
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.select import Column, channel_infos, choose, left_out

MAX_SAMPLES = 1 << 37
"""Eight days at the highest rate: a longer span is a damaged clock."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A column and its converter: ``value in column.unit = count * gain + offset``.

    `rails` are the converter's lowest and highest count, None where the values are not counts.
    """

    column: Column
    gain: float = 1.0
    offset: float = 0.0
    rails: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Samples without a gap: rows `first_row` on are samples `first_sample` on."""

    first_sample: int
    first_row: int
    n_rows: int


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a library found in a file.

    `spans` gives, for signals of one rate (by index), the stretches without a gap; `rows` their
    counts, (stop - start, n_signals), from row `start` to row `stop` of one span. NaN is missing.
    """

    format: str
    device: str
    signals: Sequence[Signal]
    spans: Callable[[list[int]], Sequence[Span]]
    rows: Callable[[list[int], int, int], NDArray[Any]]
    start_time: str | None = None
    notes: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()


def extra(module: str) -> Any:
    """Import a library of the extra ``formats``. Raises UnsupportedError that says how to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise UnsupportedError(
            f"This format is read with {module.split('.')[0]}, which is not installed. "
            f'Install it: pip install "fasciscope[formats]".'
        ) from error


@contextmanager
def guarded(path: Path, what: str) -> Iterator[None]:
    """Run a library on a stranger's file: whatever it raises becomes InputError, its warnings go."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except FasciscopeError:
            raise
        except Exception as error:  # these libraries raise anything on damage, down to KeyError
            raise InputError(
                f"{path.name} cannot be read as {what} ({type(error).__name__}: {error}). "
                f"Is it whole? If so, export it as EDF+ or CSV."
            ) from error


def array_source(
    form: str, device: str, signals: Sequence[Signal], values: NDArray[Any], **more: Any
) -> Source:
    """The source of an array in memory, (n_samples, n_channels); `more` are fields of Source."""
    return Source(
        form,
        device,
        signals,
        lambda _: [Span(0, 0, len(values))],
        lambda chosen, start, stop: values[start:stop, chosen],
        **more,
    )


def recording(path: Path, source: Source, options: ReadOptions) -> Recording:
    """The recording of a source: its EMG channels, in microvolts, block by block.

    Raises MissingFactError where rate, unit or channels are not told, UsageError for channels that
    are not there, InputError where no sample is there.
    """
    columns = [signal.column for signal in source.signals]
    chosen = choose(columns, options)
    signals = [source.signals[i] for i in chosen]
    file_rate_hz = signals[0].column.rate_hz
    rate_hz = file_rate_hz if options.rate_hz is None else options.rate_hz
    if rate_hz is None:
        raise MissingFactError(f"{path.name} does not tell its sampling rate.", "--rate")
    channels = _channels(signals, options)
    info = StreamInfo(
        source.device, rate_hz, channels, resolution_uv=_resolution_uv(signals, channels)
    )
    with guarded(path, source.format):
        spans = _checked(path, source.spans(chosen))

    def blocks() -> Iterator[SampleBlock]:
        return to_blocks(info, _pieces(path, source, chosen, spans, info), _scaling(signals, info))

    stretch = (file_rate_hz or rate_hz) / rate_hz
    return Recording(
        info,
        blocks,
        Provenance(
            str(path),
            source.format,
            source.start_time,
            source.notes + left_out(columns, chosen, options),
        ),
        tuple(
            replace(mark, onset_s=mark.onset_s * stretch, duration_s=mark.duration_s * stretch)
            for mark in source.annotations
        ),
        spans[-1].first_sample + spans[-1].n_rows,
    )


def _checked(path: Path, spans: Sequence[Span]) -> list[Span]:
    """Those that hold samples. Raises InputError where none does or they are not in order."""
    held = [span for span in spans if span.n_rows > 0]
    if not held:
        raise InputError(f"{path.name} holds no sample. Was the recording stopped at once?")
    ends = [span.first_sample + span.n_rows for span in held]
    starts = [span.first_sample for span in held[1:]]
    if any(start < end for start, end in zip(starts, ends, strict=False)):
        raise InputError(f"{path.name}: its pieces overlap in time. The file is damaged.")
    if held[0].first_sample < 0 or ends[-1] > MAX_SAMPLES:
        raise InputError(f"{path.name}: it spans {ends[-1]} samples. Its clock is damaged.")
    return held


def _channels(signals: Sequence[Signal], options: ReadOptions) -> tuple[ChannelInfo, ...]:
    """Channels whose `uv_per_count` is that of a count, where there are counts."""
    channels = channel_infos([signal.column for signal in signals], options)
    return tuple(
        c if c.uv_per_count is None else replace(c, uv_per_count=c.uv_per_count * abs(s.gain))
        for c, s in zip(channels, signals, strict=True)
    )


def _resolution_uv(signals: Sequence[Signal], channels: Sequence[ChannelInfo]) -> float | None:
    sizes = [c.uv_per_count for c, s in zip(channels, signals, strict=True) if s.rails is not None]
    return max((size for size in sizes if size is not None), default=None)


def _scaling(signals: Sequence[Signal], info: StreamInfo) -> Scaling:
    """Counts to microvolts; uncalibrated channels stay counts."""
    lines = []
    for signal, channel in zip(signals, info.channels, strict=True):
        gain = channel.uv_per_count
        if gain is None or signal.gain == 0.0:
            lines.append((1.0, 0.0))
        else:
            lines.append((np.copysign(gain, signal.gain), signal.offset * gain / abs(signal.gain)))
    rails = [(-np.inf, np.inf) if s.rails is None else s.rails for s in signals]
    (gains, offsets), (low, high) = np.array(lines).T, np.array(rails).T
    return Scaling(gains, offsets, low, high)


def _pieces(
    path: Path, source: Source, chosen: list[int], spans: Sequence[Span], info: StreamInfo
) -> Generator[Piece, None, None]:
    size = samples_per_block(info.rate_hz, info.n_channels)
    for span in spans:
        for done in range(0, span.n_rows, size):
            start = span.first_row + done
            stop = min(start + size, span.first_row + span.n_rows)
            with guarded(path, source.format):
                counts = np.asarray(source.rows(chosen, start, stop), dtype=np.float64)
            if counts.shape != (stop - start, len(chosen)):
                raise InputError(f"{path.name} ends before its header says. Was it copied whole?")
            yield span.first_sample + done, counts
