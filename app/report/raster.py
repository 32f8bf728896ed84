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
from fasciscope.app.report.words import LABELS, count, duration, listed, number_of, place, times
from fasciscope.app.session import Session
from fasciscope.core import Label, SessionSummary

MAX_MARKS = 6000
"""Marks on the whole figure: more are drawn as one a bin, so that a night stays small."""
MAX_HEIGHT_IN = 7.0
"""Rows together: the figure, its heading and its caption fit on a page."""
MAX_NAMES = 60


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
    Label.VOLUNTARY: Mark((0.2, 0.38), hatch="/////"),
    Label.REPETITIVE: Mark((0.2, 0.38), hatch="|||||"),
    Label.NOT_ASSESSABLE: Mark((0.2, 0.38), hatch="\\\\\\\\\\"),
    Label.ECG: Mark((0.06, 0.06), marker="."),
    Label.ARTEFACT: Mark((0.06, 0.06), marker="x"),
    Label.UNCERTAIN: Mark((0.06, 0.06), marker="o"),
    Label.CRAMP: Mark((0.42, 0.92), hatch="xxxxx"),
}


@dataclass(frozen=True, slots=True)
class Bins:
    """Events are drawn one by one (`width_min` 0) or counted in bins, of which the fullest has `most`."""

    width_min: float
    most: int = 1

    def counted(
        self, at_min: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where marks stand, and the height of each as a share of the tallest."""
        if not self.width_min:
            return at_min, np.ones_like(at_min)
        numbers, counts = np.unique(at_min // self.width_min, return_counts=True)
        return (numbers + 0.5) * self.width_min, np.clip(counts / self.most, 0.12, 1)


def raster_picture(session: Session) -> Picture | None:
    """A row for each site; None where there is no event."""
    if not session.events:
        return None
    rows = len(session.summary.sites)
    with chart.figure(0.85 + min(max(0.27 * rows, 0.45), MAX_HEIGHT_IN), "raster") as drawn:
        axes = drawn.subplots()
        bins = _draw(axes, session)
        _rows_axis(axes, session.summary)
        chart.time_axis(axes, session.summary.duration_s / 60)
        drawn.legend(handles=_legend(session), loc="outside upper left", ncols=4)
        caption = _caption(session, bins)
        title = "Events over time by site"
        return Picture(chart.svg(drawn, "raster", title, caption), title, caption)


def _rows_axis(axes: Axes, summary: SessionSummary) -> None:
    """A line below each row and its site's name beside it (not each name where rows are dense)."""
    rows = len(summary.sites)
    step = -(-rows // MAX_NAMES)
    axes.set_ylim(rows, 0)
    axes.set_yticks(
        [row + 0.5 for row in range(0, rows, step)],
        [chart.short(place(site.channel)) for site in summary.sites[::step]],
    )
    axes.tick_params(axis="y", length=0)
    axes.hlines(range(rows + 1), 0, summary.duration_s / 60, color=chart.HAIRLINE, lw=0.5)
    axes.spines["left"].set_visible(False)


def _present(session: Session) -> list[Label]:
    found = {event.label for event in session.events}
    return [label for label in MARKS if label in found]


def _draw(axes: Axes, session: Session) -> Bins:
    """Draw all events and gaps; give the bins in which they were counted."""
    summary = session.summary
    least_s = summary.duration_s / 400  # so that a short gap can be seen
    gaps = [(at / 60, (at + max(length, least_s)) / 60) for at, length in summary.gaps]
    chart.shade(axes, _merged(gaps, least_s / 60))
    spans = _spans_min(session)
    bins = _bins(session, spans)
    for (row, label), spans_min in spans.items():
        mark = MARKS[label]
        if mark.hatch is not None:
            _bars(axes, label, row, _merged(spans_min.tolist(), bins.width_min), least_s / 60)
        elif mark.marker is None:
            _ticks(axes, label, row, *bins.counted(spans_min[:, 0]))
        else:
            _markers(axes, label, row, bins.counted(spans_min[:, 0])[0])
    return bins


def _spans_min(session: Session) -> dict[tuple[int, Label], NDArray[np.float64]]:
    """(n, 2) starts and ends in minutes, by site and label; sites in order, bars after ticks."""
    found: dict[tuple[int, Label], list[tuple[int, int]]] = {}
    for event in session.events:
        span = (event.start_sample, event.end_sample)
        found.setdefault((event.channel, event.label), []).append(span)
    per_min = session.summary.info.rate_hz * 60
    return {key: np.array(found[key]) / per_min for key in sorted(found, key=_order)}


def _order(key: tuple[int, Label]) -> tuple[int, int]:
    return key[0], list(MARKS).index(key[1])


def _bins(session: Session, spans: dict[tuple[int, Label], NDArray[np.float64]]) -> Bins:
    if len(session.events) <= MAX_MARKS:
        return Bins(0.0)
    width_min = session.summary.duration_s / 60 / max(MAX_MARKS // len(spans), 60)
    ticks = [span[:, 0] // width_min for (_row, label), span in spans.items() if _is_tick(label)]
    most = max((int(np.unique(n, return_counts=True)[1].max()) for n in ticks), default=1)
    return Bins(width_min, most)


def _is_tick(label: Label) -> bool:
    return MARKS[label].hatch is None and MARKS[label].marker is None


def _ticks(
    axes: Axes,
    label: Label,
    row: int,
    at_min: NDArray[np.float64],
    heights: NDArray[np.float64],
) -> None:
    """All ticks as one broken line: a path, not an element a tick."""
    bottom, top = MARKS[label].lane
    foot = np.full_like(at_min, row + 1 - bottom)
    nothing = np.full_like(at_min, np.nan)
    x = np.column_stack([at_min, at_min, nothing]).ravel()
    y = np.column_stack([foot - heights * (top - bottom), foot, nothing]).ravel()
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


def _bars(
    axes: Axes,
    label: Label,
    row: int,
    spans_min: Sequence[tuple[float, float]],
    least_min: float,
) -> None:
    bottom, top = MARKS[label].lane
    axes.broken_barh(
        [(start, max(end - start, least_min)) for start, end in spans_min],
        (row + 1 - top, top - bottom),
        zorder=3,
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


def _caption(session: Session, bins: Bins) -> str:
    summary = session.summary
    found = listed([number_of(count(summary, label), label) for label in _present(session)])
    parts = [f"All sites together: {found}."]
    if bins.width_min:
        parts.append(
            f"Each mark stands for all events of its kind within {duration(bins.width_min * 60)}; "
            f"the tallest ticks for {bins.most:,}."
        )
    if summary.gaps:
        lost = sum(length for _at, length in summary.gaps)
        parts.append(f"Samples were lost {times(len(summary.gaps))}, {duration(lost)} in all.")
    return " ".join(parts)
