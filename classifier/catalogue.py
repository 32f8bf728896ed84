"""The catalogue of causes: loaded from causes.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from fasciscope.core import Pattern

SHIPPED = Path(__file__).with_name("causes.toml")


@dataclass(frozen=True, slots=True)
class Cause:
    """One entry of the catalogue."""

    id: str
    label: str
    plain: str
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All causes, in the order of their labels."""

    causes: tuple[Cause, ...]


def load_catalogue(path: Path = SHIPPED) -> Catalogue:
    """Read the catalogue that is shipped with the package."""
    with path.open("rb") as handle:
        table = tomllib.load(handle)
    causes = [
        Cause(key, entry["label"], entry["plain"], tuple(map(Pattern, entry["patterns"])))
        for key, entry in table["causes"].items()
    ]
    return Catalogue(tuple(sorted(causes, key=lambda cause: cause.label.lower())))
