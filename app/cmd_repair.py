"""``fasciscope repair``: makes a session whole whose recording was killed or ran out of disk."""

from pathlib import Path

import click


@click.command("repair")
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER..."
)
def repair_command(folders: tuple[Path, ...]) -> int:
    """Make each session FOLDER whole: its samples to the last whole second, events and report anew.

    A folder that is whole already is left as it is.
    """
    from fasciscope.app.repair import repair
    from fasciscope.app.runs import tell

    for folder in folders:
        session = repair(folder)
        if session is None:
            click.echo(f"{folder} is whole already.")
        else:
            tell(session, folder.name, folder / "report.html")
    return 0
