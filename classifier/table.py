"""TOML files, and their tables to dataclasses, with errors that name the entry and the field."""

import tomllib
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from fasciscope.core import InputError

T = TypeVar("T")


def parse(path: Path) -> dict[str, object]:
    """The tables of a TOML file. Raises InputError where it cannot be read or is none."""
    try:
        with path.open("rb") as handle:
            return tomllib.load(handle)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not TOML: {error}.") from error


def build(kind: type[T], table: object, where: str) -> T:
    """Make a `kind` of a TOML table; `where` is the table's place in the file, for the errors.

    Fields may be str, bool, an Enum (by value, or by name in lower case), another dataclass, or a
    tuple of those. Raises InputError for a field that is missing, unknown, empty or of another type.
    """
    if not isinstance(table, dict):
        raise InputError(f"{where}: found {table!r}; a table is needed.")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for name in table:
        if name not in known:
            raise InputError(f"{where}: unknown field {name!r}. Allowed: {', '.join(known)}.")
    for name, field in known.items():
        if name not in table and field.default is MISSING:
            raise InputError(f"{where}: the field {name!r} is missing. Add it.")
    hints = get_type_hints(kind)
    return kind(
        **{name: _value(hints[name], raw, f"{where}.{name}") for name, raw in table.items()}
    )


def _value(hint: Any, raw: object, where: str) -> Any:  # types are only known at run time
    if get_origin(hint) is tuple:
        if not isinstance(raw, list):
            raise InputError(f"{where}: found {raw!r}; a list is needed.")
        item = get_args(hint)[0]
        return tuple(_value(item, one, f"{where}[{number}]") for number, one in enumerate(raw))
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return build(hint, raw, where)
    if issubclass(hint, Enum):
        return _member(hint, raw, where)
    if not isinstance(raw, hint):
        raise InputError(f"{where}: found {raw!r}; a {hint.__name__} is needed.")
    if isinstance(raw, str) and not raw.strip():
        raise InputError(f"{where}: the text is empty. Write it or leave the field out.")
    return raw


def _member(kind: type[Enum], raw: object, where: str) -> Enum:
    by_word = {
        member.value if isinstance(member.value, str) else member.name.lower(): member
        for member in kind
    }
    if not isinstance(raw, str) or raw not in by_word:
        raise InputError(f"{where}: found {raw!r}. Allowed: {', '.join(by_word)}.")
    return by_word[raw]
