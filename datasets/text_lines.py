"""Text files from strangers, in bounded memory: the first lines, then numbers a stretch at a time.

A row with too few or too many cells, or with a word where a number should be, is refused by its line;
empty cells and the usual words for "nothing" become NaN.
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import InputError

CHUNK_BYTES = 1 << 18
MAX_LINE_BYTES = 1 << 18
COMMENTS = ("#", "%")
MISSING_WORDS = ("", "null", "none", "na", "n/a", "nan", "-nan", "-", "#n/a")

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class TextTable:
    """How a text file holds its numbers.

    `skip_lines` stand before the first row. `delimiter` "" is any white space. Rows have `n_columns`
    cells. `colons` are separators too, where a clock time ends the row.
    """

    path: Path
    skip_lines: int
    delimiter: str
    n_columns: int
    decimal_comma: bool = False
    colons: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """`values` (n_rows, n_columns_taken), NaN where missing; `lines` (n_rows,) are their line numbers."""

    values: NDArray[np.float64]
    lines: NDArray[np.int64]


def head_lines(path: Path) -> list[str]:
    """The first lines, whole ones only, without their ends. Raises InputError for what is no text."""
    try:
        with path.open("rb") as handle:
            raw = handle.read(CHUNK_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    if raw.startswith(_WIDE):
        raise InputError(f"{path.name} is UTF-16 text. Save it as UTF-8 and try again.")
    if match := _CONTROL.search(raw):
        raise InputError(
            f"{path.name} is not text: byte {match.start()} is {match[0]!r}. "
            f"Give it the ending that its format has, or export it as CSV."
        )
    if len(raw) > CHUNK_BYTES:
        if b"\n" not in raw:
            raise _too_long(path, 1)
        raw = raw[: raw.rindex(b"\n")]
    return [line.rstrip("\r") for line in _decoded(raw).removesuffix("\n").split("\n")]


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of a line, without quotes and the white space around them."""
    parts = line.split(delimiter) if delimiter else line.split()
    return [part.strip().strip('"').strip() for part in parts]


def is_missing(cell: str) -> bool:
    """True for an empty cell and for words such as NULL and n/a."""
    return cell.strip().lower() in MISSING_WORDS


def is_comment(line: str) -> bool:
    """True for a blank line and for one that begins with # or %; a first cell of #N/A is none."""
    stripped = line.lstrip().lstrip('"')
    return not stripped or (stripped.startswith(COMMENTS) and stripped[:4].lower() != "#n/a")


def is_number(cell: str, decimal_comma: bool = False) -> bool:
    """True if `cell` reads as a number; missing words do not."""
    text = cell.replace(",", ".", 1) if decimal_comma else cell
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text and text.isascii()


def read_rows(table: TextTable, columns: Sequence[int]) -> Generator[Rows, None, None]:
    """The numbers of `columns` (in that order), some thousand rows at a time, comments left out.

    A last line that was cut (no line end and too few cells) is left out. Raises InputError with the
    line's number for any other row that is ragged or not numeric, and where there is no row.
    """
    empty = True
    for first_line, lines, cut in _line_chunks(table):
        lines, numbers = _without_comments(table, lines, first_line)
        if cut and lines and len(_split(table, lines[-1])) < table.n_columns:
            lines, numbers = lines[:-1], numbers[:-1]
        if lines:
            empty = False
            yield Rows(_values(table, lines, numbers, columns), numbers)
    if empty:
        raise InputError(
            f"{table.path.name} holds no whole row. Was the recording stopped at once?"
        )


def _without_comments(
    table: TextTable, lines: list[str], first_line: int
) -> tuple[list[str], NDArray[np.int64]]:
    numbers = np.arange(first_line, first_line + len(lines), dtype=np.int64)
    text = "\n".join(lines)
    if "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
        lines = text.split("\n")
    if all(lines) and not any(sign in f"\n{text}" for sign in (*COMMENTS, "\n ", "\n\t")):
        return lines, numbers  # the usual case, without a look at every line
    # between tabs a row of empty cells looks blank, and is a sample all the same
    empty_row = table.delimiter * (table.n_columns - 1) if table.delimiter == "\t" else ""
    keep = [not is_comment(line) or bool(line and line == empty_row) for line in lines]
    return list(compress(lines, keep)), numbers[keep]


def ends_cut(table: TextTable) -> bool:
    """True if the last line has no end and too few cells: the recording stopped while writing."""
    with table.path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - MAX_LINE_BYTES))
        last = handle.read().rpartition(b"\n")[2].decode("latin-1").strip("\r")
    return not is_comment(last) and len(_split(table, last)) < table.n_columns


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # spreadsheets on Windows; every byte has a meaning there
        return raw.decode("latin-1")


def _too_long(path: Path, line: int) -> InputError:
    return InputError(
        f"{path.name}, line {line} is longer than {MAX_LINE_BYTES} bytes. "
        f"A recording has one line a sample; export it again."
    )


def _line_chunks(table: TextTable) -> Generator[tuple[int, list[str], bool], None, None]:
    """Number of the first line, whole lines, and whether the last of them has no end."""
    line, rest, to_skip = 1, b"", table.skip_lines
    try:
        handle = table.path.open("rb")
    except OSError as error:
        raise InputError(f"{table.path} cannot be read: {error.strerror}.") from error
    with handle:
        while raw := _next(handle, table.path):
            whole, end, after = raw.rpartition(b"\n")
            rest, chunk = after if end else rest + raw, rest + whole
            if len(rest) > MAX_LINE_BYTES:
                raise _too_long(table.path, line + (chunk.count(b"\n") + 1 if end else 0))
            if end:
                lines = chunk.decode("latin-1").split("\n")
                yield line + to_skip, lines[to_skip:], False
                line, to_skip = line + len(lines), max(0, to_skip - len(lines))
        if rest:
            yield line + to_skip, [rest.decode("latin-1")][to_skip:], True


def _next(handle: BinaryIO, path: Path) -> bytes:
    try:
        return handle.read(CHUNK_BYTES)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _split(table: TextTable, line: str) -> list[str]:
    return cells_of(line.replace(":", table.delimiter) if table.colons else line, table.delimiter)


def _values(
    table: TextTable, lines: list[str], numbers: NDArray[np.int64], columns: Sequence[int]
) -> NDArray[np.float64]:
    """The numbers of `columns` in `lines`, which are no comments."""
    delimiter = table.delimiter or " "
    if not table.delimiter:
        lines = [" ".join(line.split()) for line in lines]
    text = "\n".join(lines)
    if '"' in text or table.decimal_comma or table.colons:
        text = text.replace('"', "")
        text = text.replace(",", ".") if table.decimal_comma else text
        text = text.replace(":", delimiter) if table.colons else text
        lines = text.split("\n")
    counts = np.array([line.count(delimiter) for line in lines]) + 1
    if (counts != table.n_columns).any():
        row = int(np.argmax(counts != table.n_columns))
        raise InputError(
            f"{table.path.name}, line {numbers[row]}: {counts[row]} cells where the rows before have "
            f"{table.n_columns}. Correct or remove the line."
        )
    try:
        return _parsed(lines, delimiter, columns)
    except ValueError:
        named = _named_missing(lines, delimiter)
    try:
        return _parsed(named, delimiter, columns)
    except ValueError:
        return _with_missing(table, lines, numbers, columns)


def _parsed(lines: list[str], delimiter: str, columns: Sequence[int]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.loadtxt(
        lines, delimiter=delimiter, usecols=tuple(columns), comments=None, ndmin=2
    )
    return values


def _named_missing(lines: list[str], delimiter: str) -> list[str]:
    """The lines with `nan` for every missing word, so that they can be parsed at once."""
    edge = re.escape(delimiter)
    words = "|".join(re.escape(word) for word in MISSING_WORDS if word)
    pattern = rf"(?<=[{edge}\n]) *(?:{words})? *(?=[{edge}\n])"
    text = re.sub(pattern, "nan", "\n" + "\n".join(lines) + "\n", flags=re.IGNORECASE)
    return text[1:-1].split("\n")


def _with_missing(
    table: TextTable, lines: list[str], numbers: NDArray[np.int64], columns: Sequence[int]
) -> NDArray[np.float64]:
    """The slow way, cell by cell, for a stretch that nothing else reads: says which line is wrong."""
    delimiter = table.delimiter or " "
    rows = [[cells[i].strip() for i in columns] for cells in (li.split(delimiter) for li in lines)]
    for number, row in zip(numbers, rows, strict=True):
        wrong = [cell for cell in row if not is_missing(cell) and not is_number(cell)]
        if wrong:
            raise InputError(
                f"{table.path.name}, line {number}: {wrong[0][:40]!r} is not a number. Correct the "
                f"line; for a missing sample leave the cell empty or write n/a."
            )
    return np.array([[np.nan if is_missing(cell) else float(cell) for cell in row] for row in rows])
