"""``mockseller exercise``: starts exercises; a running server shows the progress at once."""

from __future__ import annotations

import json
from pathlib import Path

import click

from emulator.cli import options

MARKS = {"done": "x", "next": ">", "waiting": " ", "missed": "!"}


@click.group()
def exercise() -> None:
    """Start exercises for trainees, and show their progress."""


_folder = click.option(
    "--exercises",
    type=options.FOLDER,
    metavar="FOLDER",
    help="Exercises of your own, beside the shipped ones.",
)


@exercise.command("list")
@options.as_json
@_folder
@options.data
def list_exercises(exercises: Path | None, data: options.Location | None, *, as_json: bool) -> None:
    """List the exercises, and what is wrong in files that cannot be used.

    Exit code 0: all can be used, 1: some cannot, 2: it could not run.
    """
    from emulator.control.api import exercises as api

    with options.opened(data, exercises=exercises) as worlds:
        listed = api.describe_all(worlds)
    if as_json:
        options.show_json(listed)
    for each in () if as_json else listed["exercises"]:
        click.echo(f"{each['id']:<22} {each['title']['en']} ({each['steps']} steps)")
    for line in listed["problems"]:
        click.echo(line, err=True)
    if listed["problems"]:
        raise SystemExit(1)


@exercise.command()
@click.argument("exercise_id", metavar="ID")
@options.world
@_folder
@options.data
def start(
    exercise_id: str, name: str, exercises: Path | None, data: options.Location | None
) -> None:
    """Start the exercise ID: its world is made anew, or created."""
    from emulator.app import collect_names, create_registry
    from emulator.control.api import exercises as api

    with options.opened(data, exercises=exercises) as worlds:
        shown = api.start(worlds, name, exercise_id, collect_names(create_registry()))
    click.echo(f"{name}: {shown['title']['en']}; its address is {shown['path']}")


@exercise.command()
@options.world
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_folder
@options.data
def show(
    name: str, exercises: Path | None, data: options.Location | None, *, as_json: bool
) -> None:
    """Show how far the trainee of a world has come."""
    from emulator.control.api import exercises as api

    with options.opened(data, exercises=exercises) as worlds:
        shown = api.show(worlds, name)
    if as_json:
        click.echo(json.dumps(shown, indent=1))
        return
    done = f"{shown['done']} of {len(shown['steps'])} steps, {shown['calls']} calls"
    charged = f"{shown['charged']} {shown['currency']} charged"
    click.echo(f"{shown['title']['en']}: {done}, {charged}")
    for step in shown["steps"]:
        click.echo(f"[{MARKS[step['state']]}] {step['title']['en']}")
        text = step["missed"] or step["hint"] or (step["task"] if step["state"] == "next" else None)
        if text:
            click.echo(f"    {text['en']}")
