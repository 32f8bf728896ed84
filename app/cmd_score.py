"""``fasciscope score``: found events against true ones."""

from pathlib import Path

import click


@click.command("score")
@click.argument("events", type=click.Path(path_type=Path))
@click.argument("truth", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
def score_command(events: Path, truth: Path, as_json: bool) -> None:
    """Score EVENTS (an events.tsv) against TRUTH (another): matching, F1, agreement."""
