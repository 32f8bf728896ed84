"""A second look: what is too weak to stand for itself may be one more of a shape that came before.

A bank that knows no shape must ask for 5.15 times the noise. A shape that strong potentials of this
channel have shown several times can be asked for by itself: in whitened bins the projection on its
mean is a normal variable of deviation 1 wherever there is only noise. How far it must stand out hangs
on how often the shape comes: the false alarms it may add are held to a fifth of its own rate.

Source: matched filtering with learned templates, as in spike sorting by template matching (science.md 9,
step 11 has the clustering). Departure: templates are learned causally, and no residual is searched.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.7  # correlation of a strong potential with the mean of its like, whitened
SIZES = (0.6, 1.6)  # over the mean's: a unit keeps its size
KNOWN = 3  # strong ones until a shape may be asked for
FOLLOW = 20  # the mean is that of about so many
KEPT = 8  # shapes a channel
MEMORY_S = 60.0
CROSSINGS_HZ = (
    100.0  # how often whitened noise of 20-200 Hz crosses upwards (Rice): some 100 a second
)
FALSE_SHARE = 0.2
LEAST = 3.6


@dataclass(slots=True, eq=False)
class _Template:
    """The mean of whitened potentials, and when strong ones came."""

    mean: NDArray[np.float64]
    came: deque[int]  # within the memory
    count: int = 1


class TemplateBook:
    """The shapes of every channel's strong potentials."""

    def __init__(self, n_channels: int, rate_hz: float) -> None:
        self._channels: list[list[_Template]] = [[] for _ in range(n_channels)]
        self._memory = round(MEMORY_S * rate_hz)

    def learn(self, channel: int, sample: int, pieces: NDArray[np.float64]) -> None:
        """Take a strong potential: whitened bins (lags, n) around its peak, one row a lag."""
        templates = self._channels[channel]
        for template in templates:
            lag, size = _fit(template.mean, pieces)
            own = float(np.linalg.norm(pieces[lag]))
            length = float(np.linalg.norm(template.mean))
            if size * length >= ALIKE * own and SIZES[0] <= size <= SIZES[1]:
                template.count += 1
                template.mean += (pieces[lag] - template.mean) / min(template.count, FOLLOW)
                template.came.append(sample)
                while template.came[0] < sample - self._memory:
                    template.came.popleft()
                return
        if len(templates) == KEPT:
            templates.remove(min(templates, key=lambda t: (t.count, t.came[-1])))
        templates.append(_Template(pieces[len(pieces) // 2].copy(), deque([sample])))

    def stands_out(self, channel: int, sample: int, pieces: NDArray[np.float64]) -> bool:
        """Is a weak potential one of a known shape?"""
        return any(
            _stands_out(template, pieces)
            for template in self._channels[channel]
            if len(template.came) >= KNOWN and template.came[-1] >= sample - self._memory
        )


def _stands_out(template: _Template, pieces: NDArray[np.float64]) -> bool:
    _, size = _fit(template.mean, pieces)
    hz = len(template.came) / MEMORY_S
    asked = max(LEAST, float(np.sqrt(2 * np.log(CROSSINGS_HZ / (FALSE_SHARE * hz)))))
    return SIZES[0] <= size <= SIZES[1] and size * float(np.linalg.norm(template.mean)) >= asked


def _fit(mean: NDArray[np.float64], pieces: NDArray[np.float64]) -> tuple[int, float]:
    """The lag that fits best, and the size there in terms of the mean's."""
    sizes = pieces @ mean / float(mean @ mean)
    lag = int(sizes.argmax())
    return lag, float(sizes[lag])
