"""Train the scorecard of brief potentials on the develop part of the benchmark, and write it.

`python -m benchmarks.train_potentials [--share N] [--out FILE]`. The same code, seed and recordings give
the same file, byte for byte. Groups of the cross-validation are whole sessions; each suite weighs alike
at most. Never touches the test part.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks import fitting
from benchmarks.accuracy.case import Array, Case, Part
from benchmarks.accuracy.material import HEARTS, HELD, MOVING, REST
from benchmarks.accuracy.ours import chain_gives
from benchmarks.accuracy.score import TOLERANCE_S
from benchmarks.accuracy.suites import SUITES
from benchmarks.fitting import Examples, Making
from fasciscope.classifier.features import FEATURES
from fasciscope.classifier.rules import first_match
from fasciscope.classifier.trainedmodel import CARD, CERTAIN
from fasciscope.core import Label, Potential

SEEDS = {
    "placed": 6,
    "lively": 4,
    "coarse": 2,
    "rest": 1,
    "movement": 1,
    "disturbed": 6,
    "tonic": 2,
    "jerks": 4,
    "contraction": 6,
    "cramp": 4,
    "mixed": 60,
    "sustained": 20,
    "rhythms": 6,
}


def weights_of(suite: np.ndarray) -> Array:
    """(n,) so that no suite counts more than another of twice the median's size."""
    counts = np.maximum(np.bincount(suite, minlength=len(SEEDS)), 1)
    most = 2 * np.median(counts)
    weights: Array = np.minimum(1.0, most / counts)[suite]
    return weights


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
            for potential in chain_gives(case.recording, Potential):
                right = truth_of(case, potential)
                if right is None or first_match(CERTAIN, potential) is not None:
                    continue
                rows.append([feature.of(potential) for feature in FEATURES])
                true.append(right)
                group.append(session)
                suites.append(number)
    suite = np.array(suites)
    return Examples(np.array(rows), np.array(true), np.array(group), suite, weights_of(suite))


def card_text(examples: Examples) -> str:
    """The scorecard's file."""
    return fitting.card_text(examples, FEATURES, MAKING)


def recordings() -> list[str]:
    """The files of the develop part."""
    used = {s.file for s in (*REST, *MOVING, *HELD) if s.part is Part.DEVELOP}
    used |= {file for part, file, _ in HEARTS if part is Part.DEVELOP}
    used |= {f"muap/{name}.npz" for name in ("vl_hdsemg_openhdemg_muaps", "surface_single_units")}
    return sorted(used)


MAKING = Making(
    Path(__file__),
    "Points of each feature of a brief potential",
    SEEDS,
    recordings(),
    "fasciculations",
    "Develop part of the benchmark: composed and synthetic, no patients.",
    knots=12,
    smooth=1.0,  # the best on stretches of rest that it was not fitted to
)


def main() -> None:
    """Collect, train, write, and tell the held-out figures."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.train_potentials", description=__doc__)
    ask.add_argument("--share", type=int, default=1, help="divide the seeds by this, for a trial")
    ask.add_argument("--out", type=Path, default=CARD)
    given = ask.parse_args()
    given.out.write_text(card_text(collect(given.share)), encoding="utf-8")


if __name__ == "__main__":
    main()
