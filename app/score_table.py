"""A score as a person reads it on a terminal."""

import math

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fasciscope.core import Interval
from fasciscope.datasets.score import Score


def score_text(score: Score) -> RenderableType:
    """The score as a table with its notes."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("what")
    for heading in ("hits", "false", "missed", "sensitivity", "PPV", "F1"):
        table.add_column(heading, justify="right")
    for point in score.points:
        name = f"fasciculation within {point.tolerance_s * 1000:.0f} ms"
        _add(
            table,
            name,
            point.hits,
            point.false,
            point.missed,
            point.sensitivity,
            point.ppv,
            point.f1,
        )
    for state in score.states:
        if state.hits + state.false + state.missed:
            name = f"{state.label.value} sharing half its length"
            _add(
                table,
                name,
                state.hits,
                state.false,
                state.missed,
                state.sensitivity,
                state.ppv,
                state.f1,
            )
    return Group(table, Text(f"\n{_rest(score)}\n{score.note}"))


def _add(table: Table, name: str, hits: int, false: int, missed: int, *intervals: Interval) -> None:
    table.add_row(name, str(hits), str(false), str(missed), *map(_interval, intervals))


def _interval(value: Interval) -> str:
    """A share with its 95 % interval."""
    if not math.isfinite(value.value):
        return "n/a"
    return f"{value.value:.3f} ({value.low:.3f}–{value.high:.3f})"


def _rest(score: Score) -> str:
    alarms = f"False alarms on rest: {score.false_alarms} in {score.rest_min:.1f} channel-minutes, "
    length = " (the truth does not say its length: taken from the last event)"
    return f"{alarms}{_interval(score.false_alarms_per_min)} a minute{length if score.assumed_length else ''}."
