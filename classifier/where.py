"""A session's sites to a finding: what the active ones have in common, and what is usual there."""

from fasciscope.classifier.anatomy import load_muscles
from fasciscope.classifier.chances import LEAST_COUNT, USABLE_S
from fasciscope.classifier.finding import Finding
from fasciscope.classifier.muscle import Muscle
from fasciscope.classifier.sites import read_sites
from fasciscope.core import Label, SessionSummary, SiteSummary

WHERE = "reading_sites"
LABEL = "How the active sites lie"


def where_finding(summary: SessionSummary) -> Finding | None:
    """How the active sites of a session read together; None where no active site names a muscle.

    A site is active with two fasciculations or a cramp, and quiet with none in at least 90 usable
    seconds. With one active muscle, only what is usual there is said.
    """
    book = load_muscles()
    active = [site for site in summary.sites if _is_active(site)]
    quiet = [site for site in summary.sites if _is_quiet(site)]
    named = {site.channel.name: book.site_of(site.channel) for site in (*active, *quiet)}
    known = [place for site in active if (place := named[site.channel.name])]
    if not known:
        return None
    unread = [site.channel.name for site in active if not named[site.channel.name]]
    still = [place for site in quiet if (place := named[site.channel.name])]
    reading = read_sites(known, still, unread, book)
    said, sources = reading.sentences, reading.sources
    if not said:  # one muscle alone
        said, sources = _usual(known[0].muscle)
    return Finding(
        WHERE, LABEL, said, citations=tuple(book.source(key).citation for key in sources)
    )


def _usual(muscle: Muscle) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What healthy people show in a muscle: sentences, and the ids of their sources."""
    if not muscle.norms:
        return (f"{muscle.label}: no norm was found, which is not a norm of none.",), ()
    said = (norm.mark.remarked(f"{muscle.label}: {norm.text}") for norm in muscle.norms)
    return tuple(said), tuple(key for norm in muscle.norms for key in norm.sources)


def _is_active(site: SiteSummary) -> bool:
    counts = site.counts
    return counts.get(Label.FASCICULATION, 0) >= LEAST_COUNT or counts.get(Label.CRAMP, 0) > 0


def _is_quiet(site: SiteSummary) -> bool:
    none = not (site.counts.get(Label.FASCICULATION) or site.counts.get(Label.CRAMP))
    return none and site.usable_s >= USABLE_S
