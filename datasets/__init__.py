"""Recordings in, truth out: file readers, the synthetic generator and the scorer.

In: a path and what a person adds to it (`ReadOptions`). Out: a `core.Recording` whose blocks pass in
bounded memory, gaps as gaps; synthetic recordings with their truth; scores of events against truth.
One file a format; `open.py` has the table of them. May import `core` only: it knows nothing of
filters, detectors or verdicts. The generator and the scorer are handed on lazily: opening a file
needs no SciPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fasciscope.datasets.open import FORMATS, Format, open_recording
from fasciscope.datasets.options import ReadOptions

if TYPE_CHECKING:
    from fasciscope.datasets.score import Score, score_events, score_files
    from fasciscope.datasets.synth import (
        SCENARIOS,
        Board,
        Placed,
        Scenario,
        Synthetic,
        Truth,
        TruthEvent,
        Waveform,
        place,
        read_truth,
        synthesise,
        varied,
    )

__all__ = [
    "FORMATS",
    "SCENARIOS",
    "Board",
    "Format",
    "Placed",
    "ReadOptions",
    "Scenario",
    "Score",
    "Synthetic",
    "Truth",
    "TruthEvent",
    "Waveform",
    "open_recording",
    "place",
    "read_truth",
    "score_events",
    "score_files",
    "synthesise",
    "varied",
]


def __getattr__(name: str) -> Any:  # a module's names are of any type
    if name not in __all__:
        raise AttributeError(f"module 'fasciscope.datasets' has no attribute {name!r}")
    room = "score" if name in ("Score", "score_events", "score_files") else "synth"
    return getattr(import_module(f"fasciscope.datasets.{room}"), name)
