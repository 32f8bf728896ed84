"""Online clusters of like potentials: leader clustering with templates that follow slowly.

A potential joins the template that it correlates with best, if by 0.9 and within 35 % of its
amplitude; otherwise it leads a new one (science.md 9, step 11). At most 30 templates a channel: a
newcomer then replaces the one that has led fewest, longest ago.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fasciscope.dsp.waves import similarity

ALIKE = 0.9
AMPLITUDE_TOLERANCE = 0.35
TEMPLATES = 30
FOLLOW = 0.1


@dataclass(slots=True)
class _Template:
    number: int
    wave: NDArray[np.float64]  # unit vector
    size: float
    count: int


class ShapeTracker:
    """Gives each potential the number of its shape; numbers are unique over all channels."""

    def __init__(self, n_channels: int, lag: int) -> None:
        self._templates: list[list[_Template]] = [[] for _ in range(n_channels)]
        self._lag = lag
        self._numbers = 0

    def assign(self, channel: int, wave: NDArray[np.float64], size: float) -> tuple[int, float]:
        """(shape number, correlation with its template) of a unit wave and its peak to peak."""
        templates = self._templates[channel]
        best, match = None, ALIKE
        if templates:
            alike = similarity(wave, np.stack([t.wave for t in templates]), self._lag)
            for template, value in zip(templates, alike.tolist(), strict=True):
                near = abs(size - template.size) <= AMPLITUDE_TOLERANCE * template.size
                if near and value >= match:
                    best, match = template, value
        if best is None:
            return self._lead(templates, wave, size), 1.0
        _follow(best, wave, size)
        return best.number, match

    def _lead(self, templates: list[_Template], wave: NDArray[np.float64], size: float) -> int:
        if len(templates) == TEMPLATES:
            templates.remove(min(templates, key=lambda t: (t.count, t.number)))
        self._numbers += 1
        templates.append(_Template(self._numbers, wave, size, 1))
        return self._numbers


def _follow(template: _Template, wave: NDArray[np.float64], size: float) -> None:
    share = max(FOLLOW, 1.0 / (template.count + 1))
    mixed = (1 - share) * template.wave + share * wave
    template.wave = mixed / np.linalg.norm(mixed)
    template.size += share * (size - template.size)
    template.count += 1
