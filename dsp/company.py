"""How potentials stand among their neighbours on the channel: gaps, crowds, trains, hearts, volleys.

Many potentials at a time: a row each, its neighbours within the window along it. Rows are padded to the
longest with NaN, for which no comparison holds, so padding counts as nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fasciscope.dsp.rhythm import (
    HEART_BEATS,
    HEART_SURE,
    TRAIN_MEMBERS,
    Train,
    heart_around,
    train_around,
)
from fasciscope.dsp.volley import REACH_S, members, volley_around

ALIKE = 0.7  # noisy potentials of one unit still correlate by this much
ALIKE_SIZE = (0.5, 2.0)
KNOWN_HEART = 0.8  # trains by chance that pass for one mostly score less
HEART_ALIKE = 0.5  # beats vary with respiration and sit low in the noise
TRAIN_WINDOW_S = 5.0
CROWD_S = 1.0
BED_S = 5.0
BED_STATISTIC = 0.85  # as strong as the potential itself, nearly
CROWD_STATISTIC = 0.33  # weaker neighbours are no crowd
UNIT_S = 2.5
SPIKE = 0.6  # a potential this sharp is no bigger neighbour: it is a spike beside an answer


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """What lies within the window around m potentials; arrays (m, most) in order of time, NaN padded."""

    seconds: NDArray[np.float64]  # itself included at 0
    statistic: NDArray[np.float64]
    size: NDArray[np.float64]  # over the potential's own
    alike: NDArray[np.float64]
    sharpness: NDArray[np.float64]
    beat: NDArray[np.float64]  # the score of the heart that it belongs to, else 0

    def beats_s(self) -> NDArray[np.float64]:
        """Where the heart's beats lie (m, most) beside the potential itself, NaN for none."""
        return np.where((self.beat > 0.0) & (self.seconds != 0.0), self.seconds, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """How far m potentials with these statistics can see: seconds of signal before and after each (m,)."""

    statistic: NDArray[np.float64]
    before_s: NDArray[np.float64]
    after_s: NDArray[np.float64]

    def hz(self, count: NDArray[np.intp], reach_s: float) -> NDArray[np.float64]:
        """So many within `reach_s` either side, per second of signal."""
        seen = np.clip(self.before_s, 0.0, reach_s) + np.clip(self.after_s, 0.0, reach_s)
        rate: NDArray[np.float64] = count / np.maximum(seen, reach_s / 2)
        return rate


def in_company(
    near: Near, seen: Seen, threshold: float, window_s: float
) -> dict[str, NDArray[np.float64]]:
    """Fields of `core.Potential` (m,) that the neighbours decide; below `threshold` they are weak."""
    seconds, away = near.seconds, np.abs(near.seconds)
    strong = near.statistic >= threshold
    other = (near.beat == 0.0) | (seconds == 0.0)  # a heart beside it makes no company
    sized = (near.size >= ALIKE_SIZE[0]) & (near.size <= ALIKE_SIZE[1])
    same, heart = sized & (near.alike >= ALIKE), sized & (near.alike >= HEART_ALIKE)
    crowd = near.statistic >= np.maximum(CROWD_STATISTIC * seen.statistic, threshold)[:, None]
    crowd &= other
    bed = (near.statistic >= BED_STATISTIC * seen.statistic[:, None]) & other
    blunt = near.sharpness < SPIKE
    bigger = (near.size > 1.0) & blunt
    apart = (strong & blunt) | (seconds == 0.0)  # itself in any case
    return {
        **_gaps("gap", seconds, crowd & blunt),
        **_gaps("same_gap", seconds, same),
        **_trains(seconds, same & (away <= TRAIN_WINDOW_S)),
        **_hearts(near, heart),
        **_volleys(near, apart, seen, window_s),
        "bigger_gap_s": _least(away, bigger),
        "bigger_after_s": _least(seconds, bigger & (seconds > 0.0)),
        "beat_gap_s": _least(away, (near.beat > 0.0) & (seconds != 0.0)),
        "bed_hz": seen.hz(_count(bed & (away <= BED_S)) - 1, BED_S),
        "crowd_hz": seen.hz(_count(crowd & (away <= CROWD_S)) - 1, CROWD_S),
        "same_hz": seen.hz(_count(same & (away <= UNIT_S)) - 1, UNIT_S),
        "weak_hz": seen.hz(_count(near.statistic < threshold), window_s),
    }


def _count(chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    count: NDArray[np.intp] = np.count_nonzero(chosen, axis=1)
    return count


def _least(values: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The least of the chosen in each row, infinite where none is."""
    least: NDArray[np.float64] = np.where(chosen, values, np.inf).min(axis=1)
    return least


def _gaps(
    name: str, seconds: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    """Seconds to the neighbours before and after 0; infinite where there is none."""
    return {
        f"{name}_before_s": _least(-seconds, chosen & (seconds < 0.0)),
        f"{name}_after_s": _least(seconds, chosen & (seconds > 0.0)),
    }


def _trains(
    seconds: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    trains = [Train()] * len(seconds)
    for k in np.flatnonzero(_count(chosen) >= TRAIN_MEMBERS).tolist():
        trains[k] = train_around(*_own(seconds[k], chosen[k]))
    return {
        "rhythm_hz": np.array([train.rate_hz for train in trains]),
        "rhythm_cv": np.array([train.cv for train in trains]),
        "rhythm_n": np.array([train.n for train in trains]),
    }


def _hearts(near: Near, chosen: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    """Rate and score of the heart that each is locked to; what belongs to a known one is surely a heart's."""
    found = np.zeros((2, len(chosen)))
    for k in np.flatnonzero(_count(chosen) >= HEART_BEATS).tolist():
        found[:, k] = heart_around(*_own(near.seconds[k], chosen[k]))
    own = ((near.beat >= KNOWN_HEART) & (near.seconds == 0.0)).any(axis=1)
    score = np.where(own, np.maximum(found[1], HEART_SURE), found[1])
    return {"heart_hz": found[0], "heart_score": score}


def _volleys(
    near: Near, apart: NDArray[np.bool_], seen: Seen, window_s: float
) -> dict[str, NDArray[np.float64]]:
    """Others close by, and the chance of so many; where there are none there is nothing to reckon."""
    volley, chance = np.zeros(len(apart), dtype=int), np.ones(len(apart))
    several = _count(apart & (np.abs(near.seconds) <= REACH_S)) > 1
    before_s, after_s = (np.clip(s, 0.0, window_s) for s in (seen.before_s, seen.after_s))
    for k in np.flatnonzero(several).tolist():
        seconds = near.seconds[k, apart[k]]
        kept = seconds[members(seconds, near.size[k, apart[k]])]
        volley[k], chance[k] = volley_around(kept, float(before_s[k]), float(after_s[k]))
    return {"volley": volley, "volley_chance": chance}


def _own(
    seconds: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], int]:
    """The chosen times of a row, and the index of the potential itself among them."""
    kept = seconds[chosen]
    return kept, int(np.searchsorted(kept, 0.0))
