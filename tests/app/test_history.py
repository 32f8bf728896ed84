"""The history at the terminal and as a file, and what it adds to an analysis."""

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from fasciscope.app.cmd_history import history_command
from fasciscope.app.history import Answer, ask_all, create_history, read_history, write_answers
from fasciscope.app.main import run
from fasciscope.classifier import History, load_questionnaire
from fasciscope.core import InputError, StorageError


def asked(**said: str) -> list[tuple[str, Answer]]:
    """What the answers to the given questions are, the others left empty."""
    typed = iter([said.get(question.id, "") for question in load_questionnaire()])
    return list(ask_all(lambda prompt, answer_of: answer_of(next(typed))))


def written(answers: list[tuple[str, Answer]], path: Path) -> Path:
    with create_history(path) as handle:
        write_answers(answers, handle)
    return path


def test_what_is_typed_comes_back_from_the_file(tmp_path: Path) -> None:
    answers = asked(onset="3", alarm="1, 2", medicines='the "blue" one, Thyroxin\u00e4 \U0001f48a')
    assert read_history(written(answers, tmp_path / "history.toml")).history == History(
        causes=("flag_persistent", "flag_weakness", "flag_wasting"),
        medicines=('the "blue" one', "Thyroxin\u00e4 \U0001f48a"),
    )


def test_the_file_is_its_owners_and_never_overwritten(tmp_path: Path) -> None:
    path = written(asked(), tmp_path / "history.toml")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(StorageError, match="cannot be written"):
        create_history(path)
    assert read_history(path).history == History()


def test_a_number_that_is_not_offered_is_refused() -> None:
    with pytest.raises(InputError, match="onset: found '9'"):
        asked(onset="9")


def test_the_terminal_asks_again_and_keeps_what_was_said(tmp_path: Path) -> None:
    typed = ["9", "3", *[""] * (len(load_questionnaire()) - 1)]
    path = tmp_path / "history.toml"
    result = CliRunner().invoke(history_command, [str(path)], input="\n".join(typed) + "\n")
    assert result.exit_code == 0, result.output
    assert "Allowed: days, weeks, months, unknown" in result.output
    assert read_history(path).history == History(causes=("flag_persistent",))


def test_what_was_said_outlives_an_interruption(tmp_path: Path) -> None:
    path = tmp_path / "history.toml"
    result = CliRunner().invoke(history_command, [str(path)], input="3\n")  # then the input ends
    assert result.exit_code == 1
    assert read_history(path).history == History(causes=("flag_persistent",))


def test_a_name_that_is_taken_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    path = written(asked(onset="3"), tmp_path / "history.toml")
    result = CliRunner().invoke(history_command, [str(path)])
    assert isinstance(result.exception, StorageError)
    assert result.output == ""


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"onset = ", "not TOML"),
        (b"\xff\xfe", "not TOML"),
        (b'onset = "never"', "never"),
        (b"onset = 3", "onset"),
        (b"#" * 2_000_000, "1 MB"),
    ],
)
def test_a_file_that_is_no_history_is_refused(tmp_path: Path, content: bytes, named: str) -> None:
    path = tmp_path / "history.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=named):
        read_history(path)


def test_a_history_adds_findings_and_changes_no_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(1)
    recording = tmp_path / "rest.csv"
    np.savetxt(recording, rng.normal(0, 3, (4000, 1)), fmt="%.3f", header="EMG", comments="")
    written(asked(alarm="1", caffeine="3"), tmp_path / "said.toml")
    plain = ["analyse", str(recording), "--rate", "1000", "--unit", "uV", "--out"]
    assert run([*plain, str(tmp_path / "without")]) == 0
    history = ["--history", str(tmp_path / "said.toml")]
    assert run([*plain, str(tmp_path / "with"), *history]) == 0
    events = [(tmp_path / f / "events.tsv").read_bytes() for f in ("with", "without")]
    assert events[0] == events[1]
    report = (tmp_path / "with" / "report.html").read_text(encoding="utf-8")
    assert "Named in the history: weakness" in report
    kept = (tmp_path / "with" / "history.toml").read_text()
    assert kept == (tmp_path / "said.toml").read_text()
    assert not (tmp_path / "without" / "history.toml").exists()
    assert "Caffeine" in report
    assert "Named in the history" not in (tmp_path / "without" / "report.html").read_text()


def test_a_wrong_history_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "said.toml").write_text('mood = "blue"', encoding="utf-8")
    recording = tmp_path / "rest.csv"
    recording.write_text("EMG\n1\n2\n", encoding="utf-8")
    out = tmp_path / "out"
    given = ["--rate", "1000", "--unit", "uV", "--out", str(out)]
    history = ["--history", str(tmp_path / "said.toml")]
    assert run(["analyse", str(recording), *given, *history]) == 3
    assert not out.exists()
