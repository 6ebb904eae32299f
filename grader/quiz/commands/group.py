"""The group of quiz commands: its default is to ask, and a command is imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

ASK = "ask"
_MODULES = {
    ASK: "ask", "paper": "papers", "mark": "papers", "analyse": "papers", "export": "exchange", "import": "exchange",
}  # fmt: skip


class QuizGroup(click.Group):
    """A group whose default is to ask: every word that is no subcommand is a topic."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, imported now."""
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"{__package__}.{_MODULES[cmd_name]}")
        command: click.Command = module.COMMANDS[cmd_name]
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Send everything but the subcommands and the group's help to the asking command."""
        if not args or (args[0] not in _MODULES and args[0] not in ("-h", "--help")):
            args = [ASK, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The two ways of calling."""
        formatter.write_usage(ctx.command_path, "[TOPIC]... [OPTIONS]")
        formatter.write_usage(ctx.command_path, "paper|mark|analyse|import|export ...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of the asking command, then the subcommands."""
        command = self.get_command(ctx, ASK)
        params = command.get_params(ctx) if command else []
        with formatter.section("Options"):
            formatter.write_dl([
                record for param in params
                if isinstance(param, click.Option) and (record := param.get_help_record(ctx))
            ])  # fmt: skip
        self.format_commands(ctx, formatter)
