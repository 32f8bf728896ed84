"""``fasciscope score``: found events against true ones."""

import json
from pathlib import Path

import click


@click.command("score")
@click.argument("events", type=click.Path(path_type=Path))
@click.argument("truth", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
def score_command(events: Path, truth: Path, as_json: bool) -> None:
    """Score EVENTS (an events.tsv) against TRUTH (a truth.tsv or another events.tsv)."""
    from fasciscope.datasets.score import score_files

    score = score_files(events, truth)
    if as_json:
        click.echo(json.dumps(score.as_dict(), allow_nan=False))
        return
    from rich.console import Console

    from fasciscope.app.score_table import score_text

    Console().print(score_text(score))
