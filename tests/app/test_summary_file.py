import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import fabricated
import pytest

from fasciscope.app.session import Session
from fasciscope.app.summary_file import STATEMENT, is_summary, summary_json
from fasciscope.classifier import RULES
from fasciscope.core import ChannelInfo, Interval

jsonschema = pytest.importorskip("jsonschema")

BARE = fabricated.Plan(
    channels=(ChannelInfo("EMG", None),), rates_per_min=(6.0,), cramp_at_s=None, n_shapes=2
)
CASES = {
    "two sites and a cramp": fabricated.session(),
    "nothing found": fabricated.empty(),
    "nothing usable": fabricated.empty(usable=False),
    "uncalibrated": fabricated.session(BARE),
}


def validated(session: Session) -> dict[str, Any]:
    schema = json.loads(files("fasciscope.app").joinpath("summary.schema.json").read_text())
    found: dict[str, Any] = json.loads(summary_json(session))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(found, schema)
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_summary_validates_against_the_shipped_schema(name: str) -> None:
    assert validated(CASES[name])["statement"] == STATEMENT


def test_the_schema_refuses_what_the_contract_forbids() -> None:
    found = validated(CASES["uncalibrated"])
    found["sites"][0]["noise_uv"] = 3.0
    schema = json.loads(files("fasciscope.app").joinpath("summary.schema.json").read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, schema)


def test_every_field_of_the_session_summary_is_in_the_file() -> None:
    session = CASES["two sites and a cramp"]
    found, summary = validated(session), session.summary
    assert found["duration_s"] == summary.duration_s
    assert [site["channel"] for site in found["sites"]] == ["EMG1", "EMG2"]
    assert found["sites"][0]["counts"]["cramp"] == 1
    assert found["sites"][0]["rate_per_min"]["low"] == pytest.approx(
        summary.sites[0].rate_per_min.low, rel=1e-5
    )
    assert sum(map(sum, found["minutes"]["fasciculations"])) == sum(map(sum, summary.minute_counts))
    assert len(found["gaps"]) == len(summary.gaps)
    assert found["settings"] == summary.settings
    assert found["findings"]["urgency"] == "soon"
    assert found["recording"]["tier"]["letter"] == "A"
    assert found["shapes"][0]["mean"] == pytest.approx(summary.shapes[0].mean, rel=1e-3, abs=1e-6)


def test_the_file_says_how_firm_the_verdict_and_the_rates_are() -> None:
    session = CASES["two sites and a cramp"]
    found, summary = validated(session), session.summary
    assert sum(found["pattern"]["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)
    assert found["pattern"]["sensitivity"]["isolated_500_ms"] == "cramp_fasciculation"
    site, told = found["sites"][0], summary.sites[0]
    assert [under["rule"] for under in site["rate_sensitivity"]] == [r.name for r in RULES]
    assert site["rate_sensitivity"][0]["rate_per_min"]["low"] > 0
    assert told.timing is not None
    assert site["timing"]["poisson_p"] == pytest.approx(told.timing.poisson_p, rel=1e-4)
    assert sum(site["halves"]["counts"]) == site["counts"]["fasciculation"]
    assert site["rate_method"].startswith("exact Poisson")
    assert found["sites"][1]["timing"]["median_s"] is None


def test_waveforms_of_an_uncalibrated_channel_are_multiples_of_its_noise() -> None:
    session = CASES["uncalibrated"]
    shape = validated(session)["shapes"][0]
    noise = session.summary.sites[0].noise
    assert shape["unit"] == "multiples of noise RMS"
    assert shape["mean"] == pytest.approx(
        session.summary.shapes[0].mean / noise, rel=1e-3, abs=1e-6
    )


def test_what_is_not_finite_becomes_null() -> None:
    session = CASES["two sites and a cramp"]
    site = replace(session.summary.sites[0], rate_per_min=Interval(float("nan"), 0.0, float("inf")))
    odd = replace(session, summary=replace(session.summary, sites=(site,), shapes=()))
    assert json.loads(summary_json(odd))["sites"][0]["rate_per_min"] == {
        "value": None,
        "low": 0.0,
        "high": None,
    }


@pytest.mark.parametrize("text", ["", "{", "[]", '{"generator": "other"}', "\x00\xff"])
def test_a_file_of_somebody_else_is_no_summary(tmp_path: Path, text: str) -> None:
    path = tmp_path / "summary.json"
    path.write_text(text, encoding="latin-1")
    assert not is_summary(path)
    assert not is_summary(tmp_path / "absent.json")
