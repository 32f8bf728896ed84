import json
import time
from importlib.resources import files
from pathlib import Path

import pytest

from fasciscope.app import main
from fasciscope.app.outputs import FILES


@pytest.mark.slow
def test_the_demo_reports_twitches_and_its_cramp_within_a_minute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    began = time.monotonic()
    assert main.run(["demo", "--out", str(tmp_path / "out")]) == 0
    assert time.monotonic() - began < 60
    told = capsys.readouterr().out
    assert told.splitlines()[-1] == f"report: {tmp_path / 'out' / 'report.html'}"
    assert "one cramp" in told
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *FILES,
        *("truth.tsv", "session.json", "signal.bdf", "clock.tsv"),
    }
    found = json.loads((tmp_path / "out" / "summary.json").read_text())
    schema = json.loads(files("fasciscope.app").joinpath("summary.schema.json").read_text())
    jsonschema.validate(found, schema)
    assert found["pattern"]["name"] == "cramp_fasciculation"
    assert [gap["duration_s"] for gap in found["gaps"]] == [0.4]
    assert main.run(["analyse", str(tmp_path / "out"), "--out", str(tmp_path / "again")]) == 0
    for name in ("events.tsv", "summary.json"):  # law 1: live or offline, the same numbers
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    capsys.readouterr()
    events, truth = (str(tmp_path / "out" / name) for name in ("events.tsv", "truth.tsv"))
    assert main.run(["score", events, truth, "--json"]) == 0
    scored = json.loads(capsys.readouterr().out)
    assert json.dumps(scored).count("fasciculation")
