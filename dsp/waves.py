"""Comparing waveforms: are two potentials of the same shape?"""

import numpy as np
from numpy.typing import NDArray

COMPARE_HZ = 1000.0
LAG_S = 0.003


def thumbnail(waveforms: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """(m, n) waveforms as unit vectors at some 1 kHz, for comparing."""
    step = max(1, int(rate_hz / COMPARE_HZ))
    n = waveforms.shape[1] // step
    middle = waveforms.shape[1] // 2 % step  # the peak stays on a kept sample
    small = waveforms[:, middle : middle + (n - 1) * step + 1].reshape(len(waveforms), -1)
    if step > 1:
        kernel_sum = np.zeros((len(waveforms), waveforms.shape[1] + 1))
        np.cumsum(waveforms, axis=1, out=kernel_sum[:, 1:])
        edges = np.maximum(np.arange(n) * step + middle - step // 2, 0)
        edges = np.minimum(edges, waveforms.shape[1] - 1)
        ends = np.minimum(edges + step, waveforms.shape[1])
        small = (kernel_sum[:, ends] - kernel_sum[:, edges]) / step
    small = small - small.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(small, axis=1, keepdims=True)
    unit: NDArray[np.float64] = small / np.where(norm == 0, 1.0, norm)
    return unit


def similarity(
    one: NDArray[np.float64], many: NDArray[np.float64], lag: int
) -> NDArray[np.float64]:
    """Largest correlation of `one` (n,) with each of `many` (m, n) within `lag` samples."""
    best: NDArray[np.float64] = similarities(one[None], many, lag)[0]
    return best


def similarities(
    some: NDArray[np.float64], many: NDArray[np.float64], lag: int
) -> NDArray[np.float64]:
    """Largest correlation of each of `some` (k, n) with each of `many` (m, n) within `lag` samples."""
    k, n = some.shape
    padded = np.zeros((k, n + 2 * lag))
    padded[:, lag : lag + n] = some
    products = shifts(padded, 2 * lag + 1).reshape(-1, n) @ many.T
    best: NDArray[np.float64] = products.reshape(k, 2 * lag + 1, len(many)).max(axis=1)
    return best


def shifts(rows: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """(n_rows, length, n) of (n_rows, n + length - 1): each row from its k-th sample on, for every k."""
    n = rows.shape[1] - length + 1
    # NumPy's sliding_window_view, copied, gives the same; on short rows its setting up takes longer
    shifts = np.empty((len(rows), length, n))
    for k in range(length):
        shifts[:, k] = rows[:, k : k + n]
    return shifts


def lag_samples(rate_hz: float) -> int:
    """The lag tolerance at the thumbnails' rate."""
    step = max(1, int(rate_hz / COMPARE_HZ))
    return max(1, round(LAG_S * rate_hz / step))
