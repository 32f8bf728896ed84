"""Fully synthetic sessions: they need no recording, and say least about a clinic."""

from collections.abc import Iterator

import numpy as np

from benchmarks.accuracy.case import Case, Part
from fasciscope.datasets.synth import (
    Cramp,
    Heartbeat,
    Mains,
    Metronome,
    Scenario,
    Tremor,
    Voluntary,
    synthesise,
    varied,
)
from fasciscope.datasets.synth.setting import Ingredient

FIRST = {Part.DEVELOP: 0, Part.TEST: 100_000}
"""Where the seeds of each part begin."""

HUM = Mains(amplitude_uv=3.0)
RHYTHMS: dict[str, tuple[Ingredient, ...]] = {
    "metronome": (Metronome(0), HUM),
    "heartbeat": (Heartbeat(amplitude_uv=200.0), HUM),
    "tremor": (Tremor(at_s=20.0, duration_s=70.0), HUM),
}


def _case(scenario: Scenario, suite: str, band: str = "") -> Case:
    made = synthesise(scenario)
    return Case(suite, scenario.name, made.recording, made.truth, band)


def mixed(part: Part, seeds: range) -> Iterator[Case]:
    """Everything by chance: fasciculations, cramps, contractions, hearts, movement, loss."""
    for seed in seeds:
        yield _case(varied(FIRST[part] + seed, 120.0), "synthetic, mixed")


def sustained(part: Part, seeds: range) -> Iterator[Case]:
    """A cramp or a contraction, alone."""
    for seed in (FIRST[part] + s for s in seeds):
        silent = None if seed % 2 else 0.0
        synergists = ((1, 0.2),) if seed % 2 else ()
        cramp = Cramp(0, 40.0, None, None, None, silent, stretched=seed % 3 == 0)
        for name, kind in (
            ("cramp", cramp),
            ("contraction", Voluntary(0, 40.0, synergists=synergists)),
        ):
            scenario = Scenario(name, (kind, HUM), seed, 110.0)
            yield _case(scenario, f"synthetic, {name}")


def ramps(part: Part, seeds: range) -> Iterator[Case]:
    """Contractions that are led up and down slowly, as a trapezoid on a screen asks for (2-8 s)."""
    for seed in (FIRST[part] + s for s in seeds):
        rng = np.random.default_rng([seed, 50])
        rise_s = float(rng.uniform(2.0, 8.0))
        length_s = 2 * rise_s + float(rng.uniform(2.0, 20.0))
        kind = Voluntary(0, 40.0, length_s, rise_s=rise_s)
        yield _case(Scenario("ramp", (kind, HUM), seed, 110.0), "synthetic, slow contraction")


def rhythms(part: Part, seeds: range) -> Iterator[Case]:
    """Steady units, hearts and tremor without a fasciculation."""
    for seed in (FIRST[part] + s for s in seeds):
        for name, ingredients in RHYTHMS.items():
            yield _case(Scenario(name, ingredients, seed), "synthetic, rhythms", name)
