"""People as published: what the answer to each must hold, and what it must not say."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fasciscope.classifier import Urgency, history_of, load_catalogue, match
from fasciscope.core import Pattern

from .summaries import summary

BOOK = load_catalogue()
VIGNETTES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("vignettes.toml").read_text(encoding="utf-8")
)


def test_there_are_thirty_and_each_is_after_a_source_of_the_catalogue() -> None:
    assert len(VIGNETTES) >= 30
    listed = {source.id for source in BOOK.sources}
    assert {vignette["after"] for vignette in VIGNETTES.values()} <= listed


@pytest.mark.parametrize("name", VIGNETTES)
def test_the_answer_holds_what_it_must(name: str) -> None:
    told = VIGNETTES[name]
    found = match(summary(Pattern(told["pattern"])), history_of(told["answers"]))
    assert {finding.cause for finding in found.see_professional} == set(told.get("see", []))
    assert found.urgency is Urgency[told["urgency"].upper()]
    assert {finding.cause for finding in found.with_history} == set(told.get("named", []))
    listed = {finding.cause for finding in found.with_pattern}
    assert set(told.get("listed", [])) <= listed
    assert not set(told.get("not_listed", [])) & listed


@pytest.mark.parametrize("name", VIGNETTES)
def test_no_answer_diagnoses_or_reassures(name: str) -> None:
    told = VIGNETTES[name]
    found = match(summary(Pattern(told["pattern"])), history_of(told["answers"]))
    text = repr(found)
    assert not re.search(
        r"you have |this is als|diagnosed with|nothing to worry|all clear", text, re.I
    )
    for finding in (*found.with_history, *found.with_pattern):
        if finding.cause in {cause.id for cause in BOOK.causes}:
            assert finding.speaks_against
            assert finding.would_settle
