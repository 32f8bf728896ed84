"""Verdicts: measured activity -> labelled events, a session -> its pattern, a pattern -> what has been
reported with it.

In: core.Activity, SessionSummary; out: core.Event, pattern verdicts, findings. May import core only.
"""

from fasciscope.classifier.catalogue import NOTICE, Catalogue, load_catalogue
from fasciscope.classifier.cause import Cause
from fasciscope.classifier.finding import Finding, Findings, Grade, History, Urgency
from fasciscope.classifier.match import match

__all__ = [
    "NOTICE",
    "Catalogue",
    "Cause",
    "Finding",
    "Findings",
    "Grade",
    "History",
    "Urgency",
    "load_catalogue",
    "match",
]
