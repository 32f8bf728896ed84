"""Twenty magnetic stimuli to the brain: each gives a potential in the hand 20-30 ms after its artefact."""

from collections.abc import Iterator

import numpy as np

from benchmarks.accuracy.case import Case, Part
from benchmarks.accuracy.material import DATA, PLAIN, STIMULATED
from fasciscope.core import Label
from fasciscope.datasets import open_recording
from fasciscope.datasets.synth import Truth, TruthEvent

RESPONDING = 3  # RFDI
PULSE = "S255"
LATENCY_S = (0.015, 0.045)  # cortex to hand


def evoked(part: Part, seeds: range) -> Iterator[Case]:
    """One recording, in the test part: truth is the largest deflection in the window of each answer."""
    del seeds
    path = DATA / STIMULATED
    if part is not Part.TEST or not path.exists():
        return
    recording = open_recording(path, PLAIN)
    info = recording.info
    uv = np.concatenate([block.uv[:, RESPONDING] for block in recording.blocks()])
    events = []
    for pulse in recording.annotations:
        if pulse.text != PULSE:
            continue
        first, last = (round((pulse.onset_s + t) * info.rate_hz) for t in LATENCY_S)
        answer = uv[first:last] - np.median(uv[first:last])
        peak = first + int(np.abs(answer).argmax())
        events.append(
            TruthEvent(Label.FASCICULATION, RESPONDING, first, peak, last, "evoked potential")
        )
    names = tuple(channel.name for channel in info.channels)
    truth = Truth(tuple(events), info.rate_hz, names, len(uv))
    yield Case("evoked potentials", "stimulated hand", recording, truth)
