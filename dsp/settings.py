"""The numbers of the chain, in one table; each says where it comes from.

``science.md`` and ``DESIGN.md`` are the project's notes; S-numbers are the sources listed there.
"""

from dataclasses import dataclass
from typing import Literal

Mains = Literal["auto", "50", "60"]


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """Settings of the streaming chain; the defaults are what every published figure was made with."""

    mains: Mains = "auto"

    # frames and branches
    frame_s: float = 1.0  # quality is judged each second (DESIGN.md 10)
    high_pass_hz: float = 20.0  # De Luca 2010 (S55): motion lies below
    feature_low_pass_hz: float = 450.0  # SENIAM/ISEK: near 500 Hz (S57)
    detection_low_pass_hz: float = 200.0  # science.md finding 12
    detection_rate_hz: float = 500.0  # enough for a 200 Hz band: energy is band-limited to 400 Hz

    # detection
    threshold: float = 5.15  # of the matched bank, in units of the noise; see detector.py
    faint_threshold: float = 4.5  # from here on what does not stand for itself is weighed
    weak_threshold: float = 4.0  # weaker potentials are only context: missing beats of a rhythm
    merge_s: float = 0.015  # science.md 9, step 6
    lookahead_s: float = 0.13  # what a measure needs to the right of a peak
    measure_every_s: float = 4.0  # candidates are measured together: a third of the time was calls
    context_s: float = 10.0  # DESIGN.md 10: 1-10 s of context

    # noise
    noise_window_s: float = 20.0  # science.md 9, step 4: 10-30 s
    noise_hold_s: float = 10.0  # at the start, frames wait until the noise is known from this much

    # bursts
    burst_on: float = 2.5  # 50-ms RMS over noise
    burst_min_s: float = 0.25  # science.md 9, step 5
    burst_join_s: float = 0.3
    burst_longest_s: float = 300.0  # longer ones are given in pieces: bounded memory

    # gaps
    guard_s: float = 0.05  # +/- 50 ms around lost samples (science.md 4)
    settle_s: float = 0.15  # filters and mains settle at the start of a stretch

    def __post_init__(self) -> None:
        assert self.lookahead_s < self.frame_s
