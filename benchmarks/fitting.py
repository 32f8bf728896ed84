"""A scorecard fitted to examples: penalised, calibrated on folds that were not fitted, written as text.

Shared by `train_potentials` and `train_bursts`; the hash in a card is that of the script and this file.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy.case import Array
from benchmarks.accuracy.material import DATA
from fasciscope.classifier.features import Feature

SEED = 2026
KNOTS = 7
SMOOTH, RIDGE = 3.0, 0.3
STIFF = 1e6
"""Weight of a step against a feature's direction: none is left (asymmetric penalty, Eilers 2005)."""
FOLDS = 5
CALIBRATION_KNOTS = 25


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What is weighed: features (n, n_features), is it true, whose session, which suite, weight (n,)."""

    values: Array
    true: np.ndarray
    group: np.ndarray
    suite: np.ndarray
    weights: Array


@dataclass(frozen=True, slots=True)
class Making:
    """Who makes a card, of what: script, opening remark, suites with their seeds, recordings, note."""

    script: Path
    remark: str
    seeds: dict[str, int]
    recordings: Sequence[str]
    kind: str  # what the true ones are
    note: str
    knots: int = KNOTS
    smooth: float = SMOOTH

    @property
    def name(self) -> str:
        """As a path from the top."""
        return f"benchmarks/{self.script.name}"


def knots_of(values: Array, true: np.ndarray, most: int = KNOTS) -> Array:
    """Up to `most` rising values of a feature (n,), at quantiles of what differs.

    Where the true ones are far more than others, and most are clear, both sides count alike as a whole,
    so that knots lie where there is something to tell.
    """
    weights = np.where(true, 0.5 / max(true.sum(), 1), 0.5 / max((~true).sum(), 1))
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    places = np.searchsorted(share, np.linspace(0.01, 0.99, most))
    spread = np.unique(values[order[np.minimum(places, len(values) - 1)]].round(4))
    return spread if len(spread) > 1 else np.array([spread[0], spread[0] + 1.0])


def hats(values: Array, knots: Array) -> Array:
    """(n, n_knots) how much each knot counts for each value: rows add up to 1."""
    return np.stack([np.interp(values, knots, row) for row in np.eye(len(knots))], axis=1)


def design(values: Array, knots: list[Array]) -> Array:
    """(n, 1 + all knots)."""
    parts = [hats(values[:, k], own) for k, own in enumerate(knots)]
    return np.concatenate([np.ones((len(values), 1)), *parts], axis=1)


def penalty(knots: list[Array], smooth: float = SMOOTH) -> Array:
    """Curvature of each feature's points, and their size."""
    size = 1 + sum(map(len, knots))
    whole = np.zeros((size, size))
    at = 1
    for own in knots:
        n = len(own)
        bend = np.diff(np.eye(n), 2, axis=0) if n > 2 else np.zeros((0, n))
        whole[at : at + n, at : at + n] = smooth * bend.T @ bend + RIDGE * np.eye(n)
        at += n
    return whole


def steps(knots: list[Array], directions: Sequence[int]) -> Array:
    """(n_steps, 1 + all knots) the steps that must not be negative, of features with a direction."""
    size = 1 + sum(map(len, knots))
    rows, at = [np.zeros((0, size))], 1
    for own, direction in zip(knots, directions, strict=True):
        if direction:
            mine = np.zeros((len(own) - 1, size))
            mine[:, at : at + len(own)] = direction * np.diff(np.eye(len(own)), axis=0)
            rows.append(mine)
        at += len(own)
    return np.concatenate(rows)


def fitted(
    matrix: Array, true: np.ndarray, weights: Array, ridge: Array, rising: Array | None = None
) -> Array:
    """Penalised logistic regression by Newton's method (iteratively reweighted least squares).

    Steps `rising` (n_steps, n_columns) that come out negative are penalised until they are not.
    """
    points = np.zeros(matrix.shape[1])
    held = ridge
    for _ in range(50):
        if rising is not None:
            against = rising[rising @ points < 0]
            held = ridge + STIFF * against.T @ against
        chance = 1 / (1 + np.exp(-matrix @ points))
        slope = matrix.T @ (weights * (true - chance)) - held @ points
        curve = matrix.T @ (matrix * (weights * chance * (1 - chance))[:, None]) + held
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(points)), slope)
        points += step
        if np.abs(step).max() < 1e-8:
            break
    return points


def folds_of(group: np.ndarray) -> np.ndarray:
    """(n,) the fold of each example, by chance, whole groups together."""
    rng = np.random.default_rng(SEED)
    fold: np.ndarray = rng.integers(FOLDS, size=group.max() + 1)[group]
    return fold


def held_out(
    examples: Examples,
    knots: list[Array],
    directions: Sequence[int] = (),
    fold_of: np.ndarray | None = None,
    smooth: float = SMOOTH,
) -> Array:
    """Scores (n,) of each example by a fit to other groups' folds."""
    fold_of = folds_of(examples.group) if fold_of is None else fold_of
    matrix, ridge = design(examples.values, knots), penalty(knots, smooth)
    weights = examples.weights
    rising = steps(knots, directions) if any(directions) else None
    scores = np.zeros(len(matrix))
    for fold in np.unique(fold_of):
        rest = fold_of != fold
        points = fitted(matrix[rest], examples.true[rest], weights[rest], ridge, rising)
        scores[~rest] = matrix[~rest] @ points
    return scores


def calibrated(scores: Array, true: np.ndarray, weights: Array) -> tuple[Array, Array]:
    """Scores (rising) and probabilities: a logistic curve through held-out scores (Platt 1999)."""
    slope = fitted(
        np.stack([np.ones_like(scores), scores], axis=1), true, weights, np.zeros((2, 2))
    )
    low, high = (float(np.quantile(scores, share)) for share in (0.002, 0.998))
    at = np.linspace(low, high, CALIBRATION_KNOTS)
    return at, 1 / (1 + np.exp(-(slope[0] + slope[1] * at)))


def centred(points: Array, knots: list[Array], values: Array) -> tuple[float, list[Array]]:
    """The start, and each feature's points so that they are 0 on average."""
    intercept, at, parts = float(points[0]), 1, []
    for k, own in enumerate(knots):
        mine = points[at : at + len(own)]
        mean = float(np.interp(values[:, k], own, mine).mean())
        parts.append(mine - mean)
        intercept, at = intercept + mean, at + len(own)
    return intercept, parts


def card_text(examples: Examples, features: Sequence[Feature[Any]], making: Making) -> str:
    """The scorecard's file."""
    columns = examples.values.T
    knots = [knots_of(column, examples.true, making.knots) for column in columns]
    directions = [feature.direction for feature in features]
    scores = held_out(examples, knots, directions, smooth=making.smooth)
    weights = examples.weights
    at, share = calibrated(scores, examples.true, weights)
    rising = steps(knots, directions) if any(directions) else None
    ridge = penalty(knots, making.smooth)
    points = fitted(design(examples.values, knots), examples.true, weights, ridge, rising)
    intercept, parts = centred(points, knots, examples.values)
    lines = [*_head(examples, making, intercept, at, share)]
    for feature, own, mine in zip(features, knots, parts, strict=True):
        lines += [
            "",
            "[[feature]]",
            f'feature = "{feature.name}"',
            f'unit = "{feature.unit}"',
            f"knots = {_list(own)}",
            f"points = {_list(_straight(mine, feature.direction))}",
        ]
    return "\n".join(lines) + "\n"


def _straight(points: Array, direction: int) -> Array:
    """What the penalty left of steps against the direction is rounding: taken out."""
    if not direction:
        return points
    level: Array = direction * np.maximum.accumulate(direction * points)
    return level


def _head(
    examples: Examples, making: Making, intercept: float, at: Array, share: Array
) -> list[str]:
    return [
        f"# {making.remark}; made by {making.name}.",
        'version = "1"',
        f"intercept = {intercept:.4f}",
        f"scores = {_list(at)}",
        f"probabilities = {_list(share)}",
        "",
        "[origin]",
        f'made_by = "{making.name}"',
        f'script_sha256 = "{script_sha256(making.script)}"',
        f'seed = "{SEED}"',
        "suites = [" + ", ".join(f'"{name} x {n}"' for name, n in making.seeds.items()) + "]",
        "recordings = [",
        *(f'  "{sha256(DATA / file)[:16]} {file}",' for file in making.recordings),
        "]",
        f'examples = "{len(examples.true)}, of which {int(examples.true.sum())} {making.kind}"',
        f'note = "{making.note}"',
    ]


def script_sha256(script: Path) -> str:
    """Of the script and of this file, one after the other."""
    return hashlib.sha256(script.read_bytes() + Path(__file__).read_bytes()).hexdigest()


def sha256(path: Path) -> str:
    """Of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _list(values: Array | list[float]) -> str:
    return "[" + ", ".join(f"{float(v):.4f}" for v in values) + "]"
