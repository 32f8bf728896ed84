"""The output folder: all of it or nothing.

Everything is rendered and written to a temporary folder first; only then is it renamed. Bad input or a
full disk leaves an earlier result as it was.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fasciscope.app.events_file import events_sidecar, events_tsv
from fasciscope.app.failure import storage_error
from fasciscope.app.session import Session
from fasciscope.app.summary_file import is_summary, summary_json
from fasciscope.core import UsageError

EVENTS = "events.tsv"
SIDECAR = "events.json"
SUMMARY = "summary.json"
REPORT = "report.html"
FILES = (EVENTS, SIDECAR, REPORT, SUMMARY)
"""In the order in which they appear: a folder with a summary is whole."""
HISTORY = "history.toml"
"""Beside them where a history was given."""

UNFINISHED = ".fasciscope-"
"""How temporary folders begin; one that a killed process left behind is in nobody's way."""


def check_folder(folder: Path, *, force: bool = False) -> None:
    """Raise UsageError unless results may go into `folder`.

    It may be absent, empty, or hold an earlier result; `force` allows any folder, of which only the
    files of a result are replaced. Raises StorageError where it cannot be looked at or written to.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file. Name a folder with --out.")
        occupied = folder.exists() and not all(
            path.name.startswith(UNFINISHED) for path in folder.iterdir()
        )
        home = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not os.access(home, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise storage_error(error, folder) from error
    if occupied and not force and not is_summary(folder / SUMMARY):
        raise UsageError(
            f"{folder} holds files that fasciscope did not write. Name a new or empty folder with "
            "--out, or add --force: the folder is kept and only the result's files are replaced."
        )


def write_outputs(
    session: Session, folder: Path, *, history: str | None = None, force: bool = False
) -> Path:
    """Write the files of a result into `folder`, whole or not at all; give the report's path.

    `history` is the text of the history that was given; it is kept with what was made of it.

    Raises UsageError where `check_folder` does, StorageError where the disk refuses.
    """
    from fasciscope.app.report import report_html  # Matplotlib, only when it is needed

    check_folder(folder, force=force)
    texts = {
        EVENTS: events_tsv(session),
        SIDECAR: events_sidecar(),
        SUMMARY: summary_json(session),
        REPORT: report_html(session),
    }
    try:
        with _workplace(folder) as made:
            for name, text in texts.items():
                _write_synced(made / name, text)
            if history is not None:
                _write_synced(made / HISTORY, history)
            _move(made, folder)
    except OSError as error:
        raise storage_error(error, folder) from error
    return folder / REPORT


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A temporary folder on the same disk as `folder`, gone afterwards.

    It is inside where there is a folder already, which may be a disk of its own; beside it elsewhere.
    """
    home = folder if folder.exists() else folder.absolute().parent
    home.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=home))
    try:
        made.chmod(0o777 & ~_umask())  # mkdtemp gives 0700, which is not what a person expects
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: under another name first, then renamed."""
    unfinished = path.with_name(UNFINISHED + path.name)
    _write_synced(unfinished, text)
    unfinished.replace(path)


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())


def _move(made: Path, folder: Path) -> None:
    """Give `made` the name `folder`, or its files if there is a folder already."""
    if not folder.exists():
        made.rename(folder)
        return
    given = (HISTORY,) if (made / HISTORY).exists() else ()
    for name in (*given, *FILES):
        (made / name).replace(folder / name)
