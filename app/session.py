"""A finished analysis, as the outputs and the report read it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fasciscope.classifier import Findings
from fasciscope.core import Event, SessionSummary


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A piece of one channel, filtered as the detector saw it: (n,), channel units."""

    channel: int
    first_sample: int
    signal: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """Everything that an analysis found; events are sorted by start, then channel."""

    summary: SessionSummary
    events: tuple[Event, ...]
    findings: Findings
    cramp_trace: Trace | None = None  # the longest cramp, with a few seconds on either side
