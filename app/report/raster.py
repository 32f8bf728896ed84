"""When each event came, site by site; marks differ in form, lane and hatch, not in colour alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from fasciscope.app.report import chart
from fasciscope.app.report.picture import Picture
from fasciscope.app.report.words import LABELS, count, duration, listed, number_of, place
from fasciscope.app.session import Session
from fasciscope.core import Event, Label

MAX_MARKS = 6000
"""Marks on the whole figure: more are drawn as one a bin, so that a night stays small."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a label is drawn: a tick, a bar with a hatch or a marker, and where in its site's row.

    `lane` is (bottom, top) within a row of height 1.
    """

    lane: tuple[float, float]
    hatch: str | None = None
    marker: str | None = None


MARKS: dict[Label, Mark] = {
    Label.FASCICULATION: Mark((0.42, 0.92)),
    Label.CRAMP: Mark((0.42, 0.92), hatch="xxxxx"),
    Label.VOLUNTARY: Mark((0.2, 0.38), hatch="/////"),
    Label.REPETITIVE: Mark((0.2, 0.38), hatch="|||||"),
    Label.NOT_ASSESSABLE: Mark((0.2, 0.38), hatch="....."),
    Label.ECG: Mark((0.06, 0.06), marker="."),
    Label.ARTEFACT: Mark((0.06, 0.06), marker="x"),
    Label.UNCERTAIN: Mark((0.06, 0.06), marker="o"),
}


def raster_picture(session: Session) -> Picture | None:
    """A row for each site; None where there is no event."""
    if not session.events:
        return None
    summary = session.summary
    rows = len(summary.sites)
    with chart.figure(0.85 + max(0.27 * rows, 0.45), "raster") as drawn:
        axes = drawn.subplots()
        binned_s = _draw(axes, session)
        axes.set_ylim(rows, 0)
        axes.set_yticks([row + 0.5 for row in range(rows)])
        axes.set_yticklabels([chart.short(place(site.channel)) for site in summary.sites])
        axes.tick_params(axis="y", length=0)
        axes.hlines(range(rows + 1), 0, summary.duration_s / 60, color=chart.HAIRLINE, lw=0.5)
        axes.spines["left"].set_visible(False)
        chart.time_axis(axes, summary.duration_s / 60)
        drawn.legend(handles=_legend(session), loc="outside upper left", ncols=4)
        caption = _caption(session, binned_s)
        title = "Events over time by site"
        return Picture(chart.svg(drawn, "raster", title, caption), title, caption)


def _present(session: Session) -> list[Label]:
    found = {event.label for event in session.events}
    return [label for label in MARKS if label in found]


def _draw(axes: Axes, session: Session) -> float:
    """Draw all events and gaps; give the width of a bin in s, 0 where every event has its own mark."""
    summary = session.summary
    bin_s = _bin_s(session)
    least_s = summary.duration_s / 400  # so that a short gap can be seen
    gaps = [(at / 60, (at + max(length, least_s)) / 60) for at, length in summary.gaps]
    chart.shade(axes, _merged(gaps, least_s / 60))
    for label in _present(session):
        for row in range(len(summary.sites)):
            events = [e for e in session.events if e.channel == row and e.label is label]
            if events:
                _draw_row(axes, label, row, _spans_min(events, session), bin_s / 60)
    return bin_s


def _bin_s(session: Session) -> float:
    if len(session.events) <= MAX_MARKS:
        return 0.0
    lanes = {(event.channel, event.label) for event in session.events}
    return session.summary.duration_s / max(MAX_MARKS // len(lanes), 60)


def _spans_min(events: Sequence[Event], session: Session) -> NDArray[np.float64]:
    """(n, 2): starts and ends in minutes."""
    samples = np.array([(event.start_sample, event.end_sample) for event in events], dtype=float)
    minutes: NDArray[np.float64] = samples / session.summary.info.rate_hz / 60
    return minutes


def _draw_row(
    axes: Axes, label: Label, row: int, spans_min: NDArray[np.float64], bin_min: float
) -> None:
    mark = MARKS[label]
    if mark.hatch is not None:
        _bars(axes, label, row, _merged(spans_min.tolist(), bin_min))
        return
    at = spans_min[:, 0]
    if bin_min:
        at = (np.unique(at // bin_min) + 0.5) * bin_min
    (_ticks if mark.marker is None else _markers)(axes, label, row, at)


def _ticks(axes: Axes, label: Label, row: int, at_min: NDArray[np.float64]) -> None:
    """All ticks as one broken line: a path, not an element a tick."""
    bottom, top = MARKS[label].lane
    x = np.column_stack([at_min, at_min, np.full_like(at_min, np.nan)]).ravel()
    y = np.tile([row + 1 - top, row + 1 - bottom, np.nan], len(at_min))
    axes.plot(x, y, color=chart.COLOURS[label], lw=0.7, solid_capstyle="butt")


def _markers(axes: Axes, label: Label, row: int, at_min: NDArray[np.float64]) -> None:
    y = np.full_like(at_min, row + 0.83)
    axes.plot(at_min, y, **_marker_style(label), ls="none", clip_on=False)


def _marker_style(label: Label) -> dict[str, Any]:
    return {
        "marker": MARKS[label].marker,
        "ms": 3.0,
        "mew": 0.6,
        "mfc": "none" if label is Label.UNCERTAIN else chart.COLOURS[label],
        "color": chart.COLOURS[label],
    }


def _bars(axes: Axes, label: Label, row: int, spans_min: Sequence[tuple[float, float]]) -> None:
    bottom, top = MARKS[label].lane
    axes.broken_barh(
        [(start, end - start) for start, end in spans_min],
        (row + 1 - top, top - bottom),
        **_bar_style(label),
    )


def _bar_style(label: Label) -> dict[str, Any]:
    colour = chart.COLOURS[label]
    return {"facecolor": "white", "edgecolor": colour, "hatch": MARKS[label].hatch, "lw": 0.8}


def _merged(spans: Sequence[Sequence[float]], closest: float) -> list[tuple[float, float]]:
    """Spans with those joined that are no further apart than `closest`."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted((span[0], span[1]) for span in spans):
        if joined and start - joined[-1][1] <= closest:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _legend(session: Session) -> list[Artist]:
    handles: list[Artist] = []
    for label in _present(session):
        name = LABELS[label][0]
        mark = MARKS[label]
        if mark.hatch is not None:
            handles.append(Patch(label=name, **_bar_style(label)))
        elif mark.marker is not None:
            handles.append(Line2D([], [], label=name, ls="none", **_marker_style(label)))
        else:
            tick = Line2D([], [], label=name, ls="none", marker="|", ms=7, mew=0.9)
            tick.set_color(chart.COLOURS[label])
            handles.append(tick)
    if session.summary.gaps:
        handles.append(Patch(label="samples lost", fc=chart.GAP, ec="#c3cad1", hatch="////", lw=0))
    return handles


def _caption(session: Session, binned_s: float) -> str:
    summary = session.summary
    found = listed([number_of(count(summary, label), label) for label in _present(session)])
    parts = [f"All sites together: {found}."]
    if binned_s:
        parts.append(f"Each mark stands for all events of its kind within {duration(binned_s)}.")
    if summary.gaps:
        lost = sum(length for _at, length in summary.gaps)
        parts.append(f"Samples were lost {len(summary.gaps)} times, {duration(lost)} in all.")
    return " ".join(parts)
