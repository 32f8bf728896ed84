"""One-to-one matching of found and true times: as many pairs as can be, then the closest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs of indices (found, true) and what was left on either side."""

    pairs: tuple[tuple[int, int], ...]
    found_alone: tuple[int, ...]
    true_alone: tuple[int, ...]


def match_times(found_s: Array, true_s: Array, tolerance_s: float) -> Matching:
    """Match times no further apart than the tolerance: most pairs first, least total distance then.

    The pairs in reach form clusters that nothing connects; each is solved exactly (Hungarian).
    """
    found_s, true_s = np.asarray(found_s, float), np.asarray(true_s, float)
    rows, columns = _in_reach(found_s, true_s, tolerance_s)
    cost = np.abs(found_s[rows] - true_s[columns])
    return assigned(len(found_s), len(true_s), rows, columns, cost)


def _in_reach(found_s: Array, true_s: Array, tolerance_s: float) -> tuple[Integers, Integers]:
    order = np.argsort(true_s, kind="stable")
    # a billionth of a second of grace: 0.015 apart in decimals is 0.015 apart
    reach = tolerance_s + 1e-9
    low = np.searchsorted(true_s[order], found_s - reach, side="left")
    high = np.searchsorted(true_s[order], found_s + reach, side="right")
    counts = high - low
    rows = np.repeat(np.arange(len(found_s)), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, order[np.repeat(low, counts) + offsets]


def assigned(n_found: int, n_true: int, rows: Integers, columns: Integers, cost: Array) -> Matching:
    """The best matching among allowed pairs (rows, columns) of non-negative cost."""
    pairs: Pairs = []
    if len(rows):
        size = n_found + n_true
        graph = csr_array((np.ones(len(rows)), (rows, n_found + columns)), shape=(size, size))
        _, cluster = connected_components(graph, directed=False)
        order = np.argsort(cluster[rows], kind="stable")
        edges = np.flatnonzero(np.diff(cluster[rows][order])) + 1
        for part in np.split(order, edges):
            pairs += _best(rows[part], columns[part], cost[part])
    mine, theirs = {i for i, _ in pairs}, {j for _, j in pairs}
    return Matching(
        tuple(sorted(pairs)),
        tuple(i for i in range(n_found) if i not in mine),
        tuple(j for j in range(n_true) if j not in theirs),
    )


def _best(rows: Integers, columns: Integers, cost: Array) -> Pairs:
    """One cluster: a forbidden pair costs more than all allowed ones together."""
    if len(rows) == 1:
        return [(int(rows[0]), int(columns[0]))]
    mine, row = np.unique(rows, return_inverse=True)
    theirs, column = np.unique(columns, return_inverse=True)
    forbidden = (cost.max() + 1e-6) * (min(len(mine), len(theirs)) + 1)
    table = np.full((len(mine), len(theirs)), forbidden)
    table[row, column] = cost
    chosen = zip(*linear_sum_assignment(table), strict=True)
    return [(int(mine[i]), int(theirs[j])) for i, j in chosen if table[i, j] < forbidden]
