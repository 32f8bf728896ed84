"""What the page's template reads: the session as words, rows and pictures, no arithmetic left to do."""

from dataclasses import dataclass
from pathlib import PurePath

from fasciscope.app.report.cramp import cramp_picture, longest_cramp_s
from fasciscope.app.report.firmness import Firmness, firmness_of, percent
from fasciscope.app.report.methods import methods_text, readable
from fasciscope.app.report.picture import Picture
from fasciscope.app.report.raster import raster_picture
from fasciscope.app.report.rate import rate_picture
from fasciscope.app.report.shapes import shapes_picture
from fasciscope.app.report.sheet import Sheet, sheet_of
from fasciscope.app.report.words import (
    LABELS,
    NONE,
    duration,
    figure,
    headline,
    interval,
    place,
    share,
    significant,
    usable_s,
)
from fasciscope.app.session import Session
from fasciscope.app.summary_file import STATEMENT
from fasciscope.classifier import EXACT, NOTICE, Finding, Grade, load_catalogue, load_muscles
from fasciscope.classifier.cause import Kind, Mark
from fasciscope.core import ChannelInfo, Label, ReviewFlag, SessionSummary, SiteSummary

GRADES: dict[Grade, str] = {
    Grade.STRONG: "strong evidence",
    Grade.MODERATE: "moderate evidence",
    Grade.WEAK: "weak evidence",
    Grade.UNSUPPORTED: "claimed, not borne out",
    Grade.MIMIC: "something else that looks alike",
    Grade.NONE: "",
}
KINDS: dict[Kind, str] = {
    Kind.TRIGGER: "Triggers",
    Kind.MEDICATION: "Medicines",
    Kind.TREATMENT: "Treatments",
    Kind.CONDITION: "Conditions",
    Kind.PATTERN: "Named patterns",
}
READING = "reading_"  # findings that say how the others are to be read
UNCHECKED = f" [{Mark.HIGH.remark}]"
AGAINST = "Would speak against it: "
"""How the catalogue begins such a sentence; here it stands under a heading that says so."""


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A line of the table of sites, as text."""

    name: str
    channel: str
    supply: str  # nerve and roots
    usable: str
    usable_share: str
    fasciculations: str
    rate: str
    widened: str
    cramps: str
    cramp_time: str
    amplitude: str
    quartiles: str
    snr: str
    isolated: str
    shapes: str
    noise: str


@dataclass(frozen=True, slots=True)
class FindingCard:
    """A finding, as text; `references` are places in the page's list of sources, from 1."""

    label: str
    grade: str
    why: tuple[str, ...]
    against_title: str
    speaks_against: tuple[str, ...]
    would_settle: tuple[str, ...]
    references: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The page's contents in their order."""

    source: str
    headline: str
    facts: tuple[tuple[str, str], ...]
    tier_letter: str
    tier_text: str
    pattern_reasons: tuple[str, ...]
    firmness: Firmness
    rate: Picture | None
    raster: Picture | None
    shapes: Picture | None
    cramp: Picture | None
    sites: tuple[SiteRow, ...]
    label_names: tuple[str, ...]
    label_rows: tuple[tuple[str, tuple[str, ...]], ...]
    unusable: tuple[tuple[str, str], ...]
    flags: tuple[ReviewFlag, ...]
    limits: tuple[str, ...]
    notes: tuple[str, ...]
    urgency: str
    see_professional: tuple[FindingCard, ...]
    with_history: tuple[FindingCard, ...]
    reading: tuple[FindingCard, ...]
    with_pattern: tuple[tuple[str, tuple[FindingCard, ...]], ...]  # by kind
    citations: tuple[str, ...]
    methods: tuple[str, ...]
    sheet: Sheet
    settings: tuple[tuple[str, str], ...]
    version: str
    notice: str = NOTICE
    statement: str = STATEMENT


def view_of(session: Session) -> View:
    """Draw the pictures and word everything."""
    summary, findings = session.summary, session.findings
    reading = tuple(f for f in findings.with_pattern if f.cause.startswith(READING))
    listed = _by_kind([f for f in findings.with_pattern if f not in reading])
    first = (*findings.see_professional, *findings.with_history, *reading)
    shown = (*first, *(finding for _, group in listed for finding in group))
    citations = tuple(dict.fromkeys(text for finding in shown for text in finding.citations))
    labels = [label for label in Label if any(s.counts.get(label) for s in summary.sites)]
    return View(
        source=PurePath(summary.source).name,  # folders may name people
        headline=headline(summary, longest_cramp_s(session)),
        facts=_facts(session),
        tier_letter=summary.info.tier.letter,
        tier_text=f"{summary.info.tier.reason}: {summary.info.tier.allowed}.",
        pattern_reasons=summary.pattern_reasons,
        firmness=firmness_of(summary),
        rate=rate_picture(summary),
        raster=raster_picture(session),
        shapes=shapes_picture(summary),
        cramp=cramp_picture(session),
        sites=tuple(_site_row(site) for site in summary.sites),
        label_names=tuple(LABELS[label][1] for label in labels),
        label_rows=tuple(_label_row(site, labels) for site in summary.sites),
        unusable=_unusable(summary),
        flags=summary.review_flags,
        limits=summary.limits,
        notes=summary.notes,
        urgency=findings.urgency.advice,
        see_professional=_cards(findings.see_professional, citations),
        with_history=_cards(findings.with_history, citations),
        reading=_cards(reading, citations),
        with_pattern=tuple((title, _cards(group, citations)) for title, group in listed),
        citations=citations,
        methods=tuple(filter(None, methods_text(summary))),
        sheet=sheet_of(session),
        settings=tuple(
            (readable(k), NONE if v is None else str(v)) for k, v in summary.settings.items()
        ),
        version=summary.version,
    )


def _facts(session: Session) -> tuple[tuple[str, str], ...]:
    summary = session.summary
    usable = usable_s(summary)
    facts = [
        ("Recorded", duration(summary.duration_s)),
        ("Usable (best site)", f"{duration(usable)} ({share(usable, summary.duration_s)})"),
        ("Lost", duration(sum(length for _at, length in summary.gaps))),
        ("Sites", str(len(summary.sites))),
        ("Device", summary.info.device or NONE),
        ("Sampling", f"{summary.info.rate_hz:g} Hz"),
        ("Started", (summary.start_time or NONE).replace("T", " ")[:16]),
        ("Pattern's probability", percent(summary.pattern_probability)),
    ]
    return tuple(facts)


def _site_row(site: SiteSummary) -> SiteRow:
    calibrated = site.channel.calibrated
    isolated = site.isolated_share
    return SiteRow(
        name=place(site.channel),
        channel=site.channel.name,
        supply=_supply(site.channel),
        usable=figure(site.usable_s / 60),
        usable_share=share(site.usable_s, site.recorded_s),
        fasciculations=f"{site.counts.get(Label.FASCICULATION, 0):,}",
        rate=interval(site.rate_per_min),
        widened="" if site.rate_method == EXACT else "widened",
        cramps=str(site.counts.get(Label.CRAMP, 0)),
        cramp_time=_cramp_time(site),
        amplitude=_amplitude(site) if calibrated else NONE,
        quartiles=_quartiles(site) if calibrated else "",
        snr=significant(site.snr_median),
        isolated=NONE if isolated is None else share(isolated, 1),
        shapes=str(site.n_shapes),
        noise=f"{significant(site.noise)} µV" if calibrated else "uncalibrated",
    )


def _supply(channel: ChannelInfo) -> str:
    """The nerve and the roots of the channel's muscle; empty where its name tells no muscle."""
    book = load_muscles()
    site = book.site_of(channel)
    if site is None:
        return ""
    return f"{book.nerves_of(site.muscle)[0].label}, {' '.join(site.muscle.innervation.roots)}"


def _cramp_time(site: SiteSummary) -> str:
    """How long all the site's cramps lasted together; empty where there is none."""
    lasted = site.duration_s.get(Label.CRAMP, 0.0)
    return duration(lasted) if site.counts.get(Label.CRAMP) else ""


def _amplitude(site: SiteSummary) -> str:
    median = site.amplitude_uv_median
    if median is None:
        return NONE
    return f"{significant(median)} µV"


def _quartiles(site: SiteSummary) -> str:
    spread = site.amplitude_uv_iqr
    return f"{significant(spread[0])}–{significant(spread[1])}" if spread else ""


def _label_row(site: SiteSummary, labels: list[Label]) -> tuple[str, tuple[str, ...]]:
    return place(site.channel), tuple(f"{site.counts.get(label, 0):,}" for label in labels)


def _unusable(summary: SessionSummary) -> tuple[tuple[str, str], ...]:
    """Reasons with the mean share of the recorded time over all sites, longest first."""
    recorded = sum(site.recorded_s for site in summary.sites)
    seconds: dict[str, float] = {}
    for site in summary.sites:
        for reason, lasted in site.unusable_s.items():
            seconds[reason] = seconds.get(reason, 0.0) + lasted
    if any(site.active_s for site in summary.sites):
        seconds["sustained activity"] = sum(site.active_s for site in summary.sites)
    ordered = sorted(seconds.items(), key=lambda item: -item[1])
    return tuple(
        (reason.replace("_", " "), f"{100 * lasted / recorded:.1f} %" if recorded else NONE)
        for reason, lasted in ordered
        if lasted > 0
    )


def _by_kind(findings: list[Finding]) -> list[tuple[str, tuple[Finding, ...]]]:
    """The findings under the names of their kinds, those that have none left out."""
    kinds = {cause.id: cause.kind for cause in load_catalogue().causes}
    groups = [
        (title, tuple(finding for finding in findings if kinds[finding.cause] is kind))
        for kind, title in KINDS.items()
    ]
    return [(title, group) for title, group in groups if group]


def _cards(findings: tuple[Finding, ...], citations: tuple[str, ...]) -> tuple[FindingCard, ...]:
    return tuple(
        FindingCard(
            finding.label,
            GRADES[finding.grade],
            finding.why,
            *_against(finding),
            finding.would_settle,
            tuple(sorted(citations.index(text) + 1 for text in finding.citations)),
        )
        for finding in findings
    )


def _against(finding: Finding) -> tuple[str, tuple[str, ...]]:
    """A heading with the points; a remark that all points share is said once."""
    points = tuple(text.removeprefix(AGAINST) for text in finding.speaks_against)
    if points and all(point.endswith(UNCHECKED) for point in points):
        return f"Against{UNCHECKED}", tuple(point.removesuffix(UNCHECKED) for point in points)
    return "Against", points
