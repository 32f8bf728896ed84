"""The short history as a file and as prompts. It stays where the user puts it."""

import json
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from fasciscope.classifier import History, Question, history_of, load_questionnaire
from fasciscope.core import InputError, StorageError

LARGEST_BYTES = 1 << 20
Answer = str | list[str]
Ask = Callable[[str, Callable[[str], Answer | None]], Answer | None]


@dataclass(frozen=True, slots=True)
class Said:
    """A history: the text that was given, which is kept beside the results, and what it says."""

    text: str
    history: History


def read_history(path: Path) -> Said:
    """The history in a TOML file of answers by question id.

    Raises InputError for a file that cannot be read, is no TOML or answers what is not asked.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputError("larger than 1 MB, which no history is. Give its TOML file.")
        text = path.read_text(encoding="utf-8")
        return Said(text, history_of(tomllib.loads(text)))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check --history.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not TOML: {error}. See 'fasciscope history'.") from error
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error


def ask_all(ask: Ask) -> Iterator[tuple[str, Answer]]:
    """Put every question; give each answer with its question's id. What is left empty is left out.

    `ask` is given a prompt and what makes an answer of the text that is typed (None of an empty one); it
    asks again where that raises InputError.
    """
    for question in load_questionnaire():
        answer = ask(_prompt(question), partial(_chosen, question))
        if answer is not None:
            yield question.id, answer


def create_history(path: Path) -> IO[str]:
    """A new file, readable by its owner only. Raises StorageError, also where one is there already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}. Name a new file in a folder of yours."
        ) from error
    return os.fdopen(handle, "w", encoding="utf-8", errors="replace")


def write_answers(answers: Iterable[tuple[str, Answer]], handle: IO[str]) -> None:
    """Write answers as TOML, each as soon as it is given: what was said outlives an interruption."""
    for key, answer in answers:
        handle.write(f"{key} = {json.dumps(answer, ensure_ascii=False)}\n")
        handle.flush()


def _prompt(question: Question) -> str:
    offered = [f"  {n} {option.text}" for n, option in enumerate(question.options, 1)]
    how = {"one": "number", "many": "numbers, with commas", "words": "words, with commas"}
    return "\n".join([question.text, *offered, f"  ({how[question.kind]}; empty: no answer)"])


def _chosen(question: Question, given: str) -> Answer | None:
    words = [word.strip() for word in given.split(",") if word.strip()]
    if not words:
        return None
    options = {str(n): option.id for n, option in enumerate(question.options, 1)}
    chosen = [options.get(word, word) for word in words]
    question.names_of(chosen)
    return chosen[0] if question.kind == "one" else chosen
