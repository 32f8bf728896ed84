"""match(): the signal selects nothing, an alarm is never lost, and nothing reads as an all-clear."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.classifier import Finding, Grade, History, Urgency, load_catalogue, match
from fasciscope.classifier.cause import Topic
from fasciscope.core import Pattern, ReviewFlag, SessionSummary

from .summaries import summary

BOOK = load_catalogue()
ALARMS = [item for item in BOOK.guidance if item.topic is Topic.RED_FLAG]
ALARM_WORDS = sorted(word for item in ALARMS for word in item.words)
CAUSE_WORDS = sorted(word for cause in BOOK.causes for word in cause.words)
SPREAD = ReviewFlag("widespread", "6 of 8 sites", "Howard & Murray 1992")
STRANGE = ReviewFlag("no_such_flag", "something measured", "somewhere")

patterns = st.sampled_from(list(Pattern))
flags = st.lists(st.sampled_from([SPREAD, STRANGE]), unique=True, max_size=2).map(tuple)
words = st.one_of(st.sampled_from(CAUSE_WORDS), st.sampled_from(ALARM_WORDS), st.text(max_size=12))
some = st.lists(words, max_size=4).map(tuple)
alarm_words = st.one_of(st.sampled_from(ALARM_WORDS), st.text(max_size=12))
alarms = st.lists(alarm_words, max_size=4).map(tuple)
histories = st.builds(History, causes=some, conditions=some, medicines=some, alarms=some)
summaries = st.builds(
    summary, patterns, flags, st.floats(0.0, 300.0), st.integers(min_value=1, max_value=8)
)


def ids(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.cause for finding in findings]


@given(summaries, histories, alarms, alarm_words)
def test_urgency_never_falls_when_an_alarm_symptom_is_added(
    session: SessionSummary, history: History, some_alarms: tuple[str, ...], alarm: str
) -> None:
    less = History(history.causes, history.conditions, history.medicines, some_alarms)
    more = History(history.causes, history.conditions, history.medicines, (*some_alarms, alarm))
    assert match(session, more).urgency >= match(session, less).urgency


@given(patterns, alarms)
def test_urgency_is_the_highest_that_any_one_alarm_symptom_alone_would_raise(
    pattern: Pattern, some_alarms: tuple[str, ...]
) -> None:
    session = summary(pattern)
    alone = [match(session, History(alarms=(alarm,))).urgency for alarm in some_alarms]
    together = match(session, History(alarms=some_alarms)).urgency
    assert together == max(alone, default=Urgency.NONE_RAISED)


@given(summaries, histories, alarm_words)
def test_an_alarm_symptom_takes_nothing_away_from_the_list_for_a_professional(
    session: SessionSummary, history: History, alarm: str
) -> None:
    more = History(history.causes, history.conditions, history.medicines, (*history.alarms, alarm))
    before, after = match(session, history), match(session, more)
    assert set(ids(before.see_professional)) <= set(ids(after.see_professional))
    assert len(after.see_professional) >= len(before.see_professional)


@given(summaries, histories)
def test_urgency_is_that_of_the_most_urgent_finding_and_stands_first(
    session: SessionSummary, history: History
) -> None:
    found = match(session, history)
    steps = [finding.urgency for finding in found.see_professional]
    assert found.urgency == max(steps, default=Urgency.NONE_RAISED)
    assert steps == sorted(steps, reverse=True)


@given(summaries, histories)
def test_the_same_question_gets_the_same_answer(session: SessionSummary, history: History) -> None:
    assert match(session, history) == match(session, history)


@given(summaries)
def test_without_a_history_the_signal_selects_no_cause(session: SessionSummary) -> None:
    found = match(session)
    assert found.with_history == ()
    assert len(found.see_professional) == len(session.review_flags)
    # what is listed depends on the pattern and on whether anything is raised, and on nothing else
    assert found.with_pattern == match(summary(session.pattern, session.review_flags)).with_pattern


@given(patterns)
def test_causes_are_listed_with_a_pattern_by_label_and_unranked(pattern: Pattern) -> None:
    causes = [f for f in match(summary(pattern)).with_pattern if not f.cause.startswith("reading")]
    assert set(ids(tuple(causes))) == {c.id for c in BOOK.causes if pattern in c.patterns}
    labels = [finding.label.lower() for finding in causes]
    assert labels == sorted(labels)


@given(flags, histories, st.sampled_from([Pattern.QUIET, Pattern.NOT_ASSESSABLE]))
def test_a_recording_without_activity_lists_no_cause_with_its_pattern(
    measured: tuple[ReviewFlag, ...], history: History, pattern: Pattern
) -> None:
    found = match(summary(pattern, measured), history)
    assert ids(found.with_pattern) == [f"reading_{pattern.value}"]
    for finding in found.see_professional:
        assert any(finding.label in line for line in found.with_pattern[0].speaks_against)


@given(st.sampled_from(ALARM_WORDS), some)
def test_a_benign_pattern_with_an_alarm_symptom_never_reads_as_reassurance(
    alarm: str, named: tuple[str, ...]
) -> None:
    session = summary(Pattern.BENIGN_FASCICULATION)
    found = match(session, History(causes=named, alarms=(alarm,)))
    assert found.see_professional
    assert found.urgency > Urgency.NONE_RAISED
    assert found.with_pattern[0].cause == "reading_raised"
    assert found.with_pattern[1].cause == "reading_benign_fasciculation"
    for finding in found.with_pattern[2:]:
        cause = BOOK.find(finding.cause)
        assert cause is not None
        assert not cause.of_exclusion
    assert not re.search(r"reassur|nothing to worry|harmless|all clear", repr(found), re.IGNORECASE)


@given(st.sampled_from(ALARMS), st.sampled_from(list(BOOK.causes)))
def test_a_red_flag_outside_a_causes_picture_speaks_against_it(
    alarm: object, cause: object
) -> None:
    flag = next(item for item in ALARMS if item == alarm)
    entry = next(item for item in BOOK.causes if item == cause)
    pattern = entry.patterns[0] if entry.patterns else Pattern.CRAMP
    found = match(summary(pattern), History(causes=(entry.id,), alarms=(flag.id,)))
    spoken = any(flag.label in line for line in found.with_history[0].speaks_against)
    assert spoken == (flag.id not in entry.signs or entry.of_exclusion)


@given(histories)
def test_every_word_of_a_history_comes_back(history: History) -> None:
    found = match(summary(Pattern.CRAMP), history)
    answered = {*ids(found.see_professional), *ids(found.with_history)}
    labels = {f.label for f in (*found.see_professional, *found.with_history)}
    for word in (*history.named, *history.alarms):
        cause, flag = BOOK.find(word), BOOK.find_guidance(word, Topic.RED_FLAG)
        known = {entry.id for entry in (cause, flag) if entry}
        assert known & answered or word.strip() in labels or not word.strip(), word


def test_an_alarm_symptom_named_among_the_conditions_counts_as_an_alarm() -> None:
    found = match(summary(Pattern.CRAMP), History(conditions=("Slurred speech",)))
    assert ids(found.see_professional) == ["flag_speech"]
    assert found.urgency is Urgency.SOON


def test_a_measured_flag_keeps_its_own_words_and_source() -> None:
    found = match(summary(Pattern.BENIGN_FASCICULATION, (SPREAD, STRANGE)))
    assert ids(found.see_professional) == ["measured_widespread", "measured_other"]
    for finding, flag in zip(found.see_professional, (SPREAD, STRANGE), strict=True):
        assert flag.text in finding.why[0]
        assert finding.citations[0] == flag.source
    assert found.urgency is Urgency.APPOINTMENT
    assert "benign_fasciculation" not in ids(found.with_pattern)


def test_named_causes_come_strongest_first_and_say_where_they_do_not_fit() -> None:
    history = History(
        causes=("coffee",), conditions=("neuropathy", "coffee"), medicines=("diuretic",)
    )
    found = match(summary(Pattern.BENIGN_FASCICULATION), history)
    assert ids(found.with_history) == ["neuropathy", "caffeine", "diuretics"]
    assert [f.grade for f in found.with_history] == [Grade.STRONG, Grade.WEAK, Grade.WEAK]
    assert "not listed with the pattern" in found.with_history[2].speaks_against[0]


def test_the_grade_for_a_double_pattern_is_that_of_its_weaker_half() -> None:
    history = History(causes=("exercise",))
    grades = {
        pattern: match(summary(pattern), history).with_history[0].grade
        for pattern in (Pattern.CRAMP, Pattern.BENIGN_FASCICULATION, Pattern.CRAMP_FASCICULATION)
    }
    assert list(grades.values()) == [Grade.STRONG, Grade.WEAK, Grade.WEAK]


@pytest.mark.parametrize("pattern", [p for p in Pattern if BOOK.rule(p).sides])
def test_every_finding_says_why_what_speaks_against_it_and_what_would_settle_it(
    pattern: Pattern,
) -> None:
    reading, *causes = match(summary(pattern)).with_pattern
    assert reading.why
    for finding in causes:
        assert finding.why
        assert finding.speaks_against
        assert finding.would_settle
        if finding.grade in (Grade.STRONG, Grade.MODERATE, Grade.UNSUPPORTED):
            assert finding.citations, finding.cause


def test_what_was_not_read_in_a_source_says_so() -> None:
    found = match(summary(Pattern.OTHER_ACTIVITY), History(causes=("myoclonus",)))
    assert all("not checked" in line for line in found.with_history[0].why[2:])
