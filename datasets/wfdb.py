"""WFDB records (PhysioNet): a header, its signal files and its annotations.

Own reader: wfdb-python holds a record in memory whole and brings thirty packages along.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from fasciscope.core import (
    Annotation,
    ChannelInfo,
    InputError,
    MissingFactError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
)
from fasciscope.datasets.counts import Piece, Scaling, samples_per_block, to_blocks
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.select import Column, channel_infos, choose, left_out
from fasciscope.datasets.wfdb_annotations import read_wfdb_annotations
from fasciscope.datasets.wfdb_header import WfdbHeader, WfdbSignal, read_wfdb_header
from fasciscope.datasets.wfdb_samples import STORAGES, SignalFile, signal_files

ANNOTATORS = ("atr", "ann", "qrs", "ecg")
"""Endings of annotation files that are looked for beside the header."""


def open_wfdb(path: Path, options: ReadOptions) -> Recording:
    """Open a record by its .hea or its .dat file; signals are not read yet.

    Raises InputError for a damaged header or an absent file, UnsupportedError for kinds of record
    that are not read, MissingFactError where rate, unit or channels are not told.
    """
    header_path = _header_beside(path)
    header = read_wfdb_header(header_path)
    columns = [Column(signal.name, signal.unit) for signal in header.signals]
    chosen = choose(columns, options)
    files = signal_files(header_path.parent, header_path.name, header.signals, chosen)
    n_samples, notes = _length(header_path, header, files)
    signals = [header.signals[i] for i in chosen]
    info = _info(header, signals, options)
    scaling = _scaling(signals, info.channels)

    def blocks() -> Iterator[SampleBlock]:
        return to_blocks(info, _pieces(files, info, n_samples), scaling)

    notes += left_out(columns, chosen, options)
    return Recording(
        info,
        blocks,
        Provenance(str(path), "WFDB", header.start_time, notes),
        _annotations(header_path, header.rate_hz or info.rate_hz, info.rate_hz),
        n_samples,
    )


def _header_beside(path: Path) -> Path:
    header = path.with_suffix(".hea")
    if not header.is_file():
        raise InputError(
            f"{path.name} is a WFDB signal file without its header {header.name}. Put the header "
            f"beside it, or name the record's .hea file if it is called otherwise."
        )
    return header


def _length(
    path: Path, header: WfdbHeader, files: Sequence[SignalFile]
) -> tuple[int, tuple[str, ...]]:
    """Samples to read, with a note where files and header differ."""
    there = min(file.n_frames for file in files)
    if there == 0:
        raise InputError(
            f"{path.name}: {files[0].path.name} holds no whole sample. Was it copied whole?"
        )
    if there < header.n_samples:
        note = f"The recording is cut short: {there} of {header.n_samples} samples are there."
        return there, (note,)
    if 0 < header.n_samples < there:
        note = f"{there - header.n_samples} samples beyond the header's number were left."
        return header.n_samples, (note,)
    return there, ()


def _info(header: WfdbHeader, signals: Sequence[WfdbSignal], options: ReadOptions) -> StreamInfo:
    rate_hz = header.rate_hz if options.rate_hz is None else options.rate_hz
    if rate_hz is None:
        raise MissingFactError("The WFDB header does not say the sampling rate.", "--rate")
    channels = channel_infos([Column(s.name, s.unit) for s in signals], options)
    channels = tuple(map(_with_count_size, channels, signals))
    sizes = [channel.uv_per_count for channel in channels if channel.uv_per_count is not None]
    return StreamInfo("WFDB", rate_hz, channels, resolution_uv=max(sizes, default=None))


def _with_count_size(channel: ChannelInfo, signal: WfdbSignal) -> ChannelInfo:
    """`uv_per_count` of one count, where `channel_infos` gives that of one physical unit."""
    if channel.uv_per_count is None:
        return channel
    return replace(channel, uv_per_count=channel.uv_per_count / abs(signal.gain))


def _scaling(signals: Sequence[WfdbSignal], channels: Sequence[ChannelInfo]) -> Scaling:
    """Counts to microvolts; uncalibrated channels stay counts."""
    gain_uv = [
        1.0
        if channel.uv_per_count is None
        else float(np.copysign(channel.uv_per_count, signal.gain))
        for signal, channel in zip(signals, channels, strict=True)
    ]
    offset_uv = [
        0.0 if channel.uv_per_count is None else -signal.baseline * gain
        for signal, channel, gain in zip(signals, channels, gain_uv, strict=True)
    ]
    rails = [_rails(signal) for signal in signals]
    return Scaling(
        gain_uv=np.array(gain_uv),
        offset_uv=np.array(offset_uv),
        low=np.array([low for low, _ in rails], dtype=np.int32),
        high=np.array([high for _, high in rails], dtype=np.int32),
        invalid=np.array([STORAGES[signal.format].lowest for signal in signals], dtype=np.int32),
    )


def _rails(signal: WfdbSignal) -> tuple[int, int]:
    """The converter's lowest and highest count, the storage format's where the header is silent."""
    storage = STORAGES[signal.format]
    half = 1 << (signal.bits or storage.bits) - 1
    zero = signal.zero if signal.bits else 0
    low, high = np.clip([zero - half, zero + half - 1], storage.lowest, -storage.lowest - 1)
    return int(low), int(high)


def _pieces(
    files: Sequence[SignalFile], info: StreamInfo, n_samples: int
) -> Generator[Piece, None, None]:
    """Counts, (n_samples, n_channels), from all files side by side."""
    size = samples_per_block(info.rate_hz, max(info.n_channels, *(f.n_signals for f in files)))
    with ExitStack() as stack:
        try:
            handles = [stack.enter_context(f.path.open("rb", buffering=0)) for f in files]
        except OSError as error:
            raise InputError(f"{error.filename} cannot be read: {error.strerror}.") from error
        for first in range(0, n_samples, size):
            counts = np.empty((min(size, n_samples - first), info.n_channels), dtype=np.int32)
            for file, handle in zip(files, handles, strict=True):
                file.read_into(counts, handle, first)
            yield first, counts


def _annotations(header: Path, file_rate_hz: float, rate_hz: float) -> tuple[Annotation, ...]:
    """Those of every annotation file beside the header, in order."""
    found: list[Annotation] = []
    for path in (header.with_suffix(f".{name}") for name in ANNOTATORS):
        if path.is_file():
            found += read_wfdb_annotations(path, file_rate_hz)
    stretch = file_rate_hz / rate_hz
    return tuple(
        sorted((replace(a, onset_s=a.onset_s * stretch) for a in found), key=lambda a: a.onset_s)
    )
