"""``gigacost completion``: what a shell needs to complete commands, options, chips and quantities."""

from __future__ import annotations

import click

from gigacost.cli import options


@options.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    r"""Print the completion script of a shell.

    \b
    bash: eval "$(gigacost completion bash)"       in ~/.bashrc
    zsh:  eval "$(gigacost completion zsh)"        in ~/.zshrc
    fish: gigacost completion fish | source        in ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class

    from gigacost.cli.app import gigacost
    from gigacost.cli.terminal import plain

    found = get_completion_class(shell)
    if found is None:  # click knows all three
        raise click.UsageError(f"no completion for {shell}")
    plain(found(gigacost, {}, "gigacost", "_GIGACOST_COMPLETE").source())
