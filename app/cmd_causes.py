"""``fasciscope causes``: the catalogue on the terminal."""

import json

import click


@click.command("causes")
@click.argument("query", required=False)
@click.option("--article", metavar="NAME", help="What an article claims, and how each claim fares.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
def causes_command(query: str | None, article: str | None, as_json: bool) -> None:
    """List all causes, or show the one that QUERY names, or what it finds; with sources."""
    from fasciscope.app.causes import causes_json, causes_text
    from fasciscope.app.claims import claims_json, claims_text
    from fasciscope.core import UsageError

    if article is not None and query is not None:
        raise UsageError(f"Found QUERY {query!r} and --article {article!r}. Give one of them.")
    if as_json:
        shown = causes_json(query) if article is None else claims_json(article)
        click.echo(json.dumps(shown, indent=2))
        return
    from rich.console import Console

    Console().print(causes_text(query) if article is None else claims_text(article))
