"""A figure as the page shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """An ``<svg>`` element, its title, and a sentence that says in words and numbers what it shows."""

    svg: str
    title: str
    caption: str
