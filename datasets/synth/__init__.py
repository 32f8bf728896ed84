"""Synthetic surface EMG with its truth: scenarios in, recordings and truth out.

`synthesise(SCENARIOS["demo"])` gives a `core.Recording` and a `Truth`. Everything is deterministic,
independent of how blocks are cut, and made in bounded memory. The signal is physiology by published
figures, not by patients: scores on it are not clinical accuracy.
"""

from fasciscope.datasets.synth.artefact import CableSwing, Pops, Taps
from fasciscope.datasets.synth.background import Mains, Noise
from fasciscope.datasets.synth.cramp import Cramp
from fasciscope.datasets.synth.ecg import Heartbeat
from fasciscope.datasets.synth.fasciculation import Fasciculations
from fasciscope.datasets.synth.loss import PacketLoss
from fasciscope.datasets.synth.place import Placed, place
from fasciscope.datasets.synth.render import Synthetic, synthesise
from fasciscope.datasets.synth.rhythm import LegMovements, Metronome, Myokymia, Tremor
from fasciscope.datasets.synth.scenario import SCENARIOS, Scenario, varied
from fasciscope.datasets.synth.setting import Board, Site
from fasciscope.datasets.synth.truth import Truth, TruthEvent, read_truth
from fasciscope.datasets.synth.voluntary import TwitchyRest, Voluntary
from fasciscope.datasets.synth.waveform import Waveform

__all__ = [
    "SCENARIOS",
    "Board",
    "CableSwing",
    "Cramp",
    "Fasciculations",
    "Heartbeat",
    "LegMovements",
    "Mains",
    "Metronome",
    "Myokymia",
    "Noise",
    "PacketLoss",
    "Placed",
    "Pops",
    "Scenario",
    "Site",
    "Synthetic",
    "Taps",
    "Tremor",
    "Truth",
    "TruthEvent",
    "TwitchyRest",
    "Voluntary",
    "Waveform",
    "place",
    "read_truth",
    "synthesise",
    "varied",
]
