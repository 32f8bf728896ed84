"""Recordings in, truth out: file readers, the synthetic generator and the scorer.

In: a path and what a person adds to it (`ReadOptions`). Out: a `core.Recording` whose blocks pass in
bounded memory, gaps as gaps; synthetic recordings with their truth; scores of events against truth.
One file a format; `open.py` has the table of them. May import `core` only: it knows nothing of
filters, detectors or verdicts.
"""

from fasciscope.datasets.open import FORMATS, Format, open_recording
from fasciscope.datasets.options import ReadOptions

__all__ = ["FORMATS", "Format", "ReadOptions", "open_recording"]
