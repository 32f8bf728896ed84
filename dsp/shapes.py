"""Online clusters of like potentials: leader clustering with templates that follow slowly.

A potential joins the template that it correlates with best, if by 0.9 and within 35 % of its
amplitude; otherwise it leads a new one (science.md 9, step 11). At most 30 templates a channel: a
newcomer then replaces the one that has led fewest, longest ago.

Correlations are those that the waves would have without the noise on them (divided by the square root of
each one's reliability, Spearman 1904): at 8 times the noise two waves of one unit correlate by 0.8 only.
"""

import numpy as np
from numpy.typing import NDArray

from fasciscope.dsp.waves import similarity

ALIKE = 0.9
AMPLITUDE_TOLERANCE = 0.35
TEMPLATES = 30
FOLLOW = 0.1
LEAST_RELIABLE = 0.05


class _Templates:
    """The templates of one channel, by place."""

    def __init__(self, wave_n: int) -> None:
        self.held = 0
        self.waves = np.empty((TEMPLATES, wave_n))  # unit vectors
        self.sizes = np.empty(TEMPLATES)
        self.noise = np.empty(TEMPLATES)  # share of noise in a template's energy
        self.counts = np.empty(TEMPLATES, dtype=int)
        self.numbers = np.empty(TEMPLATES, dtype=int)

    def like(
        self, wave: NDArray[np.float64], size: float, noise: float, lag: int
    ) -> tuple[int, float]:
        """(place, correlation) of the template that `wave` fits best; 0 where none has its size."""
        if self.held == 0:
            return 0, 0.0
        reliable = (1.0 - noise) * (1.0 - self.noise[: self.held])
        alike = similarity(wave, self.waves[: self.held], lag)
        alike = np.minimum(alike / np.sqrt(np.maximum(reliable, LEAST_RELIABLE**2)), 1.0)
        sizes = self.sizes[: self.held]
        alike[np.abs(size - sizes) > AMPLITUDE_TOLERANCE * sizes] = 0.0
        place = int(alike.argmax())
        return place, float(alike[place])

    def lead(self, number: int, wave: NDArray[np.float64], size: float, noise: float) -> None:
        """A new template; where there are too many it replaces the rarest, the oldest of equals."""
        if self.held < TEMPLATES:
            place, self.held = self.held, self.held + 1
        else:
            place = int(np.lexsort((self.numbers, self.counts))[0])
        self.waves[place], self.sizes[place], self.noise[place] = wave, size, noise
        self.counts[place], self.numbers[place] = 1, number

    def follow(self, place: int, wave: NDArray[np.float64], size: float, noise: float) -> None:
        """The template moves towards a potential that joined it."""
        share = max(FOLLOW, 1.0 / (int(self.counts[place]) + 1))
        mixed = (1 - share) * self.waves[place] + share * wave
        self.waves[place] = mixed / np.linalg.norm(mixed)
        self.sizes[place] += share * (size - self.sizes[place])
        self.noise[place] = (1 - share) ** 2 * self.noise[place] + share**2 * noise
        self.counts[place] += 1


class ShapeTracker:
    """Gives each potential the number of its shape; numbers are unique over all channels."""

    def __init__(self, n_channels: int, lag: int) -> None:
        self._templates: list[_Templates | None] = [None] * n_channels
        self._lag = lag
        self._numbers = 0

    def known(self, channel: int, least: int) -> NDArray[np.float64]:
        """(m, n) unit waves of the templates that are the mean of `least` potentials or more."""
        templates = self._templates[channel]
        if templates is None:
            return np.empty((0, 0))
        return templates.waves[: templates.held][templates.counts[: templates.held] >= least]

    def assign(
        self, channel: int, wave: NDArray[np.float64], size: float, noise: float
    ) -> tuple[int, float]:
        """(shape number, correlation with its template) of a unit wave, its peak to peak, and the share
        of noise (0-1) in its energy."""
        noise = min(noise, 1.0 - LEAST_RELIABLE)
        templates = self._templates[channel]
        if templates is None:
            templates = self._templates[channel] = _Templates(len(wave))
        place, match = templates.like(wave, size, noise, self._lag)
        if match < ALIKE:
            self._numbers += 1
            templates.lead(self._numbers, wave, size, noise)
            return self._numbers, 1.0
        templates.follow(place, wave, size, noise)
        return int(templates.numbers[place]), match
