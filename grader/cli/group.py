"""The `grade` command: a word that is no command means an exercise, and commands are imported when they are used."""

from __future__ import annotations

from importlib import import_module

import click
from click.shell_completion import CompletionItem

import grader
from grader.cli.table import COMMANDS, GRADE, GROUP_OPTIONS, HIDDEN


class GradeGroup(click.Group):
    """Commands by name from the table; everything else goes to the hidden command that grades one exercise."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        entry = COMMANDS.get(cmd_name) or HIDDEN.get(cmd_name)
        if entry is None:
            return None
        module, attribute = entry.home.split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the hidden command first unless the line begins with a command or with an option of the group.

        A line without any word is the map. Completion (resilient parsing) of the first word is still to see all of them.
        """
        if ctx.resilient_parsing and not args:
            pass
        elif all(word.startswith("-") and word not in GROUP_OPTIONS for word in args):
            args = ["progress", *args]
        elif args[0] not in COMMANDS and args[0] not in GROUP_OPTIONS:
            args = [GRADE, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that a line means; completion asks here without parsing first."""
        if args and args[0] not in COMMANDS and args[0] not in HIDDEN:
            args = [GRADE, *args]
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands and exercises that begin with what was typed."""
        from grader.cli.names import exercise_names

        commands = [
            CompletionItem(name, help=entry.help) for name, entry in COMMANDS.items() if name.startswith(incomplete)
        ]
        return commands + [CompletionItem(name) for name in exercise_names(incomplete)]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The two ways of calling."""
        formatter.write_usage("grade", "[EXERCISE [FUNCTION]... [OPTIONS]]")
        formatter.write_usage("grade", "COMMAND [ARGUMENT]...", prefix="       ")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"grade {grader.__version__}")
        ctx.exit()


@click.command(cls=GradeGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
def grade() -> None:
    """Grade NumPy exercises on the mathematics of deep learning.

    Without an argument: where you are and what comes next. With an exercise (exercise17, ex17, 17, batchnorm, the path
    of its file, the name of a function): grade it. How to grade: grade exercise --help
    """
