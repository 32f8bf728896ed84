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


def packed(rows: NDArray[np.uint8], count: int, width: int) -> NDArray[np.int64]:
    """(n, count) unsigned integers of `width` bits, one after another, the highest bit first."""
    bits = np.unpackbits(rows, axis=1)[:, : count * width].reshape(len(rows), count, width)
    places = np.int64(1) << np.arange(width - 1, -1, -1)
    values: NDArray[np.int64] = bits @ places
    return values


def to_packed(values: NDArray[np.integer], width: int) -> NDArray[np.uint8]:
    """Bytes (n, k * width / 8, rounded up) of (n, k) integers, their lowest `width` bits each."""
    bits = (np.asarray(values, np.int64)[:, :, None] >> np.arange(width - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8).reshape(len(values), values.shape[1] * width), axis=1)
