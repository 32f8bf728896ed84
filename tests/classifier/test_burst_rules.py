"""Every rule for sustained activity is reached and says its figure."""

from typing import Any

import pytest

from fasciscope.classifier.burst_rules import burst_rules
from fasciscope.classifier.rules import first_match, verdict_of
from fasciscope.core import Label

from .activities import RATE_HZ, burst

CASES: dict[str, tuple[dict[str, Any], Label, str]] = {
    "movement": ({"low_ratio": 9.0}, Label.ARTEFACT, "9 times"),
    "common": ({"channels": (0, 1, 2, 3), "common": 0.99}, Label.ARTEFACT, "all 4 channels"),
    "tremor": ({"tremor_ratio": 0.7, "tremor_hz": 5.3}, Label.REPETITIVE, "5.3 a second"),
}


def test_there_is_a_case_for_every_rule() -> None:
    assert [rule.name for rule in burst_rules(4, RATE_HZ)] == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_rule_is_reached_and_says_its_figure(name: str) -> None:
    changes, label, figure = CASES[name]
    rule = first_match(burst_rules(4, RATE_HZ), burst(**changes))
    assert rule is not None
    assert rule.name == name
    verdict = verdict_of(rule, burst(**changes))
    assert verdict is not None
    assert (verdict.label, verdict.flags) == (label, (name,))
    assert figure in verdict.reasons[0]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"channels": (0, 1), "common": 0.99},
        {"tremor_ratio": 0.7, "end_sample": 10_900, "peak_sample": 10_500},
    ],
)
def test_what_no_rule_names_is_left_to_the_points(changes: dict[str, Any]) -> None:
    assert first_match(burst_rules(2, RATE_HZ), burst(**changes)) is None
