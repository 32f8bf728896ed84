"""What `fasciscope causes --article NAME` shows: what an article claims, and how each claim fares.

Pure functions: text for a terminal as rich renderables, or dictionaries for `--json`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from fasciscope.classifier import NOTICE, Catalogue, load_catalogue
from fasciscope.classifier.cause import Article, Cause, Claim, Fate, Guidance
from fasciscope.core import UsageError

Entry = Cause | Guidance


def claims_text(name: str, catalogue: Catalogue | None = None) -> RenderableType:
    """The claims of the article that `name` (its id, or words of its title) stands for, by fate.

    Raises UsageError, with the articles there are, if it stands for none or for several.
    """
    book = catalogue or load_catalogue()
    article = find_article(book, name)
    claims = list(_claims(book, article))
    return Group(
        Text(f"{article.id}: {article.text}", style="bold"),
        Text(f"{len(claims)} claims: {_tally(claims)}."),
        *_by_fate(claims),
        *_sources(book, claims),
        Text(f"\n{NOTICE}", style="italic"),
    )


def claims_json(name: str, catalogue: Catalogue | None = None) -> dict[str, Any]:
    """What `claims_text` shows, for machines. Raises UsageError as it does."""
    book = catalogue or load_catalogue()
    article = find_article(book, name)
    claims = list(_claims(book, article))
    cited = dict.fromkeys(key for _, claim in claims for key in claim.sources)
    return {
        "notice": NOTICE,
        "article": asdict(article),
        "claims": [{"entry": entry.id, **asdict(claim)} for entry, claim in claims],
        "sources": [asdict(book.source(key)) for key in cited],
    }


def find_article(catalogue: Catalogue, name: str) -> Article:
    """The article with this id, or the only one in whose title the words occur."""
    wanted = name.strip().lower()
    found = [a for a in catalogue.articles if wanted == a.id.lower()] or [
        a for a in catalogue.articles if wanted and wanted in a.text.lower()
    ]
    if len(found) != 1:
        listed = "; ".join(f"{article.id}: {article.text}" for article in catalogue.articles)
        raise UsageError(
            f"{name!r} names {len(found)} articles; one is needed. There are: {listed}"
        )
    return found[0]


def _claims(book: Catalogue, article: Article) -> Iterator[tuple[Entry, Claim]]:
    entries: tuple[Entry, ...] = (*book.causes, *book.guidance)
    for entry in entries:
        for claim in entry.claims:
            if claim.article == article.id:
                yield entry, claim


def _tally(claims: list[tuple[Entry, Claim]]) -> str:
    counts = Counter(claim.fate for _, claim in claims)
    return ", ".join(f"{counts[fate]} {fate.value}" for fate in Fate)


def _by_fate(claims: list[tuple[Entry, Claim]]) -> Iterator[RenderableType]:
    for fate in Fate:
        chosen = [(entry, claim) for entry, claim in claims if claim.fate is fate]
        if chosen:
            yield Text(f"\n{fate.value.capitalize()}", style="bold")
        for entry, claim in chosen:
            ground = ", ".join(claim.sources) or claim.mark.remark
            yield Padding(Text(f"- {entry.label} ({entry.id}): {claim.says}"), (0, 0, 0, 2))
            yield Padding(Text(f"{claim.why} [{ground}]"), (0, 0, 0, 6))


def _sources(book: Catalogue, claims: list[tuple[Entry, Claim]]) -> Iterator[RenderableType]:
    yield Text("\nSources", style="bold")
    for key in dict.fromkeys(key for _, claim in claims for key in claim.sources):
        yield Padding(Text(f"- {key}: {book.source(key).citation}"), (0, 0, 0, 2))
