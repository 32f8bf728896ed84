"""Numbers and verdicts in words; never a diagnosis, never a microvolt figure without a scale."""

import math
from collections.abc import Sequence

from fasciscope.core import ChannelInfo, Interval, Label, Pattern, SessionSummary, SiteSummary

NONE = "–"
"""Shown for what is missing or meaningless."""

MIN_QUIET_S = 90.0
"""Under this much usable signal nothing is reported as "no fasciculations"."""

PATTERNS: dict[Pattern, str] = {
    Pattern.QUIET: "No fasciculations or cramps found",
    Pattern.BENIGN_FASCICULATION: "Isolated fasciculations without sustained involuntary activity",
    Pattern.CRAMP: "Cramp without fasciculations apart from it",
    Pattern.CRAMP_FASCICULATION: "Cramp and fasciculations",
    Pattern.OTHER_ACTIVITY: "Activity that is neither fasciculation nor cramp",
    Pattern.NOT_ASSESSABLE: "Not assessable",
}
"""A pattern in words: what was seen, not what a person has."""

LABELS: dict[Label, tuple[str, str]] = {
    Label.FASCICULATION: ("fasciculation", "fasciculations"),
    Label.CRAMP: ("cramp", "cramps"),
    Label.VOLUNTARY: ("voluntary-looking activity", "voluntary-looking stretches"),
    Label.REPETITIVE: ("repetitive discharge", "repetitive discharges"),
    Label.ECG: ("heartbeat", "heartbeats"),
    Label.ARTEFACT: ("artefact", "artefacts"),
    Label.UNCERTAIN: ("uncertain event", "uncertain events"),
    Label.NOT_ASSESSABLE: ("stretch not assessable", "stretches not assessable"),
}
"""A label's name for one and for many."""

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def figure(value: float | None, decimals: int = 1) -> str:
    """`value` with so many decimals, or a dash."""
    return NONE if value is None or not math.isfinite(value) else f"{value:,.{decimals}f}"


def significant(value: float | None) -> str:
    """`value` to two or three figures as a person would write it, or a dash."""
    if value is None or not math.isfinite(value):
        return NONE
    return f"{value:,.{_decimals(value)}f}"


def _decimals(value: float) -> int:
    """Decimals that are worth telling of a figure of this size."""
    size = abs(value)
    return 0 if size >= 20 or size == 0 else 1 if size >= 1 else 2


def share(part: float, whole: float) -> str:
    """`part` of `whole` in per cent, or a dash."""
    return NONE if whole <= 0 else f"{100 * part / whole:.0f} %"


def times(n: int) -> str:
    """How often: once, 2 times."""
    return "once" if n == 1 else f"{n:,} times"


def duration(seconds: float) -> str:
    """Seconds as a person would say them: 24 s, 12.5 min, 7 h 40 min."""
    if not math.isfinite(seconds):
        return NONE
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 10 or seconds == 0 else f"{seconds:.1f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.1f} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min"


def clock(seconds: float) -> str:
    """Seconds from the start as h:mm:ss."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def interval(rate: Interval) -> str:
    """A rate with its interval: 4.2 (3.1–5.6)."""
    if not math.isfinite(rate.value):
        return NONE
    decimals = _decimals(rate.value or rate.high)
    value, low, high = (figure(x, decimals if x else 0) for x in (rate.value, rate.low, rate.high))
    return f"{value} ({low}–{high})"


def place(channel: ChannelInfo) -> str:
    """Where a channel sits: right gastrocnemius; its name where nobody said."""
    known = [part for part in (channel.side, channel.muscle) if part]
    return " ".join(known) if channel.muscle else channel.name


def number_of(count: int, label: Label) -> str:
    """A count with its noun: one cramp, 12 artefacts."""
    word = _SMALL[count] if count < len(_SMALL) else f"{count:,}"
    return f"{word} {LABELS[label][count != 1]}"


def count(summary: SessionSummary, label: Label) -> int:
    """Events of a label over all sites."""
    return sum(site.counts.get(label, 0) for site in summary.sites)


def usable_s(summary: SessionSummary) -> float:
    """The usable time of the site that has most; 0 if there is none."""
    return max((site.usable_s for site in summary.sites), default=0.0)


def headline(summary: SessionSummary, longest_cramp_s: float | None = None) -> str:
    """The session in one sentence."""
    lead = _lead(summary)
    rates = _rates(summary)
    cramps = count(summary, Label.CRAMP)
    parts = [f"{lead}{rates}"]
    if cramps:
        length = f" of {duration(longest_cramp_s)}" if longest_cramp_s else ""
        parts.append(
            f"{number_of(cramps, Label.CRAMP)}{', the longest' if cramps > 1 and length else ''}{length}"
        )
    return "; ".join(parts) + "."


def _lead(summary: SessionSummary) -> str:
    usable = usable_s(summary)
    if summary.pattern is Pattern.QUIET and usable < MIN_QUIET_S:
        return f"Not assessable: only {duration(usable)} of usable signal"
    if summary.pattern is Pattern.QUIET:
        return f"{PATTERNS[Pattern.QUIET]} in {duration(usable)} of usable signal"
    if summary.pattern is Pattern.NOT_ASSESSABLE:
        return f"{PATTERNS[Pattern.NOT_ASSESSABLE]}: {duration(usable)} of usable signal"
    return PATTERNS[summary.pattern]


def _rates(summary: SessionSummary) -> str:
    """Where fasciculations were and how many a minute; empty where there were none."""
    found = [s for s in summary.sites if s.counts.get(Label.FASCICULATION, 0)]
    if not found:
        return ""
    most = max(found, key=_rate)
    n = len(summary.sites)
    lead = "" if summary.pattern in _COUNTED else "; fasciculations"
    where = f" at {len(found)} of {n} sites" if n > 1 else ""
    busiest = "highest rate " if len(found) > 1 else ""
    rate = f"{interval(most.rate_per_min)} per minute at {place(most.channel)}"
    return f"{lead}{where}: {busiest}{rate}"


_COUNTED = (Pattern.BENIGN_FASCICULATION, Pattern.CRAMP_FASCICULATION)


def _rate(site: SiteSummary) -> float:
    return site.rate_per_min.value if math.isfinite(site.rate_per_min.value) else -1.0


def listed(words: Sequence[str]) -> str:
    """Words in a row: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
