"""A session's summary and a short history to findings; the signal alone never selects a cause."""

from fasciscope.classifier.catalogue import load_catalogue
from fasciscope.classifier.finding import Finding, Findings, History, Urgency
from fasciscope.core import SessionSummary


def match(summary: SessionSummary, history: History | None = None) -> Findings:
    """Give what has been reported with the session's pattern and what a professional should see."""
    flagged = tuple(
        Finding(flag.name, flag.name, (flag.text,), urgency=Urgency.APPOINTMENT)
        for flag in summary.review_flags
    )
    listed = tuple(
        Finding(cause.id, cause.label, (cause.plain,))
        for cause in load_catalogue().causes
        if summary.pattern in cause.patterns
    )
    return Findings(flagged, (), listed, Urgency.APPOINTMENT if flagged else Urgency.NONE_RAISED)
