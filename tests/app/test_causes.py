"""`fasciscope causes`: the list, a search, a page, the same for machines."""

import json

import pytest
from rich.console import Console, RenderableType

from fasciscope.app.causes import causes_json, causes_text
from fasciscope.classifier import NOTICE, Cause, load_catalogue
from fasciscope.core import UsageError

BOOK = load_catalogue()


def shown(renderable: RenderableType, width: int = 100) -> str:
    """What a terminal of this width shows, in one line."""
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(renderable)
    return " ".join(capture.get().split())


def test_the_list_names_every_cause_and_says_that_it_never_diagnoses() -> None:
    text = shown(causes_text(), width=160)
    for cause in BOOK.causes:
        assert cause.label in text
        assert cause.id in text
    assert NOTICE in text


@pytest.mark.parametrize("cause", BOOK.causes, ids=lambda cause: cause.id)
def test_a_page_shows_all_that_the_catalogue_has(cause: Cause) -> None:
    text = shown(causes_text(cause.id))
    for sentence in (cause.plain, cause.clinical, cause.cramp.study, NOTICE):
        assert sentence in text
    for claim in cause.claims:
        assert claim.says in text
        assert claim.why in text
    for key in cause.sources:
        assert BOOK.source(key).text in text
    for item in (*cause.questions.items, *cause.speaks_against.items, *cause.work_up.items):
        assert item in text
    for key in cause.review_flags:
        assert BOOK.item(key).label in text


def test_a_synonym_gives_the_page_and_a_part_of_a_word_gives_the_hits() -> None:
    assert shown(causes_text("COFFEE")).startswith("Caffeine (trigger, caffeine)")
    hits = shown(causes_text("cramp"), width=160)
    assert "nocturnal_cramp" in hits
    assert "caffeine" not in hits
    assert NOTICE in hits


@pytest.mark.parametrize("query", ["cofee", "", "   ", "[bold]"])
def test_a_word_that_nothing_goes_by_is_refused_with_the_nearest(query: str) -> None:
    with pytest.raises(UsageError, match="fasciscope causes") as refusal:
        causes_text(query)
    if query == "cofee":
        assert "coffee" in str(refusal.value)
    with pytest.raises(UsageError):
        causes_json(query)


def test_json_holds_the_notice_the_causes_and_every_source_that_they_cite() -> None:
    whole = json.loads(json.dumps(causes_json()))
    assert [cause["id"] for cause in whole["causes"]] == [cause.id for cause in BOOK.causes]
    assert whole["notice"] == NOTICE
    one = json.loads(json.dumps(causes_json("caffeine")))
    assert {source["id"] for source in one["sources"]} == {"S76", "S100", "X1"}
    assert one["causes"][0]["fasciculation"]["grade"] == "weak"
    assert {article["id"] for article in one["articles"]} == {
        "A000",
        "A001",
        "A002",
        "A003",
        "A004",
    }
