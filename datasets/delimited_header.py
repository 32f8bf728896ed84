"""The beginning of a text file of numbers: delimiter, decimal sign, names, units, remarks on the rate."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fasciscope.core import InputError, uv_per_unit
from fasciscope.datasets.placing import MAX_TIME
from fasciscope.datasets.select import Column
from fasciscope.datasets.text_clock import is_time_name, unit_s_of_name
from fasciscope.datasets.text_lines import (
    TextTable,
    cells_of,
    head_lines,
    is_comment,
    is_missing,
    is_number,
)

DIALECTS = (
    (",", False),
    ("\t", False),
    (";", False),
    ("", False),
    ("\t", True),
    (";", True),
    ("", True),
)
"""Delimiter ("" is any white space) and decimal comma; of equally good ones the first."""

LOOK_AT_LINES = 120
MAX_COLUMNS = 4096

_RATE = re.compile(
    r"(?:sampl\w*[ _-]*(?:rate|freq\w*)|\bfrequency|\bfs\b)[^0-9\n]{0,20}([0-9]+(?:\.[0-9]+)?)\s*(k?)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^(.*?)\s*[\(\[]\s*([^\)\]]*?)\s*[\)\]]\s*$")
_SUFFIXED = re.compile(r"^(.+?)[ _](mV|[uµμ]V|nV)$", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class TextHeader:
    """What the first lines tell. `texts` are columns of words, `time` the time column, if any."""

    table: TextTable
    columns: tuple[Column, ...]
    texts: tuple[int, ...]
    time: int | None
    time_unit_s: float | None
    rate_hz: float | None


def bare_name(name: str) -> str:
    """A column's name without the unit behind it."""
    return _name_and_unit(name)[0]


def read_text_header(path: Path) -> TextHeader:
    """Look at the first lines. Raises InputError where no line of numbers is found."""
    lines = head_lines(path)
    filled = [n for n, line in enumerate(lines) if not is_comment(line)][:LOOK_AT_LINES]
    delimiter, decimal_comma, n_columns = _dialect([lines[n] for n in filled])
    first = next(
        (n for n in filled if _is_row(lines[n], delimiter, decimal_comma, n_columns)), None
    )
    if first is None or n_columns > MAX_COLUMNS:
        raise InputError(
            f"{path.name} is no table of numbers: its first lines hold none, or more than "
            f"{MAX_COLUMNS} columns. Read are columns between commas, semicolons, tabs or spaces."
        )
    rows = [cells_of(lines[n], delimiter) for n in filled if n >= first]
    rows = [row for row in rows if len(row) == n_columns]
    names, units = _names(lines[:first], delimiter, n_columns)
    columns = tuple(_column(i, names, units) for i in range(n_columns))
    texts = tuple(i for i in range(n_columns) if _is_text([r[i] for r in rows], decimal_comma))
    time = _time_column(columns, names, texts, rows, decimal_comma)
    if time is not None:  # whatever it is called, it is no EMG
        columns = (*columns[:time], replace(columns[time], kind="time"), *columns[time + 1 :])
    table = TextTable(path, first, delimiter, n_columns, decimal_comma)
    return TextHeader(
        table, columns, texts, time, _time_unit_s(time, names, units), _told_rate_hz(lines[:first])
    )


def _dialect(lines: list[str]) -> tuple[str, bool, int]:
    """Delimiter, decimal comma and columns: what cuts most lines into equally many numbers.

    "1,5" is two columns, unless the line of names has but one.
    """
    best, best_share = ("", False, 1), 0.0
    for delimiter, decimal_comma in DIALECTS:
        rows = [cells_of(line, delimiter) for line in lines]
        n_columns, n_lines = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        if decimal_comma and n_columns == 1 and any(map(_names_by_comma, lines)):
            continue
        filled = [cell for row in rows for cell in row if not is_missing(cell)]
        good = sum(
            is_number(c) or (decimal_comma and _DECIMAL_COMMA.fullmatch(c) is not None)
            for c in filled
        )
        share = good / max(len(filled), 1) * (n_lines / max(len(rows), 1))
        if share > best_share:
            best, best_share = (delimiter, decimal_comma, n_columns), share
    return best


def _names_by_comma(line: str) -> bool:
    """True for a line of words with commas between: then a comma parts columns."""
    cells = line.split(",")
    return len(cells) > 1 and all(cell.strip() and not is_number(cell) for cell in cells)


def _is_row(line: str, delimiter: str, decimal_comma: bool, n_columns: int) -> bool:
    """True for a line with a number in it that has as many cells as the rows."""
    cells = cells_of(line, delimiter)
    return len(cells) == n_columns and any(is_number(cell, decimal_comma) for cell in cells)


def _is_text(cells: list[str], decimal_comma: bool) -> bool:
    filled = [cell for cell in cells if not is_missing(cell)]
    return bool(filled) and not any(is_number(cell, decimal_comma) for cell in filled)


def _names(preamble: list[str], delimiter: str, n_columns: int) -> tuple[list[str], list[str]]:
    """Names and units of the columns; both empty where the file has none.

    The line before the rows has the names, or the units beneath the names; a comment will do.
    """
    units: list[str] = []
    for line in [line for line in reversed(preamble) if line.strip("#% \r,;\t")][:3]:
        cells = cells_of(line.lstrip("#% "), delimiter)
        if len(cells) != n_columns:
            break
        if not units and n_columns > 1 and all(_is_unit(cell) for cell in cells):
            units = cells
            continue
        return cells, units
    return [], units


def _is_unit(cell: str) -> bool:
    bare = cell.strip("()[] ").lower()
    return (
        not bare
        or uv_per_unit(bare) is not None
        or bare in ("s", "ms", "g", "deg", "n", "%", "a.u.")
    )


def _column(i: int, names: list[str], units: list[str]) -> Column:
    name, unit = _name_and_unit(names[i]) if names else (f"ch{i + 1}", "")
    return Column(name or f"ch{i + 1}", (units[i].strip("()[] ") if units else "") or unit)


def _name_and_unit(text: str) -> tuple[str, str]:
    for pattern in (_BRACKETED, _SUFFIXED):
        match = pattern.match(text.strip())
        if match and match[1] and match[2]:
            return match[1], match[2]
    return text.strip(), ""


def _time_column(
    columns: tuple[Column, ...],
    names: list[str],
    texts: tuple[int, ...],
    rows: list[list[str]],
    decimal_comma: bool,
) -> int | None:
    """The column named for time; without names a first column that climbs in equal steps."""
    if names:
        named = [i for i, name in enumerate(names) if is_time_name(name) and i not in texts]
        return named[0] if named else None
    if len(columns) < 2 or len(rows) < 10 or 0 in texts:
        return None
    cells = [row[0].replace(",", ".") if decimal_comma else row[0] for row in rows]
    if not all(map(is_number, cells)):
        return None
    steps = np.diff(np.array(cells, dtype=np.float64).clip(-MAX_TIME, MAX_TIME))
    climbs = bool((steps > 0).all()) and bool(np.ptp(steps) < 0.01 * steps.mean())
    return 0 if climbs else None


def _time_unit_s(time: int | None, names: list[str], units: list[str]) -> float | None:
    if time is None:
        return None
    told = unit_s_of_name(f"t {units[time]}") if units and units[time] else None
    return told or (unit_s_of_name(names[time]) if names else None)


def _told_rate_hz(preamble: list[str]) -> float | None:
    """A rate that a remark before the rows tells ("# Sampling rate: 1000 Hz")."""
    for line in preamble:
        if match := _RATE.search(line):
            return float(match[1]) * (1000.0 if match[2] else 1.0)
    return None
