"""What a person may set for an analysis; light, so that wrong input is refused before SciPy loads."""

from dataclasses import dataclass
from typing import Literal

Mains = Literal["auto", "50", "60"]
ModelName = Literal["trained", "rules"]
LINES: tuple[Mains, ...] = ("auto", "50", "60")
MODELS: tuple[ModelName, ...] = ("trained", "rules")


@dataclass(frozen=True, slots=True)
class Settings:
    """`mains` is the line's frequency in Hz, or "auto"; `model` judges what was found."""

    mains: Mains = "auto"
    model: ModelName = "trained"
