"""Writes docs/commands.md from the commands' own help; `make docs`. A test compares the file with what this writes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import typer.main

from leadnurture.cli.main import app

TARGET = Path(__file__).parent / "commands.md"
HEAD = """# Commands

Generated from the commands' help by `make docs`.

`leadnurture --studio DIR COMMAND` names the studio.
"""


def reference() -> str:
    """Return the whole page."""
    return HEAD + "".join(_sections(typer.main.get_command(app), "leadnurture"))


def _sections(command: object, path: str) -> Iterator[str]:
    """Yield one section per command, depth first, in the order of the help."""
    subcommands = getattr(command, "commands", None)
    if subcommands is not None:
        for name, inner in subcommands.items():
            yield from _sections(inner, f"{path} {name}")
        return
    usage = f"```\n{path} {_usage(command)}\n```"
    yield f"\n## {path.removeprefix('leadnurture ')}\n\n{_told(command)}\n\n{usage}\n\n{_parameters(command)}"


def _told(command: object) -> str:
    paragraphs = str(getattr(command, "help", "")).strip().split("\n\n")
    return "\n\n".join(_paragraph(paragraph) for paragraph in paragraphs)


def _paragraph(text: str) -> str:
    joined = " ".join(line.strip() for line in text.splitlines())
    head, mark, example = joined.partition(": ")
    return f"{head}: `{example}`" if mark and head.startswith("Example") and "  " not in example else joined


def _usage(command: object) -> str:
    parameters = getattr(command, "params", [])
    arguments = [one.metavar or one.name.upper() for one in parameters if one.param_type_name == "argument"]
    words = ["[OPTIONS]", *arguments]
    return " ".join(words)


def _parameters(command: object) -> str:
    rows = []
    for parameter in getattr(command, "params", []):
        if parameter.param_type_name == "option" and parameter.name != "help":
            names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
            rows.append(f"| {names} | {parameter.help or ''} |")
        elif parameter.param_type_name == "argument":
            rows.append(f"| `{parameter.metavar or parameter.name.upper()}` | {getattr(parameter, 'help', '') or ''} |")
    return "\n".join(["| | |", "| --- | --- |", *rows, ""])


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
    sys.stderr.write(f"wrote {TARGET.name}\n")
