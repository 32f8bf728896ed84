"""CSV, TSV and plain columns of numbers, with or without names, times and units.

What the file does not say is asked for: a rate (from a time column or a remark, else --rate), a unit
(from "EMG (mV)", "EMG_mV", else --unit). Jumps in the time column are gaps.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import (
    InputError,
    MissingFactError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
)
from fasciscope.datasets.counts import Scaling, samples_per_block, to_blocks
from fasciscope.datasets.delimited_header import TextHeader, bare_name, read_text_header
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.placing import Clock, Counting, Placer, Timed, split
from fasciscope.datasets.select import Column, channel_infos, choose, left_out
from fasciscope.datasets.text_clock import clock_of
from fasciscope.datasets.text_lines import ends_cut, read_rows

CUT_NOTE = "The last line was cut and is left out."


def open_delimited(path: Path, options: ReadOptions) -> Recording:
    """Open a text file of numbers; its first 256 KiB are read.

    Raises InputError for what is no table of numbers (later, from the blocks, with the line's number),
    MissingFactError where rate or unit are not told, UsageError for channels that are not there.
    """
    header = read_text_header(path)
    options = replace(options, channels=tuple(map(bare_name, options.channels)))
    numeric = [i for i in range(len(header.columns)) if i not in header.texts]
    columns = [header.columns[i] for i in numeric]
    chosen = choose(columns, options)
    taken = [numeric[i] for i in chosen]
    clock = _clock(header)
    info = StreamInfo(
        device="text",
        rate_hz=_rate_hz(header, clock, options),
        channels=channel_infos([columns[i] for i in chosen], options),
    )
    notes = left_out(columns, chosen, options) + ((CUT_NOTE,) if ends_cut(header.table) else ())
    return Recording(
        info,
        lambda: _blocks(header, taken, info, clock),
        Provenance(str(path), "text", notes=notes),
    )


def plain_scaling(info: StreamInfo) -> Scaling:
    """The scaling of physical values: no rails are known."""
    gain = np.array([channel.uv_per_count or 1.0 for channel in info.channels])
    endless = np.full(len(gain), np.inf)
    return Scaling(gain, np.zeros(len(gain)), -endless, endless)


def _blocks(
    header: TextHeader, taken: list[int], info: StreamInfo, clock: Clock | None
) -> Iterator[SampleBlock]:
    keys = [] if clock is None or header.time is None else [header.time]
    placer: Placer = Counting() if clock is None else Timed(header.table.path.name, clock)
    rows = read_rows(header.table, keys + taken)
    size = samples_per_block(info.rate_hz, info.n_channels)
    return to_blocks(info, split(rows, placer, len(keys), size), plain_scaling(info))


def _clock(header: TextHeader) -> Clock | None:
    if header.time is None:
        return None
    parts = islice(read_rows(header.table, [header.time]), 1)
    times: list[NDArray[np.float64]] = [part.values[:, 0] for part in parts]
    if not times:
        raise InputError(f"{header.table.path.name} has no row of numbers under its header.")
    return clock_of(times[0], header.time_unit_s, header.rate_hz)


def _rate_hz(header: TextHeader, clock: Clock | None, options: ReadOptions) -> float:
    if options.rate_hz is not None:
        return options.rate_hz
    if clock is not None:
        return clock.rate_hz
    if header.rate_hz is not None:
        return header.rate_hz
    where = (
        "" if header.time is None else f" (column {_name(header, header.time)!r} does not tell it)"
    )
    raise MissingFactError(
        f"{header.table.path.name} does not say its sampling rate{where}.", "--rate"
    )


def _name(header: TextHeader, column: int) -> str:
    found: Column = header.columns[column]
    return found.name
