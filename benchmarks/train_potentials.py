"""Train the scorecard of brief potentials on the develop part of the benchmark, and write it.

`python -m benchmarks.train_potentials [--share N] [--out FILE]`. The same code, seed and recordings give
the same file, byte for byte. Groups of the cross-validation are whole sessions; each suite weighs alike
at most. Never touches the test part.
"""

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.accuracy.case import Array, Case, Part
from benchmarks.accuracy.material import DATA, HEARTS, HELD, MOVING, REST
from benchmarks.accuracy.score import TOLERANCE_S
from benchmarks.accuracy.suites import SUITES
from fasciscope.classifier.features import FEATURES
from fasciscope.classifier.rules import first_match
from fasciscope.classifier.trainedmodel import CARD, CERTAIN
from fasciscope.core import Label, Potential
from fasciscope.dsp import Chain

SEEDS = {
    "placed": 6,
    "lively": 4,
    "coarse": 8,
    "rest": 1,
    "movement": 1,
    "disturbed": 6,
    "contraction": 6,
    "cramp": 4,
    "mixed": 60,
    "sustained": 20,
    "rhythms": 6,
}
SEED = 2026
KNOTS = 12
SMOOTH, RIDGE = 1.0, 0.3  # the best on stretches of rest that it was not fitted to
FOLDS = 5
CALIBRATION_KNOTS = 25


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Potentials that are weighed: features (n, n_features), are they true, whose session, which suite."""

    values: Array
    true: np.ndarray
    group: np.ndarray
    suite: np.ndarray

    @property
    def weights(self) -> Array:
        """(n,) so that no suite counts more than another of twice the median's size."""
        counts = np.maximum(np.bincount(self.suite, minlength=len(SEEDS)), 1)
        most = 2 * np.median(counts)
        weights: Array = np.minimum(1.0, most / counts)[self.suite]
        return weights


def potentials(case: Case) -> Iterator[Potential]:
    """What the chain gives of a case."""
    chain = Chain(case.recording.info)
    for block in case.recording.blocks():
        yield from (a for a in chain.push(block) if isinstance(a, Potential))
    yield from (a for a in chain.finish() if isinstance(a, Potential))


def truth_of(case: Case, potential: Potential) -> bool | None:
    """Is it a fasciculation? None where nobody can be asked."""
    rate_hz = case.truth.rate_hz
    near = [
        e
        for e in case.truth.of(Label.FASCICULATION, potential.channel)
        if abs(e.peak_sample - potential.peak_sample) <= TOLERANCE_S * rate_hz
    ]
    if any(not e.optional for e in near):
        return True
    return None if near else False


def collect(share: int = 1) -> Examples:
    """Run every suite of the develop part; `share` divides the seeds, for tests."""
    rows, true, group, suites = [], [], [], []
    session = 0
    for number, (name, seeds) in enumerate(SEEDS.items()):
        for case in SUITES[name].make(Part.DEVELOP, range(max(1, seeds // share))):
            session += 1
            for potential in potentials(case):
                right = truth_of(case, potential)
                if right is None or first_match(CERTAIN, potential) is not None:
                    continue
                rows.append([feature.of(potential) for feature in FEATURES])
                true.append(right)
                group.append(session)
                suites.append(number)
    return Examples(np.array(rows), np.array(true), np.array(group), np.array(suites))


def knots_of(values: Array, true: np.ndarray) -> Array:
    """Up to KNOTS rising values of a feature (n,), at quantiles of what differs.

    Fasciculations are far more than others, and most are clear: both count alike as a whole, so that knots
    lie where there is something to tell.
    """
    weights = np.where(true, 0.5 / max(true.sum(), 1), 0.5 / max((~true).sum(), 1))
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    places = np.searchsorted(share, np.linspace(0.01, 0.99, KNOTS))
    spread = np.unique(values[order[np.minimum(places, len(values) - 1)]].round(4))
    return spread if len(spread) > 1 else np.array([spread[0], spread[0] + 1.0])


def hats(values: Array, knots: Array) -> Array:
    """(n, n_knots) how much each knot counts for each value: rows add up to 1."""
    return np.stack([np.interp(values, knots, row) for row in np.eye(len(knots))], axis=1)


def design(values: Array, knots: list[Array]) -> Array:
    """(n, 1 + all knots)."""
    parts = [hats(values[:, k], own) for k, own in enumerate(knots)]
    return np.concatenate([np.ones((len(values), 1)), *parts], axis=1)


def penalty(knots: list[Array]) -> Array:
    """Curvature of each feature's points, and their size."""
    size = 1 + sum(map(len, knots))
    whole = np.zeros((size, size))
    at = 1
    for own in knots:
        n = len(own)
        bend = np.diff(np.eye(n), 2, axis=0) if n > 2 else np.zeros((0, n))
        whole[at : at + n, at : at + n] = SMOOTH * bend.T @ bend + RIDGE * np.eye(n)
        at += n
    return whole


def fitted(matrix: Array, true: np.ndarray, weights: Array, ridge: Array) -> Array:
    """Penalised logistic regression by Newton's method (iteratively reweighted least squares)."""
    points = np.zeros(matrix.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-matrix @ points))
        slope = matrix.T @ (weights * (true - chance)) - ridge @ points
        curve = matrix.T @ (matrix * (weights * chance * (1 - chance))[:, None]) + ridge
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(points)), slope)
        points += step
        if np.abs(step).max() < 1e-8:
            break
    return points


def held_out(examples: Examples, knots: list[Array]) -> Array:
    """Scores (n,) of each example by a fit to other sessions' folds."""
    rng = np.random.default_rng(SEED)
    fold_of = rng.integers(FOLDS, size=examples.group.max() + 1)[examples.group]
    matrix, ridge, weights = design(examples.values, knots), penalty(knots), examples.weights
    scores = np.zeros(len(matrix))
    for fold in range(FOLDS):
        rest = fold_of != fold
        points = fitted(matrix[rest], examples.true[rest], weights[rest], ridge)
        scores[~rest] = matrix[~rest] @ points
    return scores


def calibrated(scores: Array, true: np.ndarray, weights: Array) -> tuple[Array, Array]:
    """Scores (rising) and probabilities: a logistic curve through held-out scores (Platt 1999)."""
    slope = fitted(
        np.stack([np.ones_like(scores), scores], axis=1), true, weights, np.zeros((2, 2))
    )
    at = np.linspace(*np.quantile(scores, [0.002, 0.998]), CALIBRATION_KNOTS)
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


def card_text(examples: Examples) -> str:
    """The scorecard's file."""
    knots = [knots_of(examples.values[:, k], examples.true) for k in range(len(FEATURES))]
    scores = held_out(examples, knots)
    weights = examples.weights
    at, share = calibrated(scores, examples.true, weights)
    points = fitted(design(examples.values, knots), examples.true, weights, penalty(knots))
    intercept, parts = centred(points, knots, examples.values)
    lines = [
        "# Points of each feature of a brief potential; made by benchmarks/train_potentials.py.",
        'version = "1"',
        f"intercept = {intercept:.4f}",
        f"scores = {_list(at)}",
        f"probabilities = {_list(share)}",
        "",
        "[origin]",
        'made_by = "benchmarks/train_potentials.py"',
        f'script_sha256 = "{_sha256(Path(__file__))}"',
        f'seed = "{SEED}"',
        "suites = [" + ", ".join(f'"{name} x {n}"' for name, n in SEEDS.items()) + "]",
        "recordings = [",
        *(f'  "{_sha256(DATA / file)[:16]} {file}",' for file in recordings()),
        "]",
        f'examples = "{len(examples.true)}, of which {int(examples.true.sum())} fasciculations"',
        'note = "Develop part of the benchmark: composed and synthetic, no patients."',
    ]
    for feature, own, mine in zip(FEATURES, knots, parts, strict=True):
        lines += [
            "",
            "[[feature]]",
            f'feature = "{feature.name}"',
            f'unit = "{feature.unit}"',
            f"knots = {_list(own)}",
            f"points = {_list(mine)}",
        ]
    return "\n".join(lines) + "\n"


def recordings() -> list[str]:
    """The files of the develop part."""
    used = {s.file for s in (*REST, *MOVING, *HELD) if s.part is Part.DEVELOP}
    used |= {file for part, file, _ in HEARTS if part is Part.DEVELOP}
    used |= {f"muap/{name}.npz" for name in ("vl_hdsemg_openhdemg_muaps", "surface_single_units")}
    return sorted(used)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _list(values: Array | list[float]) -> str:
    return "[" + ", ".join(f"{float(v):.4f}" for v in values) + "]"


def main() -> None:
    """Collect, train, write, and tell the held-out figures."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.train_potentials", description=__doc__)
    ask.add_argument("--share", type=int, default=1, help="divide the seeds by this, for a trial")
    ask.add_argument("--out", type=Path, default=CARD)
    given = ask.parse_args()
    given.out.write_text(card_text(collect(given.share)), encoding="utf-8")


if __name__ == "__main__":
    main()
