"""Tab-separated tables with BIDS manners: named columns, `n/a` for missing, errors with line numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fasciscope.core import InputError, Label

MISSING = "n/a"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; every complaint about it names the file and the line."""

    file: str
    line: int
    cells: dict[str, str]

    def text(self, column: str, default: str | None = None) -> str:
        """The cell as it stands; `default` where the table has no such column."""
        if default is not None:
            return self.cells.get(column, default)
        return self.cells[column]

    def number(self, column: str) -> float:
        """A finite number. Raises InputError for anything else."""
        text = self.cells[column]
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.wrong(f"{column} is {text!r}, not a number")
        return value

    def maybe(self, column: str) -> float | None:
        """A finite number, or None where the cell is n/a or the column absent."""
        return None if self.cells.get(column, MISSING) == MISSING else self.number(column)

    def label(self) -> Label:
        """The `trial_type`. Raises InputError for a word that is none."""
        text = self.cells["trial_type"]
        try:
            return Label(text)
        except ValueError:
            raise self.wrong(
                f"trial_type is {text!r}; allowed are {', '.join(label.value for label in Label)}"
            ) from None

    def wrong(self, what: str) -> InputError:
        """The error that says what is wrong and where."""
        return InputError(f"{self.file}, line {self.line}: {what}. Correct the line.")


def read_table(path: Path, required: Sequence[str]) -> list[Row]:
    """Rows of a UTF-8 tab-separated file whose first line names the columns.

    Raises InputError where it cannot be read, lacks one of the `required` columns, or a line has
    more or fewer cells than the header.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}).") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    if not lines:
        raise InputError(f"{path} is empty; its first line must name the columns.")
    columns = lines[0].split("\t")
    absent = [name for name in required if name not in columns]
    if absent:
        raise InputError(
            f"{path.name}, line 1: no column {', '.join(absent)}; found {', '.join(columns)}. "
            f"The columns are separated by tabs."
        )
    return [_row(path, n, columns, line) for n, line in enumerate(lines[1:], 2) if line.strip()]


def _row(path: Path, number: int, columns: list[str], line: str) -> Row:
    cells = line.split("\t")
    row = Row(path.name, number, dict(zip(columns, cells, strict=False)))
    if len(cells) != len(columns):
        raise row.wrong(f"{len(cells)} cells under {len(columns)} columns")
    return row
