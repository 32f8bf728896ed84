"""One look for all figures, and Matplotlib figures as SVG to stand inside a page.

The object API only: no pyplot, no state of the process is changed. Text stays text (searchable, in
the page's own font); ids carry the figure's name, for all figures share one page.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from fasciscope.app.failure import printable
from fasciscope.core import Label

WIDTH_IN = 7.1
"""The text width of A4 and Letter pages with the report's margins."""

INK, MUTED, HAIRLINE, PAPER = "#1c2733", "#5a6672", "#d5dbe1", "#ffffff"
ACCENT, BAND, GAP = "#0b5a8a", "#b9d3e4", "#eceff2"

COLOURS: dict[Label, str] = {  # Okabe and Ito's set, darkened where print needs it
    Label.FASCICULATION: "#0b5a8a",
    Label.CRAMP: "#c44e00",
    Label.VOLUNTARY: "#00795a",
    Label.REPETITIVE: "#a3507f",
    Label.ECG: "#8a6d00",
    Label.ARTEFACT: "#5a6672",
    Label.UNCERTAIN: "#3f7fae",
    Label.NOT_ASSESSABLE: "#8b949c",
}

STYLE: Any = {  # Matplotlib types the keys as a closed list
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with Matplotlib: the same layout everywhere
    "font.size": 7.5,
    "axes.titlesize": 7.5,
    "axes.labelsize": 7.5,
    "axes.titlelocation": "left",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "hatch.linewidth": 0.6,
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
}

_STEPS_MIN = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440)


@contextmanager
def figure(height_in: float, name: str) -> Iterator[Figure]:
    """A figure of the page's width in the house's style; `name` seeds its ids."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        yield Figure(figsize=(WIDTH_IN, height_in), layout="constrained")


def svg(drawn: Figure, name: str, title: str, description: str) -> str:
    """The figure as an ``<svg>`` element with a title and a description for those who cannot see it."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # the page has its own fonts: those that only size the layout need not know every letter
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        drawn.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None}, facecolor=PAPER
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for pattern in (r"<metadata>.*?</metadata>", r"<style[^>]*>.*?</style>", r"<!--.*?-->"):
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    text = re.sub(r"<defs>\s*</defs>|(?<=>)\s+(?=<)", "", text)
    return _opened(_own_ids(text, name), name, title, description)


def _own_ids(text: str, name: str) -> str:
    """Ids that something refers to, made the figure's own; the others dropped."""
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    wanted = {one or other for one, other in used}

    def keep(found: re.Match[str]) -> str:
        return f' id="{name}-{found[1]}"' if found[1] in wanted else ""

    text = re.sub(r'\sid="([^"]+)"', keep, text)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", text)


def _opened(text: str, name: str, title: str, description: str) -> str:
    """The text with a new opening tag: scalable, named, described."""
    box = re.search(r'viewBox="[^"]+"', text)
    assert box is not None
    body = text[text.index(">") + 1 :]
    return (
        f'<svg class="figure" role="img" aria-labelledby="{name}-title {name}-desc" {box[0]} '
        'xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<title id="{name}-title">{escape(printable(title))}</title>'
        f'<desc id="{name}-desc">{escape(printable(description))}</desc>{body}'
    )


def time_axis(axes: Axes, minutes: float) -> None:
    """Label the x axis, in minutes, from 0 to `minutes`; in hours where it is long."""
    hours = minutes > 180
    fit = (s for s in _STEPS_MIN if minutes / s <= 10)
    axes.xaxis.set_major_locator(MultipleLocator(next(fit, 1440)))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda x, _at: f"{x / 60:g}" if hours else f"{x:g}")
    )
    axes.set_xlabel("time from start (h)" if hours else "time from start (min)")
    axes.set_xlim(0, max(minutes, 1e-3))


def few_ticks(axes: Axes, n: int = 3) -> None:
    """At most `n` steps on the y axis."""
    axes.yaxis.set_major_locator(MaxNLocator(n, steps=[1, 2, 5, 10]))


def shade(axes: Axes, spans: Sequence[tuple[float, float]]) -> None:
    """Hatch stretches (x from, x to) that do not count."""
    for start, end in spans:
        axes.axvspan(start, end, facecolor=GAP, edgecolor="#c3cad1", hatch="////", lw=0, zorder=0)


def short(text: str, limit: int = 26) -> str:
    """`text` cut to fit beside a figure; dollar signs are not mathematics."""
    shown = printable(text)
    cut = shown if len(shown) <= limit else shown[: limit - 1] + "…"
    return cut.replace("$", r"\$")
