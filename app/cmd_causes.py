"""``fasciscope causes``: the catalogue on the terminal."""

import json

import click


@click.command("causes")
@click.argument("query", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
def causes_command(query: str | None, as_json: bool) -> None:
    """List all causes, or show the one that QUERY names, or what it finds; with sources."""
    from fasciscope.app.causes import causes_json, causes_text

    if as_json:
        click.echo(json.dumps(causes_json(query), indent=2))
        return
    from rich.console import Console

    Console().print(causes_text(query))
