import json
from collections.abc import Callable
from pathlib import Path

import fabricated
import numpy as np
import pytest

from fasciscope.app import main, pipeline, runs
from fasciscope.app.facts import Facts
from fasciscope.app.outputs import FILES
from fasciscope.app.runs import targets
from fasciscope.app.session import Session
from fasciscope.app.settings import Settings
from fasciscope.classifier import History
from fasciscope.core import InputError, Provenance, Recording, SampleBlock

SESSION = fabricated.empty()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Facts, Settings]]:
    """Recordings called bad cannot be opened, ruined ones break off, all others are one session."""
    seen: list[tuple[Facts, Settings]] = []
    told: list[Facts] = []

    def opened(path: Path, facts: Facts) -> Recording:
        if path.name.startswith("bad"):
            raise InputError(f"{path.name} is [damaged].")
        told.append(facts)
        block = SampleBlock(SESSION.summary.info, 0, np.zeros((100, 2)))
        return Recording(SESSION.summary.info, lambda: iter([block]), Provenance(str(path), "x"))

    def analysed(
        recording: Recording,
        settings: Settings,
        *,
        history: History | None,
        progress: Callable[[int, int | None], None],
    ) -> Session:
        assert history is None
        if "ruined" in recording.provenance.path:
            raise InputError("It ends within a block.")
        seen.append((told[-1], settings))
        progress(100, 100)
        return SESSION

    monkeypatch.setattr(runs, "open_with", opened)
    monkeypatch.setattr(pipeline, "analyse", analysed)
    return seen


@pytest.mark.usefixtures("asked")
def test_one_file_fills_the_folder_and_says_what_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main.run(["analyse", "rest [1].edf", "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    told = capsys.readouterr()
    assert told.out.startswith("rest [1].edf: No fasciculations or cramps found in 28.2 min")
    assert told.out.splitlines()[-1] == f"report: {out / 'report.html'}"
    assert "rest [1].edf: 100%" in told.err


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("name", ["bad.edf", "ruined.edf"])
def test_a_refused_file_leaves_nothing_behind(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["analyse", name, "--out", str(tmp_path / "out")]) == 3
    assert list(tmp_path.iterdir()) == []
    err = capsys.readouterr().err
    assert err.startswith(f"fasciscope: {name}: ")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("asked")
def test_one_bad_file_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["analyse", "a.edf", "bad.edf", "c.csv", "--out", str(tmp_path)]) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]
    assert "fasciscope: 1 of 3 failed: bad.edf" in capsys.readouterr().err.splitlines()


@pytest.mark.usefixtures("asked")
def test_json_gives_a_line_for_each_file_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["analyse", "a.edf", "bad.edf", "--json", "--out", str(tmp_path)]) == 3
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["summary"]["generator"] == "fasciscope"
    assert (first["exit_code"], second["exit_code"]) == (0, 3)
    assert second["error"] == "bad.edf is [damaged]."


@pytest.mark.usefixtures("asked")
def test_a_folder_of_other_files_is_wrong_use_and_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    assert main.run(["analyse", "a.edf", "--out", str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert main.run(["analyse", "a.edf", "--out", str(tmp_path), "--force"]) == 0


def test_options_reach_the_reader_and_the_pipeline(
    asked: list[tuple[Facts, Settings]], tmp_path: Path
) -> None:
    options = ["--rate", "1000", "--unit", "mV", "--channels", 'A,"B,C"', "--channels", "3"]
    options += ["--muscle", "A=soleus/left", "--board", "bitalino", "--mains", "60"]
    assert main.run(["analyse", "a.csv", *options, "--out", str(tmp_path / "out")]) == 0
    ((facts, settings),) = asked
    assert (facts.options.rate_hz, facts.options.unit) == (1000.0, "mV")
    assert facts.options.channels == ("A", "B,C", "3")
    assert facts.places == {"A": ("soleus", "left")}
    assert facts.board is not None
    assert facts.board.name == "bitalino"
    assert settings.mains == "60"


@pytest.mark.parametrize(
    "options", [["--board", "toaster"], ["--muscle", "x"], ["--mains", "55"], ["--rate", "fast"]]
)
def test_options_that_do_not_exist_are_wrong_use(options: list[str], tmp_path: Path) -> None:
    assert main.run(["analyse", "a.csv", *options, "--out", str(tmp_path / "out")]) == 2


def test_files_of_one_name_get_folders_of_their_own() -> None:
    files = [Path(name) for name in ("a/rest.edf", "b/Rest.csv", "b/walk.edf")]
    folders = [folder for _, folder in targets(files, Path("out"))]
    assert folders == [Path("out/rest"), Path("out/Rest-2"), Path("out/walk")]
    assert targets(files[:1], Path("out")) == [(files[0], Path("out"))]
