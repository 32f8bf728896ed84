"""EDF, EDF+C, EDF+D, BDF, BDF+C and BDF+D recordings, record by record.

Own reader: edfio holds a BDF in memory whole and refuses EDF+D, MNE joins the pieces of EDF+D.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import (
    Annotation,
    ChannelInfo,
    InputError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
)
from fasciscope.datasets.counts import (
    Piece,
    Scaling,
    integers,
    read_exactly,
    samples_per_block,
    to_blocks,
)
from fasciscope.datasets.edf_annotations import Tals, read_tals
from fasciscope.datasets.edf_header import Header, Signal, read_header
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.select import Column, channel_infos, choose, left_out

READ_BYTES = 1 << 23
"""Records larger than this are read signal by signal."""

ONSET_TOLERANCE_S = 1e-3
ONSET_TOLERANCE_SAMPLES = 1.5
"""Record onsets are decimal text: so far from the end of the record before, they still continue it."""

MAX_SPAN_S = 400 * 86400.0

_FILTER = re.compile(
    r"\b(HP|LP)\s*[:=]?\s*(DC|[0-9]+(?:[.,][0-9]+)?)\s*(k?Hz)?(?=$|[\s;,/|]|[A-Z])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Run:
    """Data records that follow one another without a gap."""

    first_record: int
    n_records: int
    first_sample: int


def open_edf(path: Path, options: ReadOptions) -> Recording:
    """Open an EDF or BDF file of any variant; headers and annotations are read, samples are not.

    Raises InputError for a damaged file, MissingFactError where unit or channels are not told,
    UsageError for channels that are not there.
    """
    header = read_header(path)
    chosen, others = _choose(header, options)
    file_rate_hz = header.rate_hz(chosen[0])
    info = _info(header, chosen, options)
    tals = _tals(path, header)
    runs, timing = _runs(header, tals.onsets_s, file_rate_hz)
    scaling = _scaling(chosen, info.channels)
    notes = (*header.notes, *timing, *tals.notes, *others)

    def blocks() -> Iterator[SampleBlock]:
        return to_blocks(info, _pieces(path, header, chosen, runs), scaling)

    last = runs[-1]
    return Recording(
        info,
        blocks,
        Provenance(str(path), header.variant, header.start_time, notes),
        _annotations(tals, file_rate_hz / info.rate_hz),
        last.first_sample + last.n_records * chosen[0].samples,
    )


def _choose(header: Header, options: ReadOptions) -> tuple[list[Signal], tuple[str, ...]]:
    signals = [signal for signal in header.signals if not signal.annotates and signal.samples]
    columns = [Column(s.label, s.unit, rate_hz=header.rate_hz(s)) for s in signals]
    chosen = choose(columns, options)
    return [signals[i] for i in chosen], left_out(columns, chosen, options)


def _info(header: Header, chosen: Sequence[Signal], options: ReadOptions) -> StreamInfo:
    channels = channel_infos([Column(s.label, s.unit) for s in chosen], options)
    channels = tuple(map(_with_count_size, channels, chosen))
    sizes = [channel.uv_per_count for channel in channels]
    return StreamInfo(
        device=header.variant,
        rate_hz=header.rate_hz(chosen[0]) if options.rate_hz is None else options.rate_hz,
        channels=channels,
        bandwidth_hz=bandwidth_hz([signal.prefiltering for signal in chosen]),
        resolution_uv=max((size for size in sizes if size is not None), default=None),
    )


def _with_count_size(channel: ChannelInfo, signal: Signal) -> ChannelInfo:
    """`uv_per_count` of one count, where `channel_infos` gives that of one physical unit."""
    if channel.uv_per_count is None:
        return channel
    low, high = signal.physical()
    digital_low, digital_high = signal.digital()
    size = abs((high - low) / (digital_high - digital_low))
    return replace(channel, uv_per_count=size * channel.uv_per_count)


def _scaling(chosen: Sequence[Signal], channels: Sequence[ChannelInfo]) -> Scaling:
    """Counts to microvolts by the header's ranges; uncalibrated channels stay counts."""
    lines = [_line(s, c.uv_per_count) for s, c in zip(chosen, channels, strict=True)]
    digital = [sorted(signal.digital()) for signal in chosen]
    return Scaling(
        gain_uv=np.array([gain for gain, _ in lines]),
        offset_uv=np.array([offset for _, offset in lines]),
        low=np.clip([low for low, _ in digital], -(1 << 31), (1 << 31) - 1).astype(np.int32),
        high=np.clip([high for _, high in digital], -(1 << 31), (1 << 31) - 1).astype(np.int32),
    )


def _line(signal: Signal, uv_per_count: float | None) -> tuple[float, float]:
    if uv_per_count is None:
        return 1.0, 0.0
    low, high = signal.physical()
    digital_low, digital_high = signal.digital()
    gain = (high - low) / (digital_high - digital_low)
    uv_per_unit = uv_per_count / abs(gain)
    return gain * uv_per_unit, (low - digital_low * gain) * uv_per_unit


def _tals(path: Path, header: Header) -> Tals:
    try:
        return read_tals(path, header)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _annotations(tals: Tals, stretch: float) -> tuple[Annotation, ...]:
    """Remarks in order, from the first sample on; `stretch` is the file's rate over the person's."""
    began_s = next(iter(tals.onsets_s), None) or 0.0
    moved = [
        Annotation((a.onset_s - began_s) * stretch, a.duration_s * stretch, a.text)
        for a in tals.annotations
    ]
    return tuple(sorted(moved, key=lambda a: a.onset_s))


def _runs(
    header: Header, onsets_s: Sequence[float | None], rate_hz: float
) -> tuple[list[Run], tuple[str, ...]]:
    """Contiguous runs of records, and a note if the records' own times contradict the header."""
    whole = [Run(0, header.n_records, 0)]
    if not header.gapped:
        return whole, _note_on_times(header, onsets_s)
    if len(onsets_s) != header.n_records or any(onset is None for onset in onsets_s):
        raise InputError(
            f"{header.variant}: a data record does not say when it began, which this variant needs "
            f"to place it. Repair the file's annotation signal or export it as continuous EDF+."
        )
    known_s = np.array(onsets_s, dtype=np.float64)
    return _split(header, known_s - known_s[0], rate_hz), ()


def _split(header: Header, onsets_s: NDArray[np.float64], rate_hz: float) -> list[Run]:
    """Cut where a record begins later than the one before ended; raises InputError on overlaps."""
    if not abs(onsets_s).max() <= MAX_SPAN_S:
        raise InputError(
            f"{header.variant}: a data record begins {abs(onsets_s).max():g} s away from the first; "
            f"up to {MAX_SPAN_S:g} s are read. The annotation signal is damaged."
        )
    tolerance_s = max(ONSET_TOLERANCE_S, ONSET_TOLERANCE_SAMPLES / rate_hz)
    runs = [Run(0, 0, 0)]
    for record, onset_s in enumerate(onsets_s.tolist()):
        run = runs[-1]
        expected_s = run.first_sample / rate_hz + run.n_records * header.record_s
        if onset_s < expected_s - tolerance_s:
            raise InputError(
                f"{header.variant}: data record {record + 1} begins at {onset_s:g} s, before the one "
                f"ahead of it ends at {expected_s:g} s. Records must be in order and not overlap."
            )
        if onset_s > expected_s + tolerance_s:
            runs.append(Run(record, 1, round(onset_s * rate_hz)))
        else:
            runs[-1] = replace(run, n_records=run.n_records + 1)
    return runs


def _note_on_times(header: Header, onsets_s: Sequence[float | None]) -> tuple[str, ...]:
    known = [(i, onset) for i, onset in enumerate(onsets_s) if onset is not None]
    if not known:
        return ()
    first, began_s = known[0]
    away_s = max(abs(onset - began_s - (i - first) * header.record_s) for i, onset in known)
    if away_s <= header.record_s / 2:
        return ()
    note = (
        f"The header calls the recording continuous, but its records' times are up to {away_s:g} s "
        f"off that; they were read as continuous."
    )
    return (note,)


def file_pieces(
    path: Path, header: Header, chosen: Sequence[Signal], first_record: int = 0
) -> Generator[Piece, None, None]:
    """Counts of signals of one rate, (n_samples, n_channels), of a file without gaps."""
    n_records = header.n_records - first_record
    run = Run(first_record, n_records, first_record * chosen[0].samples)
    return _pieces(path, header, chosen, [run])


def _pieces(
    path: Path, header: Header, chosen: Sequence[Signal], runs: Sequence[Run]
) -> Generator[Piece, None, None]:
    """Counts of the chosen signals, (n_samples, n_channels), gap by gap."""
    samples = chosen[0].samples
    size = samples_per_block(header.rate_hz(chosen[0]), len(chosen))
    at_once = min(size // samples, READ_BYTES // header.record_bytes)
    try:
        handle = path.open("rb", buffering=0)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    with handle:
        for run in runs:
            step = max(at_once, 1)
            for done in range(0, run.n_records, step):
                record = run.first_record + done
                sample = run.first_sample + done * samples
                if at_once:
                    n = min(step, run.n_records - done)
                    yield sample, _whole_records(handle, header, chosen, record, n)
                    continue
                for start in range(0, samples, size):
                    stop = min(start + size, samples)
                    yield sample + start, _part(handle, header, chosen, record, start, stop)


def _whole_records(
    handle: BinaryIO, header: Header, chosen: Sequence[Signal], record: int, n_records: int
) -> NDArray[np.int32]:
    at = header.header_bytes + record * header.record_bytes
    raw = read_exactly(handle, at, n_records * header.record_bytes)
    shape = (n_records, chosen[0].samples)
    counts = np.empty((n_records * shape[1], len(chosen)), dtype=np.int32)
    for i, signal in enumerate(chosen):
        counts[:, i] = integers(
            raw, signal.offset, shape, header.record_bytes, header.sample_bytes
        ).reshape(-1)
    return counts


def _part(
    handle: BinaryIO,
    header: Header,
    chosen: Sequence[Signal],
    record: int,
    start: int,
    stop: int,
) -> NDArray[np.int32]:
    """Samples `start` to `stop` of one long record."""
    width = header.sample_bytes
    n_bytes = (stop - start) * width
    counts = np.empty((stop - start, len(chosen)), dtype=np.int32)
    for i, signal in enumerate(chosen):
        at = header.header_bytes + record * header.record_bytes + signal.offset + start * width
        raw = read_exactly(handle, at, n_bytes)
        counts[:, i] = integers(raw, 0, (1, stop - start), n_bytes, width)[0]
    return counts


def bandwidth_hz(texts: Sequence[str]) -> tuple[float, float] | None:
    """The pass-band that all prefiltering `texts` ("HP:0.1Hz LP:75Hz") leave; None if one says no LP.

    No HP, or one of DC, passes from 0 Hz.
    """
    bands = [_band(text) for text in texts]
    known = [band for band in bands if band is not None]
    if not known or len(known) < len(bands):
        return None
    low, high = max(low for low, _ in known), min(high for _, high in known)
    return (low, high) if low < high else None


def _band(text: str) -> tuple[float, float] | None:
    edges = {"HP": 0.0}
    for kind, number, unit in _FILTER.findall(text):
        value = 0.0 if number.upper() == "DC" else float(number.replace(",", "."))
        edges[kind.upper()] = value * (1e3 if unit.lower() == "khz" else 1.0)
    return (edges["HP"], edges["LP"]) if "LP" in edges else None
