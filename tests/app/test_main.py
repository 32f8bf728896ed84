import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fasciscope import __version__
from fasciscope.app import main
from fasciscope.app.failure import one_line, printable
from fasciscope.core import InputError


def test_help_lists_every_command_and_answers_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in main.COMMANDS)
    assert "never diagnoses" in told


@pytest.mark.parametrize("name", main.COMMANDS)
def test_help_of_no_command_loads_numpy(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "fasciscope", name, "--help"],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert not loaded & {"numpy", "scipy", "matplotlib", "fasciscope.core"}


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in main.COMMANDS)])
def test_help_takes_less_than_a_third_of_a_second(arguments: list[str]) -> None:
    took = []
    for _ in range(5):
        began = sum(os.times()[2:4])  # the child's own time: other tests may keep both cores busy
        subprocess.run(
            [sys.executable, "-m", "fasciscope", *arguments], check=True, capture_output=True
        )
        took.append(sum(os.times()[2:4]) - began)
    assert min(took) < 0.3


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: fasciscope {name}")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["score"], []])
def test_wrong_use_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(arguments) == 2
    assert "Usage:" in capsys.readouterr().err


def test_an_interruption_is_exit_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main.LazyGroup, "invoke", interrupted)
    assert main.run(["causes"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def buggy(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(main.LazyGroup, "invoke", buggy)
    with pytest.raises(ZeroDivisionError):
        main.run(["causes"])


def test_an_error_is_one_line_whatever_a_file_is_called() -> None:
    error = InputError("[bold]x[/bold]\x1b[31m\n\tcannot be read \udcff.")
    line = one_line(error, "a\nb")
    assert line == "fasciscope: a b: [bold]x[/bold]\\x1b[31m cannot be read \\udcff."
    assert printable("µV 筋") == "µV 筋"


def test_causes_are_shown_and_searched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["causes", "caffeine"]) == 0
    assert "affeine" in capsys.readouterr().out
    assert main.run(["causes", "caffeine", "--json"]) == 0
    assert "causes" in json.loads(capsys.readouterr().out)
    assert main.run(["causes", "xyzzy-no-such-cause"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_events_are_scored_against_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import fabricated

    from fasciscope.app.events_file import events_tsv

    path = tmp_path / "events.tsv"
    session = fabricated.session()
    path.write_text(events_tsv(session))
    assert main.run(["score", str(path), str(path)]) == 0
    told = capsys.readouterr().out
    assert "1.000" in told
    assert "not clinical accuracy" in " ".join(told.split())
    assert main.run(["score", str(path), str(path), "--json"]) == 0
    score = json.loads(capsys.readouterr().out)
    assert score["points"][0]["false"] == score["points"][0]["missed"] == 0
    assert main.run(["score", str(path), str(tmp_path / "absent.tsv")]) == 3
