"""Train the scorecard of sustained activity on the develop part of the benchmark, and write it.

`python -m benchmarks.train_bursts [--share N] [--out FILE] [--sources]`. The same code, seed and
recordings give the same file, byte for byte. Groups of the cross-validation are whole subjects where a
contraction is real, whole sessions else; cramps and contractions weigh alike, and so do the suites of
each. `--sources` tells how well a card judges what it was not trained on: whole sources left out. Never
touches the test part.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks import fitting
from benchmarks.accuracy.case import Array, Case, Part
from benchmarks.accuracy.material import HELD, REST
from benchmarks.accuracy.ours import chain_gives
from benchmarks.accuracy.suites import SUITES
from benchmarks.fitting import Examples, Making
from fasciscope.classifier.burst_features import BURST_FEATURES
from fasciscope.classifier.burst_rules import burst_rules
from fasciscope.classifier.cramp import SHORTEST_S, UNSURE
from fasciscope.classifier.rules import first_match
from fasciscope.classifier.sustained import CARD
from fasciscope.core import Burst, Label
from fasciscope.datasets.synth import TruthEvent

SEEDS = {
    "contraction": 6,
    "led": 8,
    "paced": 4,
    "cramp": 6,
    "wayward": 8,
    "mixed": 60,
    "sustained": 60,
    "ramps": 60,
}
REAL = ("contraction", "led", "paced")  # the subject is whose contraction it is
AS_MANY = 200.0
"""What all examples weigh together: those of one recording are not independent."""

OVERLAP = 0.5
STATES = (Label.CRAMP, Label.VOLUNTARY)


def truth_of(case: Case, burst: Burst) -> bool | None:
    """Is it a cramp? None where it is neither a cramp nor a contraction, or only a piece of one."""
    for event in case.truth.events:
        if event.label in STATES and event.channel == burst.channel and _same(event, burst):
            return event.label is Label.CRAMP
    return None


def _same(event: TruthEvent, burst: Burst) -> bool:
    first, end = (event.start_sample, burst.start_sample), (event.end_sample, burst.end_sample)
    return min(end) - max(first) >= OVERLAP * (max(end) - min(first))


def collect(share: int = 1) -> tuple[Examples, list[str]]:
    """Run every suite of the develop part, and say the source of each example.

    `share` divides the seeds, for tests.
    """
    rows, true, group, suites, sources = [], [], [], [], []
    groups: dict[str, int] = {}
    for number, (name, seeds) in enumerate(SEEDS.items()):
        for k, case in enumerate(SUITES[name].make(Part.DEVELOP, range(max(1, seeds // share)))):
            real = name in REAL
            source = f"{case.source}, {name}" if real else case.suite
            mine = groups.setdefault(case.source if real else f"{name} {k}", len(groups))
            rate_hz = case.recording.info.rate_hz
            rules = burst_rules(case.recording.info.n_channels, rate_hz)
            for burst in chain_gives(case.recording, Burst):
                cramp = truth_of(case, burst)
                if cramp is None or burst.duration_s(rate_hz) < SHORTEST_S:
                    continue
                if first_match(rules, burst) is not None:
                    continue
                rows.append([feature.of(burst) for feature in BURST_FEATURES])
                true.append(cramp)
                group.append(mine)
                suites.append(number)
                sources.append(source)
    is_true, suite = np.array(true), np.array(suites)
    weights = weights_of(is_true, suite)
    return Examples(np.array(rows), is_true, np.array(group), suite, weights), sources


def weights_of(true: np.ndarray, suite: np.ndarray) -> Array:
    """(n,) cramps as much as contractions, and of each every suite as much as another."""
    weights = np.zeros(len(true))
    for side in (False, True):
        kinds = np.unique(suite[true == side])
        for kind in kinds:
            mine = (true == side) & (suite == kind)
            weights[mine] = AS_MANY / 2 / len(kinds) / mine.sum()
    return weights


def recordings() -> list[str]:
    """The files of the develop part."""
    used = {s.file for s in (*REST, *HELD) if s.part is Part.DEVELOP}
    used |= {f"muap/{name}.npz" for name in ("vl_hdsemg_openhdemg_muaps", "surface_single_units")}
    return sorted(used)


MAKING = Making(
    Path(__file__),
    "Points of each feature of sustained activity",
    SEEDS,
    recordings(),
    "cramps",
    "Develop part of the benchmark: cramps composed of real units by published figures, and "
    "synthetic ones; contractions real, led and synthetic. No patient's cramp.",
)


def card_text(examples: Examples) -> str:
    """The scorecard's file."""
    return fitting.card_text(examples, BURST_FEATURES, MAKING)


def source_table(examples: Examples, sources: list[str]) -> str:
    """Each source judged by a fit to all others: share that is right, wrong, left open."""
    source = np.array(sources)
    knots = [fitting.knots_of(column, examples.true) for column in examples.values.T]
    directions = [feature.direction for feature in BURST_FEATURES]
    synthetic = np.char.startswith(source, "synthetic")
    lines = ["left out: n, right, wrong, open"]
    out = {str(name): source == name for name in np.unique(source)}
    for subject in sorted({name.split(", ")[0] for name in out if not name.startswith("synth")}):
        out[f"all of {subject}"] = np.char.startswith(source, subject + ", ")
    out = {name: left for name, left in out.items() if left.any()}
    out |= {"all synthetic": synthetic, "all real": ~synthetic}
    for name, left in out.items():
        scores = fitting.held_out(examples, knots, directions, left.astype(int))[left]
        chance = 1 / (1 + np.exp(-scores))
        sided = np.where(examples.true[left], chance, 1 - chance)
        right, wrong = (sided >= UNSURE).mean(), (sided <= 1 - UNSURE).mean()
        lines.append(f"{name}: {left.sum()}, {right:.3f}, {wrong:.3f}, {1 - right - wrong:.3f}")
    return "\n".join(lines)


def main() -> None:
    """Collect, train, write."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.train_bursts", description=__doc__)
    ask.add_argument("--share", type=int, default=1, help="divide the seeds by this, for a trial")
    ask.add_argument("--out", type=Path, default=CARD)
    ask.add_argument("--sources", action="store_true", help="also leave whole sources out")
    given = ask.parse_args()
    examples, sources = collect(given.share)
    given.out.write_text(card_text(examples), encoding="utf-8")
    if given.sources:
        print(source_table(examples, sources))


if __name__ == "__main__":
    main()
