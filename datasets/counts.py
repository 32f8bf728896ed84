"""From a converter's counts to blocks: scale, rails and missing samples, the same for every reader."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Flag, InputError, SampleBlock, StreamInfo

RAIL_RUN = 3
"""Counts in a row at the rail that make clipping: files fitted to their extremes touch it once."""

BLOCK_S = 2.0
BLOCK_COUNTS = 1 << 20
"""A block is 2 s long, but never more than a million counts."""

Counts = NDArray[np.int32] | NDArray[np.float64]
Piece = tuple[int, Counts]
"""The first sample's number and contiguous counts, (n_samples, n_channels)."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """How counts become microvolts; every array is (n_channels,).

    ``uv = counts * gain_uv + offset_uv``. Counts equal to `low` or `high` (in the type of the
    counts) are at the converter's rail. `invalid` is the count that stands for "no sample", if any.
    """

    gain_uv: NDArray[np.float64]
    offset_uv: NDArray[np.float64]
    low: NDArray[Any]
    high: NDArray[Any]
    invalid: NDArray[np.int32] | None = None


def samples_per_block(rate_hz: float, n_channels: int) -> int:
    """How many samples a block has: `BLOCK_S`, fewer where channels are many; even, 2 or more."""
    wanted = min(int(BLOCK_S * rate_hz), BLOCK_COUNTS // n_channels)
    return max(2, wanted // 2 * 2)


def integers(
    raw: bytearray, offset: int, shape: tuple[int, int], row_bytes: int, width: int
) -> NDArray[np.int32]:
    """Little-endian integers of `width` 2, 3 or 4 bytes from `raw`: `shape` (rows, numbers).

    Rows are `row_bytes` apart. `offset` counts from the second byte of `raw`: the first is padding, so
    that a 24-bit number is the upper part of the 4 bytes that end with it, and a shift carries its sign.
    """
    if width == 3:
        words: NDArray[np.int32] = np.ndarray(
            shape, dtype="<i4", buffer=raw, offset=offset, strides=(row_bytes, 3)
        )
        return words >> 8
    return np.ndarray(
        shape, dtype=f"<i{width}", buffer=raw, offset=offset + 1, strides=(row_bytes, width)
    )


def read_exactly(handle: BinaryIO, at: int, n_bytes: int) -> bytearray:
    """`n_bytes` from byte `at` on, behind one byte of padding (see `integers`).

    Raises InputError where the file has become shorter since it was opened, or cannot be read.
    """
    raw = bytearray(1 + n_bytes)
    try:
        handle.seek(at)
        got = handle.readinto(memoryview(raw)[1:])  # type: ignore[attr-defined]
    except OSError as error:
        raise InputError(f"{handle.name} cannot be read: {error.strerror}.") from error
    if got != n_bytes:
        raise InputError(
            f"{handle.name} ends at byte {at + got}, where it had more when it was opened. "
            f"Do not write to a recording while it is read."
        )
    return raw


def to_blocks(
    info: StreamInfo, pieces: Generator[Piece, None, None], scaling: Scaling
) -> Iterator[SampleBlock]:
    """Blocks in microvolts with `Flag.CLIPPED` and `Flag.MISSING` set; closes `pieces` at the end.

    A run of `RAIL_RUN` counts at the rail is clipped wherever blocks are cut: one piece is held back
    until the next is known.
    """
    with closing(pieces):
        tail: Piece | None = None
        held: Piece | None = None
        for piece in chain(pieces, (None,)):
            if held is not None:
                yield _block(info, held, scaling, _rows(tail, held, -2), _rows(held, piece, 2))
            tail, held = held, piece


def _rows(before: Piece | None, after: Piece | None, n: int) -> Counts | None:
    """Up to two counts on the other side of a cut: the last of `before` (n < 0), the first of `after`."""
    if before is None or after is None or before[0] + len(before[1]) != after[0]:
        return None
    return before[1][n:] if n < 0 else after[1][:n]


def _block(
    info: StreamInfo, piece: Piece, scaling: Scaling, before: Counts | None, after: Counts | None
) -> SampleBlock:
    first_sample, counts = piece
    with np.errstate(over="ignore", invalid="ignore"):  # floats from strangers; they become MISSING
        uv = counts * scaling.gain_uv
        uv += scaling.offset_uv
    flags = _clipped(counts, scaling, before, after)
    missing = _missing(counts, uv, scaling)
    if missing is not None:
        uv[missing] = 0.0
        flags = np.zeros(uv.shape, np.uint8) if flags is None else flags
        flags[missing] = int(Flag.MISSING)
    return SampleBlock(info, first_sample, uv, flags)


def _missing(counts: Counts, uv: NDArray[np.float64], scaling: Scaling) -> NDArray[np.bool_] | None:
    if scaling.invalid is not None:
        missing = counts == scaling.invalid
    elif counts.dtype.kind == "f":
        missing = ~np.isfinite(uv)
    else:
        return None
    return missing if missing.any() else None


def _clipped(
    counts: Counts, scaling: Scaling, before: Counts | None, after: Counts | None
) -> NDArray[np.uint8] | None:
    """Flags of the samples that lie in a run at the rail, None where there is none."""
    here = _at_rail(counts, scaling)
    if not here.any():
        return None
    none = counts[:0]
    left = _at_rail(none if before is None else before, scaling)
    right = _at_rail(none if after is None else after, scaling)
    runs = _long_runs(np.concatenate((left, here, right)))[len(left) : len(left) + len(here)]
    return np.where(runs, np.uint8(Flag.CLIPPED), np.uint8(0)) if runs.any() else None


def _at_rail(counts: Counts, scaling: Scaling) -> NDArray[np.bool_]:
    at_rail: NDArray[np.bool_] = (counts == scaling.low) | (counts == scaling.high)
    if scaling.invalid is not None:
        at_rail &= counts != scaling.invalid
    return at_rail


def _long_runs(at_rail: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True where a sample is one of `RAIL_RUN` or more true ones in a row."""
    runs = np.zeros_like(at_rail)
    n = len(at_rail) - RAIL_RUN + 1
    if n < 1:
        return runs
    starts = at_rail[:n].copy()
    for lag in range(1, RAIL_RUN):
        starts &= at_rail[lag : lag + n]
    for lag in range(RAIL_RUN):
        runs[lag : lag + n] |= starts
    return runs
