"""``fasciscope history``: the short history, asked at the terminal."""

from collections.abc import Callable
from pathlib import Path

import click


@click.command("history")
@click.argument("file", type=click.Path(path_type=Path))
def history_command(file: Path) -> None:
    """Ask the short history and write it to FILE (TOML), for ``analyse --history FILE``.

    Every question may be left empty. The answers stay in FILE and are sent nowhere.
    """
    from fasciscope.app.history import Answer, ask_all, create_history, history_text
    from fasciscope.core import InputError

    def ask(prompt: str, answer_of: Callable[[str], Answer | None]) -> Answer | None:
        def told(text: str) -> Answer | None:
            try:
                return answer_of(text)
            except InputError as error:  # click asks again
                raise click.BadParameter(str(error)) from error

        click.echo(f"\n{prompt}", err=True)
        answer: Answer | None = click.prompt(
            ">", default="", show_default=False, prompt_suffix=" ", value_proc=told, err=True
        )
        return answer

    with create_history(
        file
    ) as handle:  # before anything is asked: no answer is lost to a full name
        handle.write(history_text(ask_all(ask)))
    click.echo(f"history: {file}")
