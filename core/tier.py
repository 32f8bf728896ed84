"""Tiers: what a recording's rate, bandwidth and resolution allow to be said (science.md 5.4)."""

from dataclasses import dataclass
from typing import Literal

Letter = Literal["A", "B", "C", "D"]

FULL_RATE_HZ = 1000.0
SHAPE_RATE_HZ = 500.0
COUNT_RATE_HZ = 200.0
FINE_RESOLUTION_UV = 2.0

ALLOWED: dict[Letter, str] = {
    "A": "all features",
    "B": "counts, rates, shapes and spectra to 200 Hz; durations within 2 ms",
    "C": "counts and burst states only; no phases, rise times, doublets or amplitude norms",
    "D": "signal display only; detections are exploratory",
}
"""What may be reported, by tier."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier letter with the reason that gave it; both stand on every output."""

    letter: Letter
    reason: str

    @property
    def allowed(self) -> str:
        """What may be reported at this tier."""
        return ALLOWED[self.letter]


def tier_of(
    rate_hz: float,
    *,
    bandwidth_hz: tuple[float, float] | None = None,
    resolution_uv: float | None = None,
    envelope: bool = False,
) -> Tier:
    """Give the tier of a recording and why.

    `bandwidth_hz` is the analogue pass-band if known: below 500 Hz an unknown anti-aliasing filter
    counts as none. `resolution_uv` is the size of one count if known.
    Source: science.md section 5.4 (CEDE and SENIAM sampling advice; simulated amplitude loss).
    """
    if envelope:
        return Tier("D", "the sensor sends a rectified envelope, not the EMG itself")
    if rate_hz < COUNT_RATE_HZ:
        return Tier("D", f"{rate_hz:g} Hz is below {COUNT_RATE_HZ:g} Hz")
    if rate_hz < SHAPE_RATE_HZ:
        if bandwidth_hz is None or bandwidth_hz[1] > rate_hz / 2:
            return Tier(
                "D", f"{rate_hz:g} Hz with no anti-aliasing filter known below {rate_hz / 2:g} Hz"
            )
        return Tier("C", f"{rate_hz:g} Hz, anti-aliased at {bandwidth_hz[1]:g} Hz")
    if rate_hz < FULL_RATE_HZ:
        return Tier("B", f"{rate_hz:g} Hz is below {FULL_RATE_HZ:g} Hz")
    if resolution_uv is not None and resolution_uv > FINE_RESOLUTION_UV:
        return Tier(
            "B", f"one count is {resolution_uv:.3g} uV, coarser than {FINE_RESOLUTION_UV:g} uV"
        )
    return Tier("A", f"{rate_hz:g} Hz")
