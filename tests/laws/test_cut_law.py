"""Laws 1 and 4: however a stream is cut, and wherever empty blocks lie, the same comes out."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lawbook import check_cut_law, check_empty_law, check_no_event_spans_a_gap
from signals import Span, activities, blocks_of, cut, events, lively, recording_of

from fasciscope.app.pipeline import analyse
from fasciscope.core import Label

N = 16_000
sizes = st.lists(st.integers(0, 2500), min_size=2, max_size=20)
spans = st.tuples(st.integers(0, N - 1), st.integers(1, 600)).map(lambda s: (s[0], s[0] + s[1]))
gaps = st.lists(spans, max_size=2)
holes = st.lists(
    st.tuples(spans, st.integers(0, 1)).map(lambda s: (*s[0], s[1])),
    max_size=2,
)
quick = settings(max_examples=12, deadline=None, derandomize=True)


@quick
@given(sizes, gaps, holes)
@example([1, 0, 999, 1000, 1001, 7], [(5000, 5001)], [(7000, 7050, 0)])
def test_blocks_cut_differently_give_the_same_activities_bit_for_bit(
    sizes: list[int], gaps: list[Span], holes: list[tuple[int, int, int]]
) -> None:
    info, uv = lively()
    check_cut_law(activities, info, blocks_of(info, uv, gaps, holes), sizes)


@quick
@given(sizes, gaps, holes)
def test_blocks_cut_differently_give_the_same_events_bit_for_bit(
    sizes: list[int], gaps: list[Span], holes: list[tuple[int, int, int]]
) -> None:
    info, uv = lively()
    check_cut_law(events, info, blocks_of(info, uv, gaps, holes), sizes)


def test_samples_that_come_one_by_one_give_the_same() -> None:
    info, uv = lively()
    blocks = blocks_of(info, uv[:3000], [(1000, 1010)])
    check_cut_law(activities, info, blocks, [1] * 2990)


@quick
@given(st.lists(st.integers(0, 8), max_size=12), gaps)
def test_empty_blocks_anywhere_change_nothing(at: list[int], gaps: list[Span]) -> None:
    info, uv = lively()
    blocks = list(cut(blocks_of(info, uv, gaps), [3000, 1234]))
    check_empty_law(events, info, blocks, at)


@quick
@given(gaps)
def test_no_event_spans_a_gap(gaps: list[Span]) -> None:
    info, uv = lively()
    check_no_event_spans_a_gap(events(info, blocks_of(info, uv, gaps)), gaps)


def test_a_gap_within_a_contraction_parts_it() -> None:
    info, uv = lively()
    gap = (9000, 9010)
    found = events(info, blocks_of(info, uv, [gap]))
    check_no_event_spans_a_gap(found, [gap])
    assert sum(e.label is Label.VOLUNTARY and "cut" in e.flags for e in found) >= 2


def test_the_pipeline_gives_the_events_of_the_stages() -> None:
    info, uv = lively()
    blocks = blocks_of(info, uv, [(5000, 5200)])
    session = analyse(recording_of(info, list(cut(blocks, [17, 0, 4096])), len(uv)))
    order = sorted(events(info, blocks), key=lambda e: (e.start_sample, e.channel, e.peak_sample))
    assert list(session.events) == order


def test_the_lively_signal_holds_what_the_laws_are_about() -> None:
    info, uv = lively()
    labels = [e.label for e in events(info, blocks_of(info, uv))]
    assert labels.count(Label.FASCICULATION) >= 8
    assert Label.VOLUNTARY in labels
    assert np.isfinite(uv).all()
