"""Integers of any width in rows of bytes, both ways, many at a time."""

import numpy as np
from numpy.typing import NDArray


def big_endian(rows: NDArray[np.uint8], width: int, *, signed: bool = True) -> NDArray[np.int64]:
    """(n, k) integers of `width` bytes, the highest byte first, from (n, k * width) bytes."""
    parts = rows.reshape(len(rows), rows.shape[1] // width, width).astype(np.int64)
    value = np.zeros(parts.shape[:2], dtype=np.int64)
    for byte in range(width):
        value = (value << 8) | parts[:, :, byte]
    if signed:
        value -= (value >> (8 * width - 1)) << (8 * width)
    return value


def to_big_endian(values: NDArray[np.integer], width: int) -> NDArray[np.uint8]:
    """(n, k * width) bytes of (n, k) integers, the highest byte first."""
    shifts = 8 * np.arange(width - 1, -1, -1)
    parts = (np.asarray(values, dtype=np.int64)[:, :, None] >> shifts) & 0xFF
    return parts.astype(np.uint8).reshape(len(values), parts.shape[1] * width)


def little_endian(rows: NDArray[np.uint8], width: int, *, signed: bool = True) -> NDArray[np.int64]:
    """(n, k) integers of `width` bytes, the lowest byte first, from (n, k * width) bytes."""
    parts = rows.reshape(len(rows), rows.shape[1] // width, width)[:, :, ::-1]
    return big_endian(parts.reshape(rows.shape), width, signed=signed)


def to_little_endian(values: NDArray[np.integer], width: int) -> NDArray[np.uint8]:
    """(n, k * width) bytes of (n, k) integers, the lowest byte first."""
    rows = to_big_endian(values, width)
    return rows.reshape(len(rows), -1, width)[:, :, ::-1].reshape(rows.shape) if len(rows) else rows
