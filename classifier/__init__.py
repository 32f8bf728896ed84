"""Verdicts: measured activity -> labelled events, a session -> its pattern, a pattern -> what has been
reported with it, active sites -> what they share, times -> what they tell of rates.

In: core.Activity, SessionSummary; out: core.Event, pattern verdicts, findings, readings. May import core only.
"""

from fasciscope.classifier.agreement import icc
from fasciscope.classifier.anatomy import Anatomy, load_muscles
from fasciscope.classifier.announcer import Announcer
from fasciscope.classifier.catalogue import NOTICE, Catalogue, load_catalogue
from fasciscope.classifier.cause import Cause
from fasciscope.classifier.counting import RULES, Discharge, discharge_of, rates_under
from fasciscope.classifier.events import DOUBLET, EventClassifier
from fasciscope.classifier.finding import Finding, Findings, Grade, History, Urgency
from fasciscope.classifier.match import match
from fasciscope.classifier.muscle import Muscle, Site
from fasciscope.classifier.pattern import SessionVerdict, judge_session
from fasciscope.classifier.questionnaire import Question, history_of, load_questionnaire
from fasciscope.classifier.rate import EXACT, rate_interval, widening
from fasciscope.classifier.remarks import remarks_of
from fasciscope.classifier.rulemodel import RuleModel
from fasciscope.classifier.sites import SitesReading, read_sites
from fasciscope.classifier.timing import DOUBLET_S, halves_of, timing_of
from fasciscope.classifier.trainedmodel import TrainedModel
from fasciscope.classifier.verdict import Model, Verdict

__all__ = [
    "DOUBLET",
    "DOUBLET_S",
    "EXACT",
    "NOTICE",
    "RULES",
    "Anatomy",
    "Announcer",
    "Catalogue",
    "Cause",
    "Discharge",
    "EventClassifier",
    "Finding",
    "Findings",
    "Grade",
    "History",
    "Model",
    "Muscle",
    "Question",
    "RuleModel",
    "SessionVerdict",
    "Site",
    "SitesReading",
    "TrainedModel",
    "Urgency",
    "Verdict",
    "discharge_of",
    "halves_of",
    "history_of",
    "icc",
    "judge_session",
    "load_catalogue",
    "load_muscles",
    "load_questionnaire",
    "match",
    "rate_interval",
    "rates_under",
    "read_sites",
    "remarks_of",
    "timing_of",
    "widening",
]
