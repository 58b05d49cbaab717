"""Sequence files for tests: whole texts, and the shortest ones around the part that a test is about."""

from textwrap import dedent, indent
from zoneinfo import ZoneInfo

from leadnurture.crm.values import Reading
from leadnurture.sequences.parse import Parsed, parse
from leadnurture.sequences.sequence import Sequence

READING = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")
STEPS = """
steps:
  - id: wait
    action: wait_delay
    delay: 1d
"""
TOP_LINES = 2  # lines above the part that `top` puts in


def parsed(text: str) -> Parsed:
    """Return what is read from a file of that text."""
    return parse(text, "sequences/welcome.yaml", "welcome", READING)


def right(text: str) -> Sequence:
    """Return the sequence of a text that has no problems."""
    found = parsed(text)
    assert found.problems == ()
    assert found.sequence is not None
    return found.sequence


def top(part: str) -> str:
    """Return a sequence with a part of its own at the top level."""
    return f"name: Welcome\n{dedent(part).strip()}\n{STEPS.lstrip()}"


def step(part: str) -> str:
    """Return a sequence of one step, which consists of the given keys; they begin in line 3 at column 5."""
    keys = indent(dedent(part).strip(), "    ")
    return f"name: Welcome\nsteps:\n  - {keys.lstrip()}\n"


def letter(body: str, subject: str = "Hello") -> str:
    """Return a sequence that sends one letter; its first line is line 7 of the file."""
    return (
        f"name: Welcome\nsteps:\n  - id: hello\n    action: send_email\n    subject: {subject!r}\n    body: |\n"
        + indent(body, "      ")
    )
