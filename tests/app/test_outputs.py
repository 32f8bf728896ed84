import os
from pathlib import Path

import fabricated
import pytest

from fasciscope.app import outputs, report
from fasciscope.app.outputs import FILES, check_folder, write_outputs
from fasciscope.core import StorageError, UsageError

SESSION = fabricated.empty()


@pytest.fixture(autouse=True)
def _quick_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "report_html", lambda _session: "<!DOCTYPE html>")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_gets_the_four_files_and_nothing_else(tmp_path: Path) -> None:
    report = write_outputs(SESSION, tmp_path / "deep" / "out")
    assert report.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert names(tmp_path / "deep" / "out") == sorted(FILES)
    assert names(tmp_path / "deep") == ["out"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    write_outputs(SESSION, tmp_path)
    assert names(tmp_path) == sorted(FILES)


def test_a_second_run_replaces_the_first_and_keeps_what_was_added(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_outputs(SESSION, folder)
    (folder / "notes.txt").write_text("mine")
    (folder / "events.tsv").write_text("old")
    write_outputs(SESSION, folder)
    assert names(folder) == sorted([*FILES, "notes.txt"])
    assert (folder / "events.tsv").read_text().startswith("onset\t")


def test_a_folder_of_other_files_is_refused_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(UsageError, match="--force"):
        write_outputs(SESSION, tmp_path)
    assert names(tmp_path) == ["thesis.doc"]
    write_outputs(SESSION, tmp_path, force=True)
    assert names(tmp_path) == sorted([*FILES, "thesis.doc"])


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        check_folder(tmp_path / "out")
    with pytest.raises(StorageError, match="cannot be written"):
        write_outputs(SESSION, tmp_path / "out" / "below")


def test_a_full_disk_is_a_storage_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    write_outputs(SESSION, tmp_path / "out")
    before = (tmp_path / "out" / "report.html").read_bytes()
    monkeypatch.setattr(outputs.os, "fsync", full)
    for folder in ("out", "new"):
        with pytest.raises(StorageError, match="No space left"):
            write_outputs(SESSION, tmp_path / folder)
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "report.html").read_bytes() == before


def test_a_place_that_may_not_be_written_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs.os, "access", lambda _path, _mode: False)
    with pytest.raises(StorageError, match="Permission denied"):
        check_folder(tmp_path / "new" / "out")


def test_what_a_killed_run_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".fasciscope-abc").mkdir()
    write_outputs(SESSION, tmp_path)
    assert names(tmp_path) == sorted([".fasciscope-abc", *FILES])


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_the_folder_can_be_read_by_those_that_the_umask_allows(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        write_outputs(SESSION, tmp_path / "out")
    finally:
        os.umask(mask)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755
