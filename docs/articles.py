"""Write docs/articles.md: the popular articles against the catalogue, with the fate of each claim.

Usage: articles.py [FILE]. A test holds the committed page against the catalogue.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fasciscope.classifier import Catalogue, load_catalogue
from fasciscope.classifier.cause import Article, Cause, Claim, Fate, Guidance

PAGE = Path(__file__).with_name("articles.md")

HEAD = """# What popular articles say of twitches and cramps, and how it fares

Made by `python docs/articles.py` from the catalogue (`classifier/causes/`); edit that, not this page.

A claim is *supported* where a source that was read bears it out, *weak* where there are only reports or
opinion, *contradicted* where sources say otherwise, *unsourced* where none was found. The fate is the
claim's as the article words it, not the cause's: a cause may be real and what is said of it wrong.
`fasciscope causes --article A000` shows the same in the terminal. It reports; it never diagnoses.
"""

Entry = Cause | Guidance


def page(book: Catalogue) -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *_articles(book), *_matrix(book), *_claims(book), *_sources(book), ""])


def _entries(book: Catalogue) -> tuple[Entry, ...]:
    return (*book.causes, *book.guidance)


def _of(book: Catalogue, article: Article) -> list[tuple[Entry, Claim]]:
    return [
        (entry, claim)
        for entry in _entries(book)
        for claim in entry.claims
        if claim.article == article.id
    ]


def _articles(book: Catalogue) -> Iterator[str]:
    yield "## The articles\n"
    yield "| | article | claims | " + " | ".join(fate.value for fate in Fate) + " |"
    yield "|---|---|---|" + "---|" * len(Fate)
    for article in book.articles:
        claims = _of(book, article)
        counts = Counter(claim.fate for _, claim in claims)
        cells = [str(counts[fate]) for fate in Fate]
        yield _row(article.id, article.text, str(len(claims)), *cells)


def _matrix(book: Catalogue) -> Iterator[str]:
    yield "\n## Articles and entries\n"
    yield _row("entry", *(article.id for article in book.articles))
    yield "|---|" + "---|" * len(book.articles)
    for entry in _entries(book):
        if entry.claims:
            fates = (_fates(entry, article) for article in book.articles)
            yield _row(f"{entry.label} (`{entry.id}`)", *fates)


def _fates(entry: Entry, article: Article) -> str:
    """The fates of an article's claims about an entry, each once."""
    said = (claim.fate.value for claim in entry.claims if claim.article == article.id)
    return ", ".join(dict.fromkeys(said))


def _claims(book: Catalogue) -> Iterator[str]:
    for article in book.articles:
        yield f"\n## {article.id}: every claim\n"
        yield _row("entry", "the article says", "fate", "why", "sources")
        yield "|---|---|---|---|---|"
        for entry, claim in _of(book, article):
            ground = ", ".join(claim.sources) or claim.mark.remark
            yield _row(entry.label, claim.says, claim.fate.value, claim.why, ground)


def _sources(book: Catalogue) -> Iterator[str]:
    yield "\n## Sources\n"
    cited = {key for entry in _entries(book) for claim in entry.claims for key in claim.sources}
    for source in book.sources:
        if source.id in cited:
            yield f"- {source.id}: {source.citation}"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(load_catalogue()), encoding="utf-8")
