"""Twenty magnetic stimuli to the brain: each gives a potential in hand and forearm 15-45 ms later.

Whatever else is found from a tenth of a second before a pulse to half a second after it is false, the
pulse's own artefact above all. Between the pulses nobody knows: now and then units fire by themselves
in these hands (seen by eye: sharp and of 10 to 125 uV), and what is found there counts for nothing.
"""

from collections.abc import Iterator

from benchmarks.accuracy.case import Case, Part
from benchmarks.accuracy.material import DATA, PLAIN, STIMULATED
from fasciscope.core import Label
from fasciscope.datasets import open_recording
from fasciscope.datasets.synth import Truth, TruthEvent

RESPONDING = (2, 3)  # RECR, RFDI
PULSE = "S255"
AROUND_S = (0.1, 0.5)  # before and after a pulse
LATENCY_S = (0.015, 0.045)  # cortex to hand: truth is its middle, the tolerance its half


def evoked(part: Part, seeds: range) -> Iterator[Case]:
    """One recording, in the test part: truth is the largest deflection in the window of each answer."""
    del seeds
    path = DATA / STIMULATED
    if part is not Part.TEST or not path.exists():
        return
    recording = open_recording(path, PLAIN)
    info = recording.info
    events, known = [], []
    for pulse in recording.annotations:
        if pulse.text != PULSE:
            continue
        first, last = (round((pulse.onset_s + t) * info.rate_hz) for t in LATENCY_S)
        before, after = AROUND_S
        known.append(
            (
                round((pulse.onset_s - before) * info.rate_hz),
                round((pulse.onset_s + after) * info.rate_hz),
            )
        )
        events += [
            TruthEvent(Label.FASCICULATION, c, first, (first + last) // 2, last, "evoked potential")
            for c in RESPONDING
        ]
    names = tuple(channel.name for channel in info.channels)
    assert recording.n_samples is not None
    truth = Truth(tuple(events), info.rate_hz, names, recording.n_samples)
    yield Case("evoked potentials", "stimulated hand", recording, truth, known=tuple(known))
