"""Signal to measured activity: quality, filters, noise, detector, features. Pure, causal, streaming.

In: `core.SampleBlock`s of any length. Out: `core.Activity` (potentials, bursts, the quality of each
second), each once, when it is final. The way: `frames` makes the cut of the stream irrelevant,
`conditioner` filters (`filters`, `mains`), `noise` estimates, `matched` and `detector` find,
`potentials` and `bursts` measure, `context` (with `company`) and `burstbook` wait for the
surroundings, `quality` says what cannot be judged; `chain` wires them. May import `core` only: it
names nothing a fasciculation and reads no files; verdicts are the classifier's.
"""

from fasciscope.dsp.branch import feature_branch
from fasciscope.dsp.chain import Chain
from fasciscope.dsp.conditioner import Conditioner
from fasciscope.dsp.filters import band_sos, corner_hz
from fasciscope.dsp.quality import REASONS
from fasciscope.dsp.settings import ChainSettings

__all__ = [
    "REASONS",
    "Chain",
    "ChainSettings",
    "Conditioner",
    "band_sos",
    "corner_hz",
    "feature_branch",
]
