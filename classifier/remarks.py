"""What the timing of a session's fasciculations asks a person to keep in mind, as sentences."""

from collections.abc import Iterator, Sequence

from fasciscope.core import SiteSummary

UNLIKE = 0.05
"""Halves that chance makes so unlike less often than this, over all sites, are remarked on."""
STEADY_CV = 0.5
STEADY_P = 0.001


def remarks_of(sites: Sequence[SiteSummary]) -> tuple[str, ...]:
    """Sites whose halves differ beyond chance, and sites whose potentials come too regularly."""
    return (*_unlike_halves(sites), *_steady(sites))


def _unlike_halves(sites: Sequence[SiteSummary]) -> Iterator[str]:
    """Bonferroni's correction over the sites that can be tested."""
    tested = [(s, s.halves, s.halves.p) for s in sites if s.halves and s.halves.p is not None]
    for site, halves, p in tested:
        if p * len(tested) < UNLIKE:
            first, second = (
                60.0 * n / s for n, s in zip(halves.counts, halves.usable_s, strict=True)
            )
            yield (
                f"At {site.channel.name} the rate was {first:.2g} per usable minute in the first half "
                f"and {second:.2g} in the second, which differ beyond chance (exact binomial test, "
                f"p = {p:.2g}): one rate does not describe the whole recording."
            )


def _steady(sites: Sequence[SiteSummary]) -> Iterator[str]:
    for site in sites:
        timing = site.timing
        if timing is None or timing.cv is None or timing.poisson_p is None:
            continue
        if timing.cv < STEADY_CV and timing.poisson_p < STEADY_P:
            yield (
                f"At {site.channel.name} potentials came every {timing.median_s:.2g} s with little "
                f"variation (CV {timing.cv:.2f}); fasciculations come at random (S7). Something may "
                f"have timed them: a stimulus, a movement or a device."
            )
