"""What every reader of sampled arrays shares: columns to a recording, read piece by piece."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import (
    Annotation,
    InputError,
    MissingFactError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
    UnsupportedError,
    block_with_nan_flagged,
)
from fasciscope.datasets.counts import samples_per_block
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.select import Column, channel_infos, choose, left_out

Read = Callable[[int, int, list[int]], NDArray[np.float64]]
"""(start, stop, columns) to values (stop - start, n_columns) in the columns' own units."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A contiguous run of a file: `n_samples` stored samples that begin at sample `first_sample`."""

    first_sample: int
    n_samples: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """An open file: what it says of itself and how to read it.

    `read` counts stored samples from 0 across all `stretches`; jumps between stretches are gaps.
    `uv_per_step` is the size of one count in microvolts by column, None where unknown. Rates of
    columns may differ; those chosen must share one (`select.choose`).
    """

    format: str
    device: str
    columns: list[Column]
    stretches: Callable[[int], list[Stretch]]  # of a column
    read: Read
    annotations: tuple[Annotation, ...] = ()
    notes: tuple[str, ...] = ()
    start_time: str | None = None
    uv_per_step: tuple[float | None, ...] = ()
    bandwidth_hz: tuple[float, float] | None = None


def whole(n_samples: int) -> Callable[[int], list[Stretch]]:
    """One contiguous run from sample 0, for every column."""
    return lambda _column: [Stretch(0, n_samples)]


def recording_of(path: Path, source: Sampled, options: ReadOptions) -> Recording:
    """A recording of the EMG columns of an open file.

    Raises MissingFactError where rate, unit or channels are neither in the file nor in `options`,
    InputError where it holds no samples.
    """
    chosen = choose(source.columns, options)
    channels = channel_infos([source.columns[i] for i in chosen], options)
    rate_hz = options.rate_hz or source.columns[chosen[0]].rate_hz
    if rate_hz is None:
        raise MissingFactError(f"{path.name} does not say its sampling rate.", "--rate")
    steps = [source.uv_per_step[i] for i in chosen if source.uv_per_step]
    known = [step for step in steps if step is not None]
    info = StreamInfo(
        device=source.device,
        rate_hz=float(rate_hz),
        channels=channels,
        bandwidth_hz=source.bandwidth_hz,
        resolution_uv=max(known) if known and len(known) == len(chosen) else None,
    )
    stretches = source.stretches(chosen[0])
    if sum(s.n_samples for s in stretches) == 0:
        raise InputError(f"{path.name} holds no samples. Was it copied whole?")
    scale = np.array([c.uv_per_count or 1.0 for c in channels])
    size = samples_per_block(info.rate_hz, len(chosen))

    def blocks() -> Generator[SampleBlock, None, None]:
        stored = 0
        for stretch in stretches:
            for at in range(0, stretch.n_samples, size):
                n = min(size, stretch.n_samples - at)
                values = source.read(stored + at, stored + at + n, chosen)
                with np.errstate(over="ignore", invalid="ignore"):  # strangers' floats
                    uv = np.asarray(values, dtype=np.float64) * scale
                yield block_with_nan_flagged(info, stretch.first_sample + at, uv)
            stored += stretch.n_samples

    notes = source.notes + left_out(source.columns, chosen, options)
    ratio = (source.columns[chosen[0]].rate_hz or info.rate_hz) / info.rate_hz
    marks = tuple(
        replace(m, onset_s=m.onset_s * ratio, duration_s=m.duration_s * ratio)
        for m in source.annotations
    )
    end = stretches[-1].first_sample + stretches[-1].n_samples
    provenance = Provenance(str(path), source.format, source.start_time, notes)
    return Recording(info, blocks, provenance, marks, end)


def needs(library: str, what: str) -> UnsupportedError:
    """The error where an optional library is missing."""
    return UnsupportedError(
        f'{what} files are read with {library}, which is not installed: pip install "fasciscope[formats]".'
    )
