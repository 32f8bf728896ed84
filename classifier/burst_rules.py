"""The rules for sustained activity; what none of them names goes to `cramp`."""

from fasciscope.classifier.rules import Rule, beyond
from fasciscope.core import Burst, Label

TREMOR_SHARE = 0.5  # of the envelope's power in one line: rhythmic (science.md 3.2)
TREMOR_S = 2.0
SLOW_BURST = 4.0  # slow energy over EMG energy: a movement of the cable or the electrode
COMMON = 0.97  # the same wave on all channels


def burst_rules(n_channels: int, rate_hz: float) -> tuple[Rule[Burst], ...]:
    """The rules for sustained activity in a recording of `n_channels` at `rate_hz`."""

    def common(b: Burst) -> bool:
        return n_channels > 2 and len(b.channels) == n_channels and b.common > COMMON

    def tremor(b: Burst) -> bool:
        return b.tremor_ratio >= TREMOR_SHARE and b.duration_s(rate_hz) >= TREMOR_S

    return (
        Rule(
            "movement",
            Label.ARTEFACT,
            lambda b: b.low_ratio > SLOW_BURST,
            lambda b: beyond(b.low_ratio, SLOW_BURST),
            lambda b: (
                f"Slow energy is {b.low_ratio:.0f} times that of the EMG band: a movement of "
                f"cable or electrode."
            ),
        ),
        Rule(
            "common",
            Label.ARTEFACT,
            common,
            lambda b: 1.0,
            lambda b: f"The same wave on all {n_channels} channels.",
        ),
        Rule(
            "tremor",
            Label.REPETITIVE,
            tremor,
            lambda b: beyond(b.tremor_ratio, TREMOR_SHARE),
            lambda b: (
                f"Bursts at {b.tremor_hz:.1f} a second hold {b.tremor_ratio:.0%} of the "
                f"envelope's power: rhythmic."
            ),
        ),
    )
