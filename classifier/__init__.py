"""Verdicts: measured activity -> labelled events, a session -> its pattern, a pattern -> what has been
reported with it.

In: core.Activity, SessionSummary; out: core.Event, pattern verdicts, findings. May import core only.
"""

from fasciscope.classifier.catalogue import NOTICE, Catalogue, load_catalogue
from fasciscope.classifier.cause import Cause
from fasciscope.classifier.events import EventClassifier
from fasciscope.classifier.finding import Finding, Findings, Grade, History, Urgency
from fasciscope.classifier.match import match
from fasciscope.classifier.pattern import SessionVerdict, judge_session
from fasciscope.classifier.questionnaire import Question, history_of, load_questionnaire
from fasciscope.classifier.rulemodel import RuleModel
from fasciscope.classifier.verdict import Model, Verdict

__all__ = [
    "NOTICE",
    "Catalogue",
    "Cause",
    "EventClassifier",
    "Finding",
    "Findings",
    "Grade",
    "History",
    "Model",
    "Question",
    "RuleModel",
    "SessionVerdict",
    "Urgency",
    "Verdict",
    "history_of",
    "judge_session",
    "load_catalogue",
    "load_questionnaire",
    "match",
]
