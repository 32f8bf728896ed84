"""BioSPPy's simple text: four lines of remarks, then columns of raw counts.

The format names no gain, so the unit must be given. Source: `biosppy.storage.store_txt`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fasciscope.core import (
    InputError,
    MissingFactError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
)
from fasciscope.datasets.counts import Scaling, samples_per_block, to_blocks
from fasciscope.datasets.delimited import CUT_NOTE
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.placing import Counting, split
from fasciscope.datasets.select import Column, channel_infos, choose, left_out
from fasciscope.datasets.text_lines import TextTable, ends_cut, head_lines, is_comment, read_rows

_FACT = re.compile(r"^#\s*(Sampling Rate|Resolution|Labels)\b.*?:=\s*(.*?)\s*$", re.IGNORECASE)


def open_biosppy(path: Path, options: ReadOptions) -> Recording:
    """Open a simple text of BioSPPy; its first 256 KiB are read.

    Raises InputError for a damaged file (later, from the blocks, with the line's number),
    MissingFactError where the unit, or in a file without it the rate, is not given.
    """
    lines = head_lines(path)
    facts = {m[1].lower(): m[2] for line in lines[:20] if (m := _FACT.match(line))}
    first = next((n for n, line in enumerate(lines) if not is_comment(line)), None)
    if first is None:
        raise InputError(f"{path.name} has no sample. Was the recording stored whole?")
    n_columns = len(lines[first].rstrip("\t").split("\t"))
    table = TextTable(path, first, "\t", n_columns)
    names = [name.strip() for name in facts.get("labels", "").split("\t")]
    if len(names) != n_columns:
        names = [f"ch{i + 1}" for i in range(n_columns)]
    columns = [Column(name) for name in names]
    chosen = choose(columns, options)
    channels = channel_infos([columns[i] for i in chosen], options)
    sizes = [c.uv_per_count for c in channels if c.uv_per_count is not None]
    info = StreamInfo(
        device="BioSPPy",
        rate_hz=_rate_hz(path, facts, options),
        channels=channels,
        resolution_uv=max(sizes, default=None) if facts.get("resolution") else None,
    )
    scaling = _scaling(info, facts.get("resolution", ""))

    def blocks() -> Iterator[SampleBlock]:
        size = samples_per_block(info.rate_hz, info.n_channels)
        return to_blocks(info, split(read_rows(table, chosen), Counting(), 0, size), scaling)

    notes = left_out(columns, chosen, options) + ((CUT_NOTE,) if ends_cut(table) else ())
    return Recording(info, blocks, Provenance(str(path), "BioSPPy text", notes=notes))


def _rate_hz(path: Path, facts: dict[str, str], options: ReadOptions) -> float:
    if options.rate_hz is not None:
        return options.rate_hz
    try:
        return float(facts["sampling rate"])
    except (KeyError, ValueError):
        raise MissingFactError(f"{path.name} does not say its sampling rate.", "--rate") from None


def _scaling(info: StreamInfo, resolution: str) -> Scaling:
    """Rails of a converter of so many bits, none where the bits are not told."""
    gain = np.array([channel.uv_per_count or 1.0 for channel in info.channels])
    bits = int(resolution) if resolution.isdecimal() and len(resolution) < 3 else 0
    low, high = (0.0, 2.0**bits - 1) if bits else (-np.inf, np.inf)
    return Scaling(gain, np.zeros(len(gain)), np.full(len(gain), low), np.full(len(gain), high))
