"""Law 6: a gain changes no label and no count."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from lawbook import check_scale_law
from signals import blocks_of, events, lively


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.floats(0.01, 12.0))
@example(0.25)
@example(10.0)
def test_a_gain_changes_no_label_and_no_count(factor: float) -> None:
    info, uv = lively()
    check_scale_law(events, info, blocks_of(info, uv), factor)
