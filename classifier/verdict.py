"""What a model says of one measured activity; rules today, a trained model with the same face later."""

from dataclasses import dataclass
from typing import Protocol

from fasciscope.core import Burst, Label, Potential


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label with its probability (0-1), reasons as sentences, and flags as short words."""

    label: Label
    probability: float
    reasons: tuple[str, ...]
    flags: tuple[str, ...] = ()


class Model(Protocol):
    """Judges activities one by one; None means that the activity is no event of its own."""

    def judge_potential(self, potential: Potential) -> Verdict | None:
        """Judge a brief potential."""
        ...

    def judge_burst(self, burst: Burst) -> Verdict | None:
        """Judge sustained activity."""
        ...
