"""``mockseller explain``."""

from __future__ import annotations

import click


@click.command(short_help="Print a section of the documentation that a report names.")
@click.argument("source", nargs=-1, required=True)
def explain(source: tuple[str, ...]) -> None:
    """Print what SOURCE of a report says.

    SOURCE is a page with the number of a section or of a numbered fact, or several:
    "docs/wire.md 4.1 docs/evidence.md 125". The pages are installed with mockseller.
    """
    from rich.console import Console
    from rich.markdown import Markdown

    from contracts.sources import SourceError, check_source, list_references, read_section

    text = " ".join(source)
    try:
        check_source(text)
    except SourceError as problem:
        raise click.UsageError(str(problem)) from None
    screen = Console()
    for reference in list_references(text):
        section = read_section(reference)
        click.secho(f"{reference}: {section.title}", bold=True)
        if screen.is_terminal:
            screen.print(Markdown(section.text))
        else:
            click.echo(section.text)
        click.echo()
