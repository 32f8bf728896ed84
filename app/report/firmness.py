"""How firm the verdict and the rates are, as rows of text: probabilities, other rules, timing."""

from collections.abc import Sequence
from dataclasses import dataclass

from fasciscope.app.report.words import (
    MIN_QUIET_S,
    NONE,
    PATTERNS,
    duration,
    figure,
    listed,
    place,
    significant,
    usable_s,
)
from fasciscope.classifier import RULES
from fasciscope.core import Label, Pattern, SessionSummary, SiteSummary, Timing

LEAST_SHOWN = 0.01
MAX_SITES = 8
LEAST_P = 0.001
WORDS = {rule.name: rule.words for rule in RULES}


@dataclass(frozen=True, slots=True)
class Chance:
    """A pattern with its probability: as text, and as a bar's length in per cent."""

    pattern: str
    text: str
    length: str


@dataclass(frozen=True, slots=True)
class Firmness:
    """Probabilities, and two tables (name, cells) of the sites with most fasciculations.

    `chances_left`: some patterns are left out, each less probable than `LEAST_SHOWN`.
    """

    chances: tuple[Chance, ...]
    chances_left: bool
    rules: tuple[str, ...]
    rule_rows: tuple[tuple[str, tuple[str, ...]], ...]
    rule_sentence: str
    timing_rows: tuple[tuple[str, tuple[str, ...]], ...]


def firmness_of(summary: SessionSummary) -> Firmness:
    """Word it; tables are empty where no fasciculation was found."""
    chances = sorted(summary.pattern_probabilities.items(), key=lambda item: -item[1])
    shown = [(pattern, chance) for pattern, chance in chances if chance >= LEAST_SHOWN]
    sites = _busiest(summary.sites)
    return Firmness(
        chances=tuple(
            Chance(_pattern(summary, pattern), percent(chance), f"{100 * chance:.1f}")
            for pattern, chance in shown
        ),
        chances_left=len(shown) < len(chances),
        rules=tuple(WORDS[under.rule] for under in sites[0].rate_sensitivity) if sites else (),
        rule_rows=tuple((place(site.channel), _rates(site)) for site in sites),
        rule_sentence=_rule_sentence(summary),
        timing_rows=tuple((place(site.channel), _timing(site)) for site in sites),
    )


def percent(chance: float) -> str:
    """A probability in whole per cent, never rounded to certainty."""
    if chance > 0.99:
        return "over 99 %" if chance < 1 else "100 %"
    return "under 1 %" if 0 < chance < LEAST_SHOWN else f"{100 * chance:.0f} %"


def _pattern(summary: SessionSummary, pattern: Pattern) -> str:
    """A pattern in words; nothing is called quiet under `MIN_QUIET_S`, whoever says so."""
    short = pattern is Pattern.QUIET and usable_s(summary) < MIN_QUIET_S
    return PATTERNS[Pattern.NOT_ASSESSABLE if short else pattern]


def _busiest(sites: Sequence[SiteSummary]) -> list[SiteSummary]:
    """Sites with fasciculations and rates under other rules: those with most, in their order."""
    found = [s for s in sites if s.counts.get(Label.FASCICULATION) and s.rate_sensitivity]
    most = sorted(found, key=lambda s: -s.counts[Label.FASCICULATION])[:MAX_SITES]
    return [site for site in found if site in most]


def _rates(site: SiteSummary) -> tuple[str, ...]:
    rates = [site.rate_per_min, *(under.rate_per_min for under in site.rate_sensitivity)]
    return tuple(significant(rate.value) for rate in rates)


def _rule_sentence(summary: SessionSummary) -> str:
    """Whether the pattern would be another under one of the rules."""
    rules: dict[Pattern, list[str]] = {}
    for rule, pattern in summary.pattern_sensitivity.items():
        if pattern is not summary.pattern:
            rules.setdefault(pattern, []).append(f"“{WORDS[rule]}”")
    if not rules:
        return "The pattern would be the same under each of these rules."
    changes = [
        f"under {listed(names)}: {_pattern(summary, pattern)}" for pattern, names in rules.items()
    ]
    return f"The session would be called otherwise {'; '.join(changes)}."


def _timing(site: SiteSummary) -> tuple[str, ...]:
    timing = site.timing or Timing(0, None, None, None, None, None, None, None)
    window = f" ({timing.window_s:.0f} s)" if timing.window_s else ""
    return (
        f"{timing.n_intervals:,}",
        NONE if timing.median_s is None else duration(timing.median_s),
        figure(timing.cv, 2),
        _p(timing.poisson_p),
        f"{figure(timing.dispersion, 1)}{window}",
        _p(timing.dispersion_p),
        NONE if timing.doublet_share is None else percent(timing.doublet_share),
        _halves(site),
    )


def _p(value: float | None) -> str:
    if value is None:
        return NONE
    return f"< {LEAST_P:g}" if value < LEAST_P else f"{value:.2g}"


def _halves(site: SiteSummary) -> str:
    """Rates of the halves, and the chance of so unlike ones."""
    halves = site.halves
    if halves is None or halves.p is None:
        return NONE
    first, second = (60.0 * n / s for n, s in zip(halves.counts, halves.usable_s, strict=True))
    return f"{significant(first)} / {significant(second)} (p {_p(halves.p)})"
