"""What the trained model looks at in sustained activity: numbers with units, and words for a person.

Nothing absolute: neither loudness nor spectrum tells a cramp from a contraction, nor do rates of units
(S28). Features have the direction that physiology gives them, if it gives one.

Tried on the develop part and left out, as held-out loss did not fall: the course of the spectrum (last
against first third), the length of the fall, the variation of pulses' intervals, potentials in the ten seconds
after. Spread over sites in time could not be tried: no recording holds a cramp on several channels.
"""

import math

from fasciscope.classifier.features import Feature
from fasciscope.core import Burst

MOST_SITES = 4


def _slow_octaves(b: Burst) -> float:
    return math.log2(max(b.slow_over_fast, 1e-3))


BURST_FEATURES: tuple[Feature[Burst], ...] = (
    # cramp units share a modulation at 1.4 +- 0.4 Hz (S28); interference has no memory
    Feature(
        "beat",
        "correlation",
        lambda b: b.beat,
        "its strength comes back a beat (0.5-1.4 s) later, by {:.2f}",
        1,
    ),
    Feature(
        "counterbeat",
        "correlation",
        lambda b: b.counterbeat,
        "it ebbs in between, by {:.2f}",
        -1,
    ),
    # about 1.5 octaves in cramps; a movement at a pace swings deeper, a held contraction hardly
    Feature(
        "slow_over_fast",
        "octaves",
        _slow_octaves,
        "it waxes at 0.8-3 Hz {:.1f} octaves more than by chance",
    ),
    # held muscles shake (science.md 3.2)
    Feature(
        "tremor_ratio",
        "1",
        lambda b: b.tremor_ratio,
        "{:.0%} of its unsteadiness is one line at 3-14 Hz (held muscles shake)",
        -1,
    ),
    # a cramp grows out of fasciculations (S38)
    Feature(
        "prodrome_gain",
        "octaves",
        lambda b: max(b.prodrome_gain, 0.0),
        "isolated potentials had become denser before it by {:.1f} octaves",
        1,
    ),
    # a cramp recruits by patches and waxes from its start; will leads smoothly
    Feature(
        "rise_dip",
        "octaves",
        lambda b: b.rise_dip,
        "while it rises it falls back by {:.2f} octaves",
        1,
    ),
    # a contraction takes its neighbours along
    Feature(
        "sites",
        "1",
        lambda b: float(min(len(b.channels), MOST_SITES)),
        "sites active together: {:.0f}",
        -1,
    ),
)
