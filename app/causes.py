"""What `fasciscope causes [QUERY]` shows: the catalogue's list, a search, one cause as a page.

Pure functions: text for a terminal as rich renderables, or dictionaries for `--json`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fasciscope.classifier import NOTICE, Catalogue, Cause, load_catalogue
from fasciscope.classifier.cause import Claim, Evidence, Mark, Points, Statement
from fasciscope.core import UsageError

_LISTS = (  # heading and field, in the order of the page
    ("Questions to ask", "questions"),
    ("Would speak against it", "speaks_against"),
    ("Usual work-up", "work_up"),
    ("What a person can do", "self_care"),
    ("Look-alikes", "mimics"),
)
_SENTENCES = (
    ("Mechanism", "mechanism"),
    ("Time course", "time_course"),
    ("Where", "distribution"),
)
_FLAGS = (
    ("May belong to the picture", "signs"),
    ("Call for a professional", "review_flags"),
)


def causes_text(query: str | None = None, catalogue: Catalogue | None = None) -> RenderableType:
    """The list of all causes, or the page of the one that the query names, or a list of hits.

    Raises UsageError, with the nearest words, if nothing goes by the query.
    """
    book = catalogue or load_catalogue()
    found = find_causes(book, query)
    if query is not None and len(found) == 1:
        return Group(*_page(book, found[0]), Text(f"\n{NOTICE}", style="italic"))
    return Group(_table(found), Text(f"\n{NOTICE}", style="italic"))


def causes_json(query: str | None = None, catalogue: Catalogue | None = None) -> dict[str, Any]:
    """What `causes_text` shows, whole and for machines: the notice, the causes, their sources.

    Raises UsageError, with the nearest words, if nothing goes by the query.
    """
    book = catalogue or load_catalogue()
    found = find_causes(book, query)
    cited = dict.fromkeys(key for cause in found for key in cause.sources)
    named = {claim.article for cause in found for claim in cause.claims}
    return {
        "notice": NOTICE,
        "marks": {mark.value: mark.meaning for mark in Mark},
        "causes": [asdict(cause) for cause in found],
        "sources": [asdict(book.source(key)) for key in cited],
        "articles": [asdict(article) for article in book.articles if article.id in named],
    }


def find_causes(catalogue: Catalogue, query: str | None) -> tuple[Cause, ...]:
    """All causes without a query, else those that it finds; UsageError if none."""
    if query is None:
        return catalogue.causes
    found = catalogue.search(query) if query.strip() else ()
    if not found:
        words = [word for cause in catalogue.causes for word in cause.words]
        near = get_close_matches(query.strip().lower(), words, n=3, cutoff=0.5)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise UsageError(
            f"No cause goes by {query!r}.{hint} Run 'fasciscope causes' for the whole list."
        )
    return found


def _table(causes: tuple[Cause, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("cause", "id", "kind", "fasciculation", "cramp"):
        table.add_column(heading, overflow="fold")
    for cause in causes:
        table.add_row(
            cause.label,
            cause.id,
            cause.kind.value,
            cause.fasciculation.grade.value,
            cause.cramp.grade.value,
        )
    return table


def _page(book: Catalogue, cause: Cause) -> Iterator[RenderableType]:
    yield Text(f"{cause.label}  ({cause.kind.value}, {cause.id})", style="bold")
    if cause.synonyms:
        yield Text(f"also: {', '.join(cause.synonyms)}")
    yield Text(f"\n{cause.plain}")
    yield Text(f"\nFor clinicians: {cause.clinical}")
    yield from _block("Evidence", [*_evidence(cause), *_reported(book, cause)])
    yield from _block("Measured in studies", [_marked(one.text, one) for one in cause.measurable])
    for heading, field in _SENTENCES:
        statement: Statement = getattr(cause, field)
        yield from _block(heading, [_marked(statement.text, statement)])
    for heading, field in _LISTS:
        points: Points = getattr(cause, field)
        yield from _block(f"{heading} [{_ground(points)}]", list(points.items))
    for heading, field in _FLAGS:
        yield from _block(heading, [book.item(key).label for key in getattr(cause, field)])
    yield from _block("What articles claim", [_claim(book, claim) for claim in cause.claims])
    yield from _block("Sources", [f"{key}: {book.source(key).citation}" for key in cause.sources])
    used = dict.fromkeys(item.mark for _, item in cause.known())
    yield from _block("Marks", [f"{mark.value}: {mark.meaning}" for mark in used])


def _block(heading: str, lines: list[str]) -> Iterator[RenderableType]:
    """A heading and its lines, indented; nothing where there are no lines."""
    if lines:
        yield Text(f"\n{heading}", style="bold")
        for line in lines:
            yield Padding(Text(f"- {line}"), (0, 0, 0, 2))


def _evidence(cause: Cause) -> list[str]:
    return [
        _marked(f"{name}: {item.grade.value}. {item.study}", item)
        for name, item in (("fasciculation", cause.fasciculation), ("cramp", cause.cramp))
    ]


def _reported(book: Catalogue, cause: Cause) -> list[str]:
    return [f"listed with: {book.rule(pattern).label}" for pattern in cause.patterns]


def _claim(book: Catalogue, claim: Claim) -> str:
    article = next(article for article in book.articles if article.id == claim.article)
    return _marked(
        f"{claim.fate.value.upper()}: {claim.says} ({article.text}) {claim.why}",
        claim,
    )


def _marked(text: str, item: Statement | Evidence | Claim) -> str:
    return f"{text} [{_ground(item)}]"


def _ground(item: Statement | Evidence | Claim | Points) -> str:
    return ", ".join((item.mark.value, *item.sources))
