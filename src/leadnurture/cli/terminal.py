"""The one place that writes to the terminal: data to stdout, messages to stderr, errors for people and for scripts."""

import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from leadnurture.errors import LeadnurtureError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PIPED_WIDTH = 100


def prepare() -> None:
    """Make the streams fit to be used: one that was closed leads nowhere, and no character is a reason to stop."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(nowhere, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def finish() -> None:
    """Write what is left; what cannot be written is dropped, so that Python does not stumble over it at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _stdout() -> "Console":
    """Return the console for data: colours only on a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else PIPED_WIDTH
    return Console(width=width, highlight=False, soft_wrap=False)


def stderr() -> "Console":
    """Return the console for messages."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def answer(data: Any, view: "Callable[[], RenderableType]", *, as_json: bool) -> None:
    """Print a command's result: as JSON, or as the view makes it."""
    if as_json:
        print_json(data)
    else:
        show(view())


def show(view: "RenderableType") -> None:
    """Print a view; into a pipe or a file without the blanks that fill its columns up."""
    console = _stdout()
    if sys.stdout.isatty():
        console.print(view)
        return
    with console.capture() as captured:
        console.print(view)
    sys.stdout.write("\n".join(line.rstrip(" ") for line in captured.get().split("\n")))


def print_json(data: Any) -> None:
    """Print the documented envelope."""
    envelope = {"success": True, "data": data}
    sys.stdout.write(json.dumps(envelope, ensure_ascii=not _is_utf8(sys.stdout), indent=2, default=str) + "\n")


def say(text: str) -> None:
    """Tell the user something that is not data; a terminal that was closed does not stop the work."""
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")


def complain(error: LeadnurtureError, *, as_json: bool) -> None:
    """Tell what went wrong and what to do next."""
    if as_json:
        told = {"success": False, "message": error.message, "error": error.detail or error.hint, "code": error.code}
        say(json.dumps(told, ensure_ascii=not _is_utf8(sys.stderr), default=str))
        return
    red, plain = ("\x1b[31m", "\x1b[0m") if _coloured(sys.stderr) else ("", "")
    say(f"{red}error:{plain} {error.message}")
    if error.hint:
        say(f"  → {error.hint}")


def _is_utf8(stream: Any) -> bool:
    return str(stream.encoding).lower().replace("-", "").replace("_", "") == "utf8"


def _coloured(stream: Any) -> bool:
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_interactive() -> bool:
    """Tell whether a person can be asked: both ends are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, *, yes: bool) -> bool:
    """Ask for a yes; without a terminal a missing `--yes` is an error that names it."""
    from leadnurture.errors import UsageError

    if yes:
        return True
    if not is_interactive():
        raise UsageError(f"{question} Without a terminal this needs --yes", hint="add --yes if you mean it")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def ask(question: str) -> str | None:
    """Ask for a few words; None without a terminal, and for no answer."""
    if not is_interactive():
        return None
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() or None


def require_typed(name: str, question: str, *, given: str | None, option: str) -> None:
    """Make sure that somebody means it: they type a name, or gave it with an option; raises UsageError."""
    from leadnurture.errors import UsageError

    if given is None:
        if not is_interactive():
            raise UsageError(f"{question} Without a terminal this needs {option}", hint=f'{option} "{name}"')
        sys.stderr.write(f"{question}\nType {name!r} to go on: ")
        sys.stderr.flush()
        given = sys.stdin.readline().strip()
    if given != name:
        raise UsageError(f"'{given}' is not '{name}'; nothing was changed", hint=f'{option} "{name}" if you mean it')
