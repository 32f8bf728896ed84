"""What an event may be."""

import pytest

from fasciscope.core import Event, Label


def test_labels_are_the_trial_types_of_the_events_file() -> None:
    assert [str(label) for label in Label] == [
        "fasciculation",
        "cramp",
        "voluntary",
        "repetitive",
        "ecg",
        "artefact",
        "uncertain",
        "not_assessable",
    ]


@pytest.mark.parametrize(
    ("start", "peak", "end", "probability"),
    [(10, 9, 20, 0.5), (10, 20, 20, 0.5), (10, 15, 12, 0.5), (10, 15, 20, 1.1), (10, 15, 20, -0.1)],
)
def test_an_impossible_event_is_our_own_fault(
    start: int, peak: int, end: int, probability: float
) -> None:
    with pytest.raises(AssertionError):
        Event(0, start, peak, end, Label.FASCICULATION, probability)


def test_an_event_of_one_sample_is_possible() -> None:
    assert Event(0, 10, 10, 11, Label.ARTEFACT, 1.0).end_sample == 11
