"""Twenty magnetic stimuli to the brain: each gives a potential in hand and forearm 15-45 ms later.

Whatever else is found is counted as false, also the units that fire by themselves on these channels.
"""

from collections.abc import Iterator

import numpy as np

from benchmarks.accuracy.case import Case, Part
from benchmarks.accuracy.material import DATA, PLAIN, STIMULATED
from fasciscope.core import Label
from fasciscope.datasets import open_recording
from fasciscope.datasets.synth import Truth, TruthEvent

RESPONDING = (2, 3)  # RECR, RFDI
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
    uv = np.concatenate([block.uv for block in recording.blocks()])
    events = []
    for pulse in recording.annotations:
        if pulse.text != PULSE:
            continue
        first, last = (round((pulse.onset_s + t) * info.rate_hz) for t in LATENCY_S)
        for channel in RESPONDING:
            answer = uv[first:last, channel] - np.median(uv[first:last, channel])
            peak = first + int(np.abs(answer).argmax())
            events.append(
                TruthEvent(Label.FASCICULATION, channel, first, peak, last, "evoked potential")
            )
    names = tuple(channel.name for channel in info.channels)
    truth = Truth(tuple(events), info.rate_hz, names, len(uv))
    yield Case("evoked potentials", "stimulated hand", recording, truth)
