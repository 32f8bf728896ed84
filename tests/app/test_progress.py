import io
import sys

import pytest

from fasciscope.app.progress import progress_of


def test_without_a_terminal_plain_lines_tell_the_quarters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_of("a [b].edf", 1000.0) as progress:
        for done in range(0, 120_001, 1000):
            progress(done, 120_000)
        progress(120_000, 120_000)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"a [b].edf: {part} % of 2.0 min".replace(" %", "%") for part in (25, 50, 75, 100)
    ]


def test_an_unknown_length_and_quiet_tell_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of("x", 1000.0) as progress:
        progress(5, None)
    with progress_of("x", 1000.0, quiet=True) as progress:
        progress(5, 5)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_and_brackets_are_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with progress_of("a[/nonsense].edf", 1000.0) as progress:
        progress(50, 100)
        progress(100, 100)
    assert "a[/nonsense].edf" in shown.getvalue()
