"""`grade completion`: the script that lets a shell complete commands, exercises and functions."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

VARIABLE: Final = "_GRADE_COMPLETE"
INSTALL: Final = {
    "bash": "echo 'eval \"$(grade completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(grade completion zsh)\"' >> ~/.zshrc",
    "fish": "grade completion fish > ~/.config/fish/completions/grade.fish",
    "powershell": "Add-Content $PROFILE 'grade completion powershell | Out-String | Invoke-Expression'",
}
"""What makes a shell load the script each time it starts."""


@click.command("completion")
@click.argument("shell", type=click.Choice(list(INSTALL)))
def completion(shell: str) -> int:
    """Print the script that completes commands, exercises and functions in a shell.

    Its first lines say how to install it.

    Example: eval "$(grade completion bash)"
    """
    from grader.cli.group import grade

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"completion for {shell} needs click 8.5 or newer: pip install --upgrade click")
    click.echo(f"# To have it in every new {shell}, run once, and open a new one:\n#   {INSTALL[shell]}")
    click.echo(kind(grade, {}, "grade", VARIABLE).source())
    return 0
