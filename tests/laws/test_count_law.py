"""Law 5: delivered + lost = counted, and lost time is never usable time."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lawbook import check_count_law
from signals import Span, blocks_of, lively, recording_of

from fasciscope.app.pipeline import analyse
from fasciscope.core import Pattern, Recording, SessionSummary

N = 16_000
spans = st.tuples(st.integers(0, N - 1), st.integers(1, 3000)).map(
    lambda s: (s[0], min(N, s[0] + s[1]))
)


def summarise(recording: Recording) -> SessionSummary:
    return analyse(recording).summary


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.lists(spans, max_size=3),
    st.lists(st.tuples(spans, st.integers(0, 1)).map(lambda s: (*s[0], s[1])), max_size=3),
)
def test_every_sample_of_the_device_is_delivered_or_lost(
    gaps: list[Span], holes: list[tuple[int, int, int]]
) -> None:
    info, uv = lively()
    check_count_law(summarise, recording_of(info, blocks_of(info, uv, gaps, holes), N))


def test_a_loss_at_either_end_is_counted() -> None:
    info, uv = lively()
    blocks = blocks_of(info, uv, [(0, 500), (15_000, N)])
    check_count_law(summarise, recording_of(info, blocks, N))
    assert summarise(recording_of(info, blocks, N)).gaps == ((0.0, 0.5), (15.0, 1.0))


def test_a_recording_that_is_all_hole_is_not_assessable() -> None:
    info, uv = lively()
    recording = recording_of(info, blocks_of(info, uv, (), [(0, N, 0), (0, N, 1)]), N)
    check_count_law(summarise, recording)
    assert summarise(recording).pattern is Pattern.NOT_ASSESSABLE
