"""Twenty magnetic stimuli to the brain: each gives a potential in hand and forearm 15-45 ms later.

Whatever else is found is counted as false, also the units that fire by themselves on these channels.
"""

from collections.abc import Iterator

from benchmarks.accuracy.case import Case, Part
from benchmarks.accuracy.material import DATA, PLAIN, STIMULATED
from fasciscope.core import Label
from fasciscope.datasets import open_recording
from fasciscope.datasets.synth import Truth, TruthEvent

RESPONDING = (2, 3)  # RECR, RFDI
PULSE = "S255"
LATENCY_S = (0.015, 0.045)  # cortex to hand: truth is its middle, the tolerance its half


def evoked(part: Part, seeds: range) -> Iterator[Case]:
    """One recording, in the test part: truth is the largest deflection in the window of each answer."""
    del seeds
    path = DATA / STIMULATED
    if part is not Part.TEST or not path.exists():
        return
    recording = open_recording(path, PLAIN)
    info = recording.info
    events = []
    for pulse in recording.annotations:
        if pulse.text != PULSE:
            continue
        first, last = (round((pulse.onset_s + t) * info.rate_hz) for t in LATENCY_S)
        events += [
            TruthEvent(Label.FASCICULATION, c, first, (first + last) // 2, last, "evoked potential")
            for c in RESPONDING
        ]
    names = tuple(channel.name for channel in info.channels)
    assert recording.n_samples is not None
    truth = Truth(tuple(events), info.rate_hz, names, recording.n_samples)
    yield Case("evoked potentials", "stimulated hand", recording, truth)
