"""What a person may set for an analysis; light, so that wrong input is refused before SciPy loads."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Settings:
    """`mains` is the line's frequency in Hz, or "auto"."""

    mains: Literal["auto", "50", "60"] = "auto"
