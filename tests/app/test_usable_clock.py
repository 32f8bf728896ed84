"""The clock of usable time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.app.usable_clock import Stretch, UsableClock, join, without


def test_the_clock_stands_still_outside_usable_time() -> None:
    clock = UsableClock([(1000, 3000), (5000, 6000)], 1000.0)
    samples = np.array([0, 1000, 2500, 3000, 4000, 5000, 5500, 9000])
    assert clock.seconds(samples).tolist() == [0.0, 0.0, 1.5, 2.0, 2.0, 2.0, 2.5, 3.0]
    assert clock.total_s == 3.0


def test_without_usable_time_it_never_starts() -> None:
    clock = UsableClock([], 1000.0)
    assert clock.total_s == 0.0
    assert clock.seconds(np.array([0, 5000])).tolist() == [0.0, 0.0]


stretches = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 40)), max_size=12)


@given(stretches, stretches)
def test_taking_stretches_away_leaves_the_samples_of_neither(
    some: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    usable, at = [], 0
    for gap, length in some:
        join(usable, at + gap, at + gap + length)
        at += gap + length
    taken: list[Stretch] = [(start, start + length) for start, length in other]
    mask = np.zeros(20_000, dtype=bool)
    for first, end in usable:
        mask[first:end] = True
    for first, end in taken:
        mask[first:end] = False
    left = without(usable, taken)
    again = np.zeros_like(mask)
    for first, end in left:
        assert first < end
        again[first:end] = True
    assert (again == mask).all()
    clock = UsableClock(left, 1.0)
    places = np.arange(0, 20_000, 7)
    assert (clock.seconds(places) == np.concatenate([[0], np.cumsum(mask)])[places]).all()
