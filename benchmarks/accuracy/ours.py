"""What fasciscope finds in a case: offline, live from pieces of any size, and judged by nobody."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from benchmarks.accuracy.case import Case
from fasciscope.acquisition import ReplaySource
from fasciscope.app import Analysis, analyse
from fasciscope.core import Activity, Burst, Event, Potential, Recording
from fasciscope.dsp import Chain

Kind = TypeVar("Kind", Potential, Burst)
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


def chain_gives(recording: Recording, kind: type[Kind]) -> list[Kind]:
    """All that the chain measures of a kind, judged by nobody."""
    chain: Chain = Chain(recording.info)
    found: list[Activity] = [one for block in recording.blocks() for one in chain.push(block)]
    return [one for one in [*found, *chain.finish()] if isinstance(one, kind)]
