"""The command line: ``fasciscope COMMAND``; commands are imported when they are called.

Nothing heavy is imported here: ``--help`` answers in under 0.3 s. Exit codes: 0 done, 2 wrong use,
3 input refused, 4 device, 5 storage, 130 interrupted.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from fasciscope import __version__

INTERRUPTED = 130

COMMANDS: dict[str, tuple[str, str]] = {
    "analyse": (
        "fasciscope.app.cmd_analyse:analyse_command",
        "Analyse recordings: events.tsv, summary.json and report.html.",
    ),
    "board": (
        "fasciscope.app.cmd_board:board_command",
        "Play a board without hardware, for any client.",
    ),
    "causes": (
        "fasciscope.app.cmd_causes:causes_command",
        "Search the catalogue of causes, with sources.",
    ),
    "demo": (
        "fasciscope.app.cmd_demo:demo_command",
        "Record a virtual board, analyse it and print where the report is.",
    ),
    "devices": (
        "fasciscope.app.cmd_devices:devices_command",
        "List serial ports and Bluetooth LE devices, with the board they look like.",
    ),
    "history": (
        "fasciscope.app.cmd_history:history_command",
        "Ask the short history, for analyse --history.",
    ),
    "record": (
        "fasciscope.app.cmd_record:record_command",
        "Record a board into a session folder, with live status.",
    ),
    "repair": (
        "fasciscope.app.cmd_repair:repair_command",
        "Make a session whole whose recording was killed.",
    ),
    "score": (
        "fasciscope.app.cmd_score:score_command",
        "Score found events against true ones.",
    ),
    "stream": (
        "fasciscope.app.cmd_stream:stream_command",
        "Show a board's events as they happen.",
    ),
}
"""A command's `module:function` and its line in ``--help``."""


class LazyGroup(click.Group):
    """A group that lists its commands from a table and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or give None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name][0].split(":")
        command = getattr(import_module(module), function)
        assert isinstance(command, click.Command), cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_where, line) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fasciscope")
def cli() -> None:
    """Find fasciculations and cramps in surface EMG, and say how sure.

    fasciscope reports; it never diagnoses.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; `arguments` None reads the process's own."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; a known error is one line on stderr."""
    try:
        code = cli.main(args=arguments, prog_name="fasciscope", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("fasciscope: interrupted.", err=True)
        return INTERRUPTED
    except Exception as error:
        from fasciscope.app.failure import exit_code_of, one_line

        code = exit_code_of(error)
        if code is None:
            raise  # our bug: the trace is what we need
        click.echo(one_line(error), err=True)
    return code if isinstance(code, int) else 0
