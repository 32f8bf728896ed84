"""The short history as questions: questionnaire.toml, and answers to a `History`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from fasciscope.classifier.finding import History
from fasciscope.classifier.table import build
from fasciscope.core import InputError

SHIPPED = Path(__file__).with_name("questionnaire.toml")
UNKNOWN = "unknown"
"""May answer any question; it says nothing, as if the question were left out."""


class Answering(StrEnum):
    """How a question is answered."""

    ONE = "one"
    MANY = "many"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that may be chosen, and the causes and red flags that it names."""

    id: str
    text: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `kept` marks words that are kept as said and not looked up."""

    id: str
    text: str
    kind: Answering
    options: tuple[Option, ...] = ()
    kept: bool = False

    def names_of(self, answer: object) -> tuple[str, ...]:
        """The words that an answer names. Raises InputError for an answer that is not offered."""
        given = _as_list(self, answer)
        if self.kind is Answering.WORDS:
            return () if self.kept else tuple(word for word in given if word != UNKNOWN)
        if self.kind is Answering.ONE and len(given) > 1:
            raise InputError(f"{self.id}: found {len(given)} answers. Give one of them.")
        offered = {option.id: option.names for option in self.options} | {UNKNOWN: ()}
        for word in given:
            if word not in offered:
                raise InputError(f"{self.id}: found {word!r}. Allowed: {', '.join(offered)}.")
        return tuple(name for word in given for name in offered[word])


@cache
def load_questionnaire(path: Path = SHIPPED) -> tuple[Question, ...]:
    """The questions in their order. Raises InputError that names the question and the field."""
    with path.open("rb") as handle:
        table = tomllib.load(handle)
    return tuple(
        build(Question, {"id": key, **entry}, f"questions.{key}")
        for key, entry in table["questions"].items()
    )


def history_of(answers: Mapping[str, object]) -> History:
    """The history that answers by question id give; any may be left out, in any order.

    Raises InputError, naming the question, for one that is not asked and an answer that is not offered.
    """
    questions = {question.id: question for question in load_questionnaire()}
    for key in answers:
        if key not in questions:
            raise InputError(f"{key!r} is no question. There are: {', '.join(questions)}.")
    said = {
        key: question.names_of(answers[key])
        for key, question in questions.items()
        if key in answers
    }
    medicines, conditions = said.pop("medicines", ()), said.pop("conditions", ())
    named = tuple(dict.fromkeys(name for names in said.values() for name in names))
    return History(causes=named, conditions=conditions, medicines=medicines)


def _as_list(question: Question, answer: object) -> tuple[str, ...]:
    words = []
    for word in answer if isinstance(answer, list | tuple) else [answer]:
        if not isinstance(word, str):
            raise InputError(f"{question.id}: found {word!r}; text, or a list of texts, is needed.")
        if word.strip():
            words.append(word.strip())
    return tuple(dict.fromkeys(words))
