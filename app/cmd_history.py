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
    from fasciscope.app.history import Answer, ask_all, create_history, write_answers
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

    # Created before anything is asked: a name that is taken costs no answers.
    with create_history(file) as handle:
        write_answers(ask_all(ask), handle)
    click.echo(f"history: {file}")
