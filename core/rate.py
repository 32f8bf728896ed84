"""Rates with what is known of their uncertainty, and rates by other rules of counting."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RateUnder:
    """A site's count and rate per usable minute if fasciculations were counted by `rule`."""

    rule: str
    count: int
    rate_per_min: Interval
