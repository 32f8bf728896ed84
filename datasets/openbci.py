"""Raw text of the OpenBCI GUI: versions 2 to 4 (rows of numbers) and 5 on (a line of column names).

Rows begin with the board's sample counter, which wraps: 0-255 on Cyton, 0-200 on Ganglion as the GUI
writes it, 0-100 with two rows a value from BrainFlow, even numbers only with Daisy. The counter's
pattern is learned from the first rows, and lost samples are gaps; whole lost cycles are told by the
computer's clock at the end of the row. Values are microvolts.
Sources: OpenBCI GUI 2-5 (`DataWriterODF.pde`), the OpenBCI data format documentation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from fasciscope.datasets.counts import samples_per_block, to_blocks
from fasciscope.datasets.delimited import CUT_NOTE, plain_scaling
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.placing import Counter, Indexed, split
from fasciscope.datasets.select import Column, channel_infos, choose
from fasciscope.datasets.text_lines import (
    TextTable,
    cells_of,
    ends_cut,
    head_lines,
    is_comment,
    read_rows,
)

TOPS = (100, 200, 255)
"""Where the counters of OpenBCI's boards wrap; a counter beyond the last of them never does."""

NEVER = (1 << 53) - 1

OLD_CHANNELS = {8: 4, 9: 4, 12: 8, 13: 8, 20: 16, 21: 16}
"""Channels by the cells of an old row: counter, channels, 3 of acceleration, and mostly a clock time."""

_CLOCK = re.compile(r"\d{1,2}:\d\d:\d\d(?:\.\d+)?")
_FACT = re.compile(r"^%\s*(Number of channels|Sample Rate|Board)\s*=\s*(.+?)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OpenBciHeader:
    """`clock` are the columns of the computer's clock, `clock_s` the seconds of one unit of each."""

    table: TextTable
    board: str
    rate_hz: float | None
    names: tuple[str, ...]  # of the channels; they stand in columns 1, 2, ...
    clock: tuple[int, ...]
    clock_s: tuple[float, ...]


def open_openbci(path: Path, options: ReadOptions) -> Recording:
    """Open a raw text of the OpenBCI GUI; its first 256 KiB are read.

    Raises InputError for a damaged file (later, from the blocks, with the line's number).
    """
    header = _header(path)
    columns = [Column(name, "uV") for name in header.names]
    chosen = choose(columns, options)
    counter = _counter(header, options.rate_hz)
    info = StreamInfo(
        device=header.board,
        rate_hz=counter.rate_hz if options.rate_hz is None else options.rate_hz,
        channels=channel_infos([columns[i] for i in chosen], options),
    )
    keys, taken = [0, *header.clock], [i + 1 for i in chosen]

    def blocks() -> Iterator[SampleBlock]:
        rows = read_rows(header.table, keys + taken)
        size = samples_per_block(info.rate_hz, info.n_channels)
        pieces = split(rows, Indexed(path.name, counter), len(keys), size)
        return to_blocks(info, pieces, plain_scaling(info))

    notes = (CUT_NOTE,) if ends_cut(header.table) else ()
    return Recording(info, blocks, Provenance(str(path), "OpenBCI text", notes=notes))


def _header(path: Path) -> OpenBciHeader:
    lines = head_lines(path)
    facts = {m[1].lower(): m[2] for line in lines[:100] if (m := _FACT.match(line))}
    rows = [n for n, line in enumerate(lines) if not is_comment(line)]
    named = bool(rows) and lines[rows[0]].lower().startswith("sample index")
    if len(rows) < 1 + named:
        raise InputError(f"{path.name} has no sample. Was the recording stopped at once?")
    first = rows[named]
    cells = cells_of(lines[first], ",")
    names, clock, clock_s = (
        _named(cells_of(lines[rows[0]], ","), path) if named else _unnamed(cells, facts, path)
    )
    # clock times are cut at their colons into hours, minutes, seconds
    colons = not named and bool(clock)
    n_columns = len(cells_of(lines[rows[0]], ",")) + (2 if colons else 0)
    return OpenBciHeader(
        TextTable(path, first, ",", n_columns, colons=colons),
        facts.get("board", "OpenBCI"),
        _rate_hz(facts.get("sample rate", "")),
        names,
        clock,
        clock_s,
    )


def _named(
    cells: list[str], path: Path
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[float, ...]]:
    names = tuple(cell for cell in cells if cell.startswith("EXG"))
    if not names or cells[1 : len(names) + 1] != list(names):
        raise InputError(
            f"{path.name}: the columns {', '.join(cells[:6])} ... do not begin with the sample index "
            f"and EXG channels. Was the file edited?"
        )
    clock = (cells.index("Timestamp"),) if "Timestamp" in cells else ()
    return names, clock, (1.0,) * len(clock)


def _unnamed(
    cells: list[str], facts: dict[str, str], path: Path
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[float, ...]]:
    told = facts.get("number of channels", "")
    n_channels = int(told) if told.isdecimal() else OLD_CHANNELS.get(len(cells), 0)
    if not 1 <= n_channels < len(cells):
        raise InputError(
            f"{path.name}: rows of {len(cells)} cells; the OpenBCI GUI writes "
            f"{', '.join(map(str, OLD_CHANNELS))}, or tells the number of channels. Was it edited?"
        )
    names = tuple(f"EXG Channel {i}" for i in range(n_channels))
    last = len(cells) - 1
    if not _CLOCK.fullmatch(cells[last]):
        return names, (), ()
    return names, (last, last + 1, last + 2), (3600.0, 60.0, 1.0)


def _rate_hz(text: str) -> float | None:
    match = re.match(r"[0-9]+(?:\.[0-9]+)?", text)
    return float(match[0]) if match else None


def _counter(header: OpenBciHeader, told_rate_hz: float | None) -> Counter:
    """The pattern of the counter in the first rows."""
    rate_hz = header.rate_hz or told_rate_hz
    if rate_hz is None:
        raise MissingFactError(
            f"{header.table.path.name} does not say its sampling rate.", "--rate"
        )
    rows = next(islice(read_rows(header.table, [0]), 1), None)
    values: NDArray[np.float64] = np.zeros(1) if rows is None else rows.values[:, 0]
    top = next((top for top in TOPS if np.nanmax(values, initial=0.0) <= top), NEVER)
    counter = Counter(top, rate_hz, clock_s=header.clock_s)
    steps = np.diff(values)
    if not len(steps):
        return counter
    even = bool((values % 2 == 0).all()) and float(np.mean(steps == 2)) > 0.5
    if even:
        return replace(counter, step=2, top=top - top % 2)
    return replace(counter, twins=bool(0.3 < np.mean(steps == 0) < 0.7))
