"""The plain page: readable, complete, and no reassurance where something was raised."""

import re
from dataclasses import replace

import pytest

from fasciscope.app.report.sheet import BRING, HELP, MEANS, SEEN, plain_words, sheet_of
from fasciscope.classifier import History, Urgency, load_catalogue, match
from fasciscope.classifier.cause import Topic
from fasciscope.core import Pattern

from .fabricated import session

HARDEST_GRADE = 8.0


def syllables(word: str) -> int:
    """Groups of vowels, a silent e at the end left out."""
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and len(groups) > 1
    return max(1, len(groups) - silent)


def grade(text: str) -> float:
    """Flesch-Kincaid grade (Kincaid and others 1975)."""
    sentences = max(1, len(re.findall(r"[.?!:]+(?:\s|$)", text)))
    words = re.findall(r"[A-Za-z']+", text)
    long = sum(map(syllables, words))
    return 0.39 * len(words) / sentences + 11.8 * long / len(words) - 15.59


def test_the_grade_is_that_of_known_texts() -> None:
    assert grade("The cat sat on the mat. It was a big cat.") < 1
    assert grade("Fasciculation potentials necessitate neurophysiological characterisation.") > 20


@pytest.mark.parametrize("pattern", Pattern)
def test_every_pattern_is_told_in_words_of_grade_eight(pattern: Pattern) -> None:
    assert grade(" ".join((SEEN[pattern], MEANS, *BRING, *HELP.values()))) <= HARDEST_GRADE
    assert grade(SEEN[pattern]) <= HARDEST_GRADE


def test_every_alarm_symptom_that_asks_for_help_is_listed_once() -> None:
    listed = [label for _, labels in sheet_of(session()).watch for label in labels]
    flags = [item for item in load_catalogue().guidance if item.topic is Topic.RED_FLAG]
    assert sorted(listed) == sorted(plain_words(item) for item in flags if item.urgency)
    assert len(set(listed)) == len(listed)
    assert grade(". ".join(listed)) <= HARDEST_GRADE


def test_what_was_raised_stands_on_the_page_with_its_urgency() -> None:
    plain = session()
    said = match(plain.summary, History(alarms=("flag_dark_urine",)))
    sheet = sheet_of(replace(plain, findings=said))
    assert sheet.raised[0] == Urgency.SAME_DAY.advice
    assert "Dark urine with muscle pain" in sheet.raised


def test_nothing_reassures() -> None:
    text = " ".join((*SEEN.values(), MEANS, *BRING)).lower()
    assert not re.search(r"harmless|benign|nothing to worry|reassur|all clear|no need", text)
