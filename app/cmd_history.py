"""``fasciscope history``: the short history, asked at the terminal."""

from pathlib import Path

import click


@click.command("history")
@click.argument("file", type=click.Path(path_type=Path))
def history_command(file: Path) -> None:
    """Ask the short history and write it to FILE (TOML), for ``analyse --history FILE``.

    Every question may be left empty. The answers stay in FILE and are sent nowhere.
    """
    from fasciscope.app.history import ask_all, write_history

    def ask(prompt: str) -> str:
        click.echo(prompt, err=True)
        answer: str = click.prompt(">", default="", show_default=False, prompt_suffix=" ", err=True)
        return answer

    write_history(ask_all(ask), file)
    click.echo(f"history: {file}")
