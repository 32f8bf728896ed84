"""Fasciculations per usable minute over time, with exact Poisson intervals."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.stats import chi2

from fasciscope.app.report import chart
from fasciscope.app.report.picture import Picture
from fasciscope.app.report.words import duration, place, significant
from fasciscope.core import Label, SessionSummary

MAX_SITES = 6
MAX_HEIGHT_IN = 4.2
"""Panels together: the figure fits below the headline on the first page."""
MAX_BINS = 24
BIN_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 240)
MIN_BIN_SHARE = 0.1
"""A bin with less usable time than this share of its length is not judged."""


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Rates of all sites in bins: arrays (n_bins, n_sites); NaN where not judged."""

    edges_min: NDArray[np.float64]  # (n_bins + 1,)
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def rates_over_time(summary: SessionSummary) -> Rates:
    """Rates per usable minute with exact 95 % intervals (Garwood 1936) in bins of whole minutes."""
    n_sites = len(summary.sites)
    counts = np.array(summary.minute_counts, dtype=float).reshape(-1, n_sites)
    usable_min = np.array(summary.minute_usable_s, dtype=float).reshape(-1, n_sites) / 60
    width = next((w for w in BIN_MINUTES if len(counts) / w <= MAX_BINS), BIN_MINUTES[-1])
    starts = np.arange(0, len(counts), width)
    edges = np.minimum(np.append(starts, len(counts)), summary.duration_s / 60)
    if not len(counts):
        return Rates(edges, counts, counts, counts)
    n = np.add.reduceat(counts, starts, axis=0)
    minutes = np.add.reduceat(usable_min, starts, axis=0)
    judged = minutes >= np.maximum(MIN_BIN_SHARE * np.diff(edges)[:, None], 1e-9)
    exposure = np.where(judged, minutes, np.nan)
    low = np.where(n > 0, chi2.ppf(0.025, 2 * np.maximum(n, 1)) / 2, 0.0)
    return Rates(edges, n / exposure, low / exposure, chi2.ppf(0.975, 2 * n + 2) / 2 / exposure)


def rate_picture(summary: SessionSummary) -> Picture | None:
    """A panel for each of the busiest sites; None where no bin can be judged."""
    rates = rates_over_time(summary)
    if not np.isfinite(rates.value).any():
        return None
    shown = _busiest(summary)
    with chart.figure(0.55 + min(0.95 * len(shown), MAX_HEIGHT_IN), "rate") as drawn:
        panels = drawn.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
        for axes, site in zip(panels, shown, strict=True):
            _panel(axes, summary, rates, site)
        chart.time_axis(panels[-1], summary.duration_s / 60)
        drawn.supylabel("per usable minute", fontsize=7.5)
        caption = _caption(summary, rates, shown)
        title = "Fasciculations per usable minute over time"
        return Picture(chart.svg(drawn, "rate", title, caption), title, caption)


def _busiest(summary: SessionSummary) -> list[int]:
    """The sites shown, in the recording's order."""
    counts = [site.counts.get(Label.FASCICULATION, 0) for site in summary.sites]
    return sorted(sorted(range(len(counts)), key=lambda i: -counts[i])[:MAX_SITES])


def _panel(axes: Axes, summary: SessionSummary, rates: Rates, site: int) -> None:
    edges, value = rates.edges_min, rates.value[:, site]
    low, high = rates.low[:, site], rates.high[:, site]
    judged = np.isfinite(value)
    axes.stairs(high, edges, baseline=low, fill=True, color=chart.BAND, lw=0)
    axes.hlines(value[judged], edges[:-1][judged], edges[1:][judged], color=chart.ACCENT, lw=1.4)
    chart.shade(axes, [(edges[i], edges[i + 1]) for i in np.flatnonzero(~judged)])
    axes.set_title(chart.short(place(summary.sites[site].channel), 60), pad=3)
    axes.set_ylim(0, _top(value, high, judged))
    chart.few_ticks(axes)


def _top(value: NDArray[np.float64], high: NDArray[np.float64], judged: NDArray[np.bool_]) -> float:
    """The y axis's end: all rates, and the intervals of all but the bins that were hardly usable."""
    if not judged.any():
        return 1.0
    usual = np.median(high[judged])
    return float(max(1.15 * value[judged].max(), min(1.05 * high[judged].max(), 2 * usual), 0.2))


def _caption(summary: SessionSummary, rates: Rates, shown: list[int]) -> str:
    width_s = float(rates.edges_min[1] - rates.edges_min[0]) * 60
    key = (
        f"Line: rate in bins of {duration(width_s)}. Band: exact 95 % Poisson interval. "
        "Hatched: too little usable signal to judge."
    )
    parts = [key]
    for site in shown:
        value = rates.value[:, site]
        if np.isfinite(value).any():
            parts.append(f"At {place(summary.sites[site].channel)} {_range(value)}.")
    if len(shown) < len(summary.sites):
        parts.append(
            f"Shown are the {len(shown)} sites with most fasciculations of {len(summary.sites)}; "
            "the table of sites has all."
        )
    return " ".join(parts)


def _range(value: NDArray[np.float64]) -> str:
    low, high = float(np.nanmin(value)), float(np.nanmax(value))
    return "0 per minute" if high == 0 else f"{significant(low)} to {significant(high)} per minute"
