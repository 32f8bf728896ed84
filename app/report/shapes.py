"""The average waveform of each distinct shape, with its spread, as small multiples."""

import math

import numpy as np
from matplotlib.axes import Axes

from fasciscope.app.report import chart
from fasciscope.app.report.picture import Picture
from fasciscope.app.report.words import figure, place, significant
from fasciscope.app.summary_file import amplitude_unit
from fasciscope.core import SessionSummary, Shape

MAX_SHAPES = 12
COLUMNS = 4


def shapes_picture(summary: SessionSummary) -> Picture | None:
    """The commonest shapes; None where there is none."""
    shown = commonest(summary)
    if not shown:
        return None
    rows = math.ceil(len(shown) / COLUMNS)
    with chart.figure(0.25 + 1.28 * rows, "shapes") as drawn:
        panels = drawn.subplots(rows, COLUMNS, squeeze=False).ravel()
        for axes, shape in zip(panels, shown, strict=False):
            _panel(axes, shape, summary)
        for axes in panels[len(shown) :]:
            axes.set_axis_off()
        drawn.supxlabel("time from peak (ms)", fontsize=7.5)
        caption = _caption(summary, shown)
        title = "Distinct shapes"
        return Picture(chart.svg(drawn, "shapes", title, caption), title, caption)


def commonest(summary: SessionSummary) -> list[Shape]:
    """The shapes that are drawn, most members first; such as came once only where no other is."""
    repeated = [shape for shape in summary.shapes if shape.count > 1]
    return sorted(repeated or summary.shapes, key=lambda shape: -shape.count)[:MAX_SHAPES]


def peak_to_peak(shape: Shape, summary: SessionSummary) -> str:
    """The average waveform's height with its unit: 84 µV, 14 × noise."""
    unit, scale = amplitude_unit(summary.sites[shape.channel])
    height = significant(float(np.ptp(shape.mean)) * scale) if shape.mean.size else "–"
    return f"{height} µV" if unit == "uV" else f"{height} × noise"


def _panel(axes: Axes, shape: Shape, summary: SessionSummary) -> None:
    unit, scale = amplitude_unit(summary.sites[shape.channel])
    n = len(shape.mean)
    at_ms = (np.arange(n) - n // 2) * 1000 / summary.info.rate_hz
    mean, spread = shape.mean * scale, shape.spread * scale
    axes.axhline(0, color=chart.HAIRLINE, lw=0.6)
    axes.fill_between(at_ms, mean - spread, mean + spread, color=chart.BAND, lw=0)
    axes.plot(at_ms, mean, color=chart.ACCENT, lw=1.2)
    axes.set_title(
        f"shape {shape.number}, n = {shape.count:,}\n"
        f"{chart.short(place(summary.sites[shape.channel].channel), 24)}",
        pad=3,
        fontsize=7,
    )
    axes.set_ylabel("µV" if unit == "uV" else "× noise", labelpad=1)
    axes.margins(x=0)
    chart.few_ticks(axes)


def _caption(summary: SessionSummary, shown: list[Shape]) -> str:
    told = "; ".join(
        f"shape {shape.number} (n = {shape.count:,}): {peak_to_peak(shape, summary)} peak to peak"
        + (f", stability {figure(shape.stability, 2)}" if shape.count > 1 else "")
        for shape in shown
    )
    rest = len(summary.shapes) - len(shown)
    more = f" {rest} rarer shapes are not shown; summary.json has them." if rest else ""
    return (
        "Line: average of the potentials of a shape. Band: one standard deviation either side. "
        f"Scales differ from panel to panel. {told}.{more} A shape is not a motor unit."
    )
