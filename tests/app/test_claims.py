"""`fasciscope causes --article`: what an article claims, and how each claim fares."""

import json

import pytest
from rich.console import Console

from fasciscope.app.claims import claims_json, claims_text
from fasciscope.app.main import run
from fasciscope.classifier import NOTICE, load_catalogue
from fasciscope.core import UsageError

BOOK = load_catalogue()


def shown(name: str) -> str:
    console = Console(width=110, color_system=None)
    with console.capture() as capture:
        console.print(claims_text(name))
    return " ".join(capture.get().split())


@pytest.mark.parametrize("article", BOOK.articles, ids=lambda article: article.id)
def test_every_claim_of_an_article_is_shown_with_its_fate_and_ground(article: object) -> None:
    (found,) = [a for a in BOOK.articles if a == article]
    text, table = shown(found.id), claims_json(found.id)
    entries = {entry.id: entry for entry in (*BOOK.causes, *BOOK.guidance)}
    claims = [c for entry in entries.values() for c in entry.claims if c.article == found.id]
    assert len(table["claims"]) == len(claims) > 5
    assert f"{len(claims)} claims" in text
    assert NOTICE in text
    for claim in claims:
        assert " ".join(claim.says.split()) in text
        assert " ".join(claim.why.split()) in text
    listed = {source["id"] for source in table["sources"]}
    assert listed == {key for claim in claims for key in claim.sources}


def test_words_of_the_title_name_an_article() -> None:
    assert claims_json("sheru")["article"]["id"] == "A000"
    assert shown("a002") == shown("Sabkuchh")


@pytest.mark.parametrize("name", ["", "no such article", "web article"])
def test_what_names_no_article_or_several_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match="A000") as refusal:
        claims_text(name)
    assert "A004" in str(refusal.value)


def test_a_query_and_an_article_together_are_wrong_use(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["causes", "coffee", "--article", "A000"]) == 2
    assert "Give one of them" in capsys.readouterr().err


def test_json_on_stdout_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["causes", "--article", "A001", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["article"]["id"] == "A001"
