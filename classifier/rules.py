"""Rules: a table of tests, tried in order; the first that applies names the activity.

A rule is a name, a label, a test, how far beyond its limit the deciding figure lies, and a sentence
with the figures that decided. The probabilities are the rules' own measure of that margin, not
frequencies in patients (the calibrated model is to come and has the same face).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fasciscope.classifier.verdict import Verdict
from fasciscope.core import Burst, Label, Potential

Activity = TypeVar("Activity", Potential, Burst)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Activity]):
    """One rule; `label` None drops the activity (it is part of another)."""

    name: str
    label: Label | None
    applies: Callable[[Activity], bool]
    margin: Callable[[Activity], float]
    reason: Callable[[Activity], str]


def sure(margin: float) -> float:
    """Probability from a margin: 0.6 at the limit, 0.99 far beyond."""
    return round(0.6 + 0.39 * (1.0 - math.exp(-max(margin, 0.0))), 3)


def beyond(value: float, limit: float) -> float:
    """Margin of a value against its limit: 2 at twice the limit or at none of it."""
    return abs(value - limit) / limit * 2.0


def first_match(rules: tuple[Rule[Activity], ...], activity: Activity) -> Rule[Activity] | None:
    """The first rule that applies, None if none does."""
    return next((rule for rule in rules if rule.applies(activity)), None)


def verdict_of(rule: Rule[Activity], activity: Activity) -> Verdict | None:
    """What the rule says; None if it drops the activity."""
    if rule.label is None:
        return None
    return Verdict(rule.label, sure(rule.margin(activity)), (rule.reason(activity),), (rule.name,))
