"""The short history as a file and as prompts. It stays where the user puts it."""

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from fasciscope.classifier import History, Question, history_of, load_questionnaire
from fasciscope.core import InputError, StorageError

LARGEST_BYTES = 1 << 20
Ask = Callable[[str], str]


def read_history(path: Path) -> History:
    """The history in a TOML file of answers by question id.

    Raises InputError for a file that cannot be read, is no TOML or answers what is not asked.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputError(f"{path.name} is larger than 1 MB: not a history. Give its TOML file.")
        answers = tomllib.loads(path.read_text(encoding="utf-8"))
        return history_of(answers)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check --history.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not TOML: {error}. See 'fasciscope history'.") from error
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error


def ask_all(ask: Ask) -> dict[str, str | list[str]]:
    """Put every question; what is left empty is left out. `ask` gives the answer to a prompt.

    Raises InputError for an answer that is not offered.
    """
    answers: dict[str, str | list[str]] = {}
    for question in load_questionnaire():
        given = ask(_prompt(question)).strip()
        if given:
            answers[question.id] = _chosen(question, given)
    history_of(answers)
    return answers


def write_history(answers: Mapping[str, str | list[str]], path: Path) -> None:
    """Write answers as a TOML file, readable by its owner only. Raises StorageError."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in answers.items()]
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write("\n".join(lines) + "\n")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error


def _prompt(question: Question) -> str:
    offered = [f"  {n} {option.text}" for n, option in enumerate(question.options, 1)]
    how = {"one": "number", "many": "numbers, with commas", "words": "words, with commas"}
    return "\n".join([question.text, *offered, f"  ({how[question.kind]}; empty: no answer)"])


def _chosen(question: Question, given: str) -> str | list[str]:
    words = [word.strip() for word in given.split(",") if word.strip()]
    options = {str(n): option.id for n, option in enumerate(question.options, 1)}
    chosen = [options.get(word, word) for word in words]
    question.names_of(chosen)
    return chosen[0] if question.kind == "one" else chosen
