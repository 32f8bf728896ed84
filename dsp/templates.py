"""A second look: what is too weak to stand for itself may be one more of a shape that came before.

A bank that knows no shape must ask for 5.15 times the noise. A shape that other potentials of this
channel have shown several times can be asked for by itself: in whitened bins the projection on their
mean is a normal variable of deviation 1 wherever there is only noise, and one about as large as theirs
where the unit fires. The odds of the two hang on how often the shape comes, and on how high it stands.

At 5-8 times the noise half of a whitened wave's energy is noise. So what is alike is judged by the
correlation that waves would have without it (Spearman 1904, as in `shapes`), and no potential is
compared with a mean that it is part of itself. Weak potentials help to form a mean, but a shape counts
only if others stood for themselves: where there is nothing but noise, some of it is always alike.

Source: matched filtering with learned templates, as in spike sorting by template matching (science.md 9,
step 11 has the clustering). Departure: templates are learned causally, and no residual is searched.
"""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.65  # correlation of a potential with the mean of its like, whitened and without noise
SEEN = 3.0  # and its projection on the mean, in deviations of the noise
SIZES = (0.5, 2.0)  # over the mean's: units keep their size within some 20 %, weak ones seem not to
KNOWN = 2  # others that stood for themselves until a shape may be asked for
FOLLOW = 20  # the mean is that of about so many
KEPT = 16  # shapes a channel
MEMORY_S = 60.0
NOISE = 0.9  # energy of a whitened bin of noise: the loading takes a tenth
LEAST_SIGNAL = 0.2  # of a wave's energy
CROSSINGS_HZ = 100.0  # whitened noise of 20-200 Hz crosses upwards some 100 times a second (Rice)
SPREAD = 0.2  # of a unit's size
MOST = 6.0  # log-odds beyond this are all alike


@dataclass(slots=True, eq=False)
class _Template:
    """The mean of whitened potentials, and when they came."""

    mean: NDArray[np.float64]
    came: deque[tuple[int, bool]]  # within the memory: sample, did it stand for itself?
    count: int = 1

    @property
    def members(self) -> int:
        """How many the mean is that of."""
        return min(self.count, FOLLOW)


class TemplateBook:
    """The shapes of every channel's potentials."""

    def __init__(self, n_channels: int, rate_hz: float) -> None:
        self._channels: list[list[_Template]] = [[] for _ in range(n_channels)]
        self._memory = round(MEMORY_S * rate_hz)

    def learn(
        self, channel: int, sample: int, pieces: NDArray[np.float64], *, strong: bool
    ) -> None:
        """Take a potential: whitened bins (lags, n) around its peak, one row a lag."""
        templates = self._channels[channel]
        fits = [(_fit(t.mean, t.members, pieces), t) for t in templates]
        alike = [
            (fit.alike, k) for k, (fit, _) in enumerate(fits) if fit.height >= SEEN and fit.sized
        ]
        best, k = max(alike, default=(0.0, 0))
        if best >= ALIKE:
            fit, template = fits[k]
            template.count += 1
            template.mean += (pieces[fit.lag] - template.mean) / template.members
            template.came.append((sample, strong))
            while template.came[0][0] < sample - self._memory:
                template.came.popleft()
            return
        if len(templates) == KEPT:
            templates.remove(min(templates, key=lambda t: (t.count, t.came[-1])))
        templates.append(_Template(pieces[len(pieces) // 2].copy(), deque([(sample, strong)])))

    def odds(self, channel: int, sample: int, pieces: NDArray[np.float64]) -> float:
        """Log-odds that a potential is one more of a shape known here and not noise; -6 to 6."""
        odds = (_odds(t, sample, pieces, self._memory) for t in self._channels[channel])
        return max(-MOST, min(max(odds, default=-MOST), MOST))


def _odds(template: _Template, sample: int, pieces: NDArray[np.float64], memory: int) -> float:
    came = template.came
    if len(came) < KNOWN:
        return -MOST
    others = sum(at != sample for at, _ in came)
    member = others < len(came)
    known = sum(strong for at, strong in came if at != sample) >= KNOWN
    if not known or came[-1][0] < sample - memory:
        return -MOST
    mean, members = template.mean, template.members
    if member:  # the mean of the others
        own = pieces[_fit(mean, members, pieces).lag]
        mean, members = mean + (mean - own) / (members - 1), members - 1
    fit = _fit(mean, members, pieces)
    if not fit.sized or fit.height < SEEN:
        return -MOST
    spread = 1.0 + (SPREAD * fit.usual) ** 2
    unit = others / MEMORY_S / math.sqrt(2 * math.pi * spread)
    off = (fit.height - fit.usual) ** 2 / spread
    noise = CROSSINGS_HZ * fit.height  # both per second and deviation (Rice)
    return math.log(unit / noise) + 0.5 * (fit.height**2 - off)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Where a wave fits a mean best: lag, projection in deviations of the noise, what it is on average
    for the mean's own, correlation; the last two without noise."""

    lag: int
    height: float
    usual: float
    alike: float

    @property
    def sized(self) -> bool:
        """Is it as large as its like?"""
        return SIZES[0] <= self.height / self.usual <= SIZES[1]


def _fit(mean: NDArray[np.float64], members: int, pieces: NDArray[np.float64]) -> _Fit:
    energy, noise = float(mean @ mean), NOISE * len(mean)
    length = math.sqrt(energy)
    heights = pieces @ mean / length
    lag = int(heights.argmax())
    height = float(heights[lag])
    own = float(pieces[lag] @ pieces[lag])
    true = max(energy - noise / members, LEAST_SIGNAL * energy)
    own = max(own - noise, LEAST_SIGNAL * own)
    return _Fit(lag, height, true / length, height * length / math.sqrt(true * own))
