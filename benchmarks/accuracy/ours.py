"""What fasciscope finds in a case: offline, and live from pieces of any size."""

from collections.abc import Callable, Sequence

from benchmarks.accuracy.case import Case
from fasciscope.acquisition import ReplaySource
from fasciscope.app import Analysis, analyse
from fasciscope.core import Event

Finder = Callable[[Case], Sequence[Event]]


def offline(case: Case) -> Sequence[Event]:
    """As `fasciscope analyse` does."""
    events: Sequence[Event] = analyse(case.recording).events
    return events


def live(case: Case) -> Sequence[Event]:
    """As `fasciscope stream` does: the same samples in pieces of 37 ms."""
    analysis = Analysis(case.recording.info)
    with ReplaySource(case.recording, 0.037) as source:
        found = [event for block in source for event in analysis.push(block)]
    return [*found, *analysis.finish()]


def in_order(events: Sequence[Event]) -> list[Event]:
    """By time, channel and label: live they come as they become final."""
    return sorted(events, key=lambda e: (e.start_sample, e.peak_sample, e.channel, e.label))
