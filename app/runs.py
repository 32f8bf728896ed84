"""Runs of `analyse`: files in, folders out; what is told on the way."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from fasciscope.app.facts import Facts, open_with
from fasciscope.app.failure import one_line, printable
from fasciscope.app.history import Said
from fasciscope.app.outputs import check_folder, write_outputs
from fasciscope.app.progress import progress_of
from fasciscope.app.session import Session
from fasciscope.app.settings import Settings
from fasciscope.app.summary_file import Json, summary_dict
from fasciscope.core import FasciscopeError, Recording


@dataclass(frozen=True, slots=True)
class Run:
    """How files are analysed and told: `as_json` gives a JSON line for each file and no progress."""

    facts: Facts
    settings: Settings
    history: Said | None = None
    as_json: bool = False
    force: bool = False

    def all(self, files: Sequence[Path], out: Path) -> int:
        """Analyse all files; give 0, or the exit code of the first that failed."""
        codes = {path: self.one(path, folder) for path, folder in targets(files, out)}
        failed = [path.name for path, code in codes.items() if code]
        if failed and len(files) > 1:
            line = f"fasciscope: {len(failed)} of {len(files)} failed: {', '.join(failed)}"
            click.echo(printable(line), err=True)
        return next((code for code in codes.values() if code), 0)

    def one(self, path: Path, folder: Path) -> int:
        """Analyse one file; give 0, or the exit code after telling what is wrong."""
        told: dict[str, Json] = {"input": str(path), "out": str(folder), "exit_code": 0}
        code = 0
        try:
            check_folder(folder, force=self.force)  # before the work, not only after it
            recording = open_with(path, self.facts)
            session = analysed(
                recording, self.settings, path.name, history=self.history, quiet=self.as_json
            )
            said = None if self.history is None else self.history.text
            report = write_outputs(session, folder, history=said, force=self.force)
        except FasciscopeError as error:
            code = error.exit_code
            click.echo(one_line(error, path.name), err=True)
            told |= {"exit_code": code, "error": str(error)}
        else:
            told["summary"] = summary_dict(session)
            if not self.as_json:
                tell(session, path.name, report)
        if self.as_json:
            click.echo(json.dumps(told, allow_nan=False))
        return code


def targets(files: Sequence[Path], out: Path) -> list[tuple[Path, Path]]:
    """Each file with the folder for its results: `out`, or a folder of its own in it.

    Files of one name are told apart by a number.
    """
    if len(files) == 1:
        return [(files[0], out)]
    taken: dict[str, Path] = {}
    for path in files:
        name, n = path.stem or "recording", 1
        while name.casefold() in taken:
            n += 1
            name = f"{path.stem}-{n}"
        taken[name.casefold()] = out / name
    return list(zip(files, taken.values(), strict=True))


def analysed(
    recording: Recording,
    settings: Settings,
    name: str,
    *,
    history: Said | None = None,
    quiet: bool,
) -> Session:
    """Analyse with progress on stderr."""
    from fasciscope.app.pipeline import analyse  # SciPy, only when the file is sound

    with progress_of(name, recording.info.rate_hz, quiet=quiet) as progress:
        said = None if history is None else history.history
        return analyse(recording, settings, history=said, progress=progress)


def tell(session: Session, name: str, report: Path) -> None:
    """Say on stdout what was found and where the report is."""
    from fasciscope.app.report.cramp import longest_cramp_s
    from fasciscope.app.report.words import headline

    click.echo(printable(f"{name}: {headline(session.summary, longest_cramp_s(session))}"))
    click.echo(printable(f"report: {report}"))
