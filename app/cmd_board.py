"""``fasciscope board``: plays a board without hardware, for any client."""

import click


@click.command("board")
@click.argument("name", metavar="NAME")
@click.option(
    "--pty", is_flag=True, required=True, help="On a pseudo-terminal, whose name is printed."
)
@click.option("--scenario", default="demo", show_default=True, help="What the electrodes see.")
@click.option("--for", "seconds", type=float, metavar="SECONDS", help="End after so long.")
def board_command(name: str, pty: bool, scenario: str, seconds: float | None) -> None:
    """Play the board NAME: it answers its real commands and streams its real bytes at true pace.

    Ctrl-C ends it.
    """
    from fasciscope.app.virtual import play

    assert pty, "the only player so far"
    play(name, scenario, seconds, say=lambda port: click.echo(f"port: {port}"))
