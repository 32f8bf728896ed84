"""The short history: every answer means what the catalogue knows, and none is compulsory."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.classifier import History, history_of, load_catalogue, load_questionnaire, match
from fasciscope.classifier.cause import Topic
from fasciscope.classifier.questionnaire import Answering
from fasciscope.core import InputError, Pattern

from .summaries import summary

BOOK = load_catalogue()
QUESTIONS = load_questionnaire()

offered = {
    question.id: st.sampled_from([option.id for option in question.options])
    if question.kind is Answering.ONE
    else st.lists(st.sampled_from([option.id for option in question.options]), max_size=3)
    if question.kind is Answering.MANY
    else st.lists(st.sampled_from(["statin", "diabetes", "xyzzy"]), max_size=2)
    for question in QUESTIONS
}
answers = st.fixed_dictionaries({}, optional=offered)


def test_every_name_is_in_the_catalogue() -> None:
    for question in QUESTIONS:
        for option in question.options:
            for name in option.names:
                known = BOOK.find(name) or BOOK.find_guidance(name, Topic.RED_FLAG)
                assert known is not None, (question.id, option.id, name)


def test_choices_have_options_and_words_have_none() -> None:
    for question in QUESTIONS:
        assert bool(question.options) == (question.kind is not Answering.WORDS), question.id
        assert len({option.id for option in question.options}) == len(question.options)


def test_no_answer_is_no_history() -> None:
    assert history_of({}) == History()


def test_answers_become_words_of_the_history() -> None:
    said = history_of(
        {"onset": "months", "alarm": ["weakness"], "medicines": ["salbutamol"], "family": "als"}
    )
    assert said == History(causes=("flag_persistent", "flag_weakness"), medicines=("salbutamol",))


@given(answers)
def test_not_knowing_and_order_change_nothing(given_answers: dict[str, object]) -> None:
    unknown: dict[str, object] = {question.id: "unknown" for question in QUESTIONS}
    shuffled = list((unknown | given_answers).items())
    random.Random(1).shuffle(shuffled)
    assert history_of(dict(shuffled)) == history_of(given_answers)


@given(answers, st.sampled_from(next(q for q in QUESTIONS if q.id == "alarm").options))
def test_an_alarm_more_never_lowers_the_urgency(
    given_answers: dict[str, object], alarm: object
) -> None:
    (option,) = [o for q in QUESTIONS if q.id == "alarm" for o in q.options if o == alarm]
    before = match(summary(Pattern.BENIGN_FASCICULATION), history_of(given_answers))
    alarms = [*given_answers.get("alarm", []), option.id]  # type: ignore[misc, attr-defined]
    more = given_answers | {"alarm": alarms}
    after = match(summary(Pattern.BENIGN_FASCICULATION), history_of(more))
    assert after.urgency >= before.urgency
    assert after.see_professional


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"colour": "red"}, ["colour", "onset"]),
        ({"onset": "yesterday"}, ["onset", "yesterday", "weeks", "unknown"]),
        ({"onset": ["days", "weeks"]}, ["onset", "2"]),
        ({"alarm": ["weakness", 3]}, ["alarm", "3"]),
    ],
)
def test_an_answer_that_is_not_offered_is_refused_with_those_that_are(
    wrong: dict[str, object], named: list[str]
) -> None:
    with pytest.raises(InputError) as refusal:
        history_of(wrong)
    for word in named:
        assert word in str(refusal.value)
