"""Commands in this process, for tests that look at what they say rather than at the process."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from leadnurture.cli.main import app


def do(root: Path, *words: str, stdin: str | None = None) -> Result:
    """Run a command in a studio; errors that people would be told of are in `exception`."""
    return CliRunner().invoke(app, ["--studio", str(root), *words], input=stdin)


def data(root: Path, *words: str) -> Any:
    """Run a command with --json; return its data."""
    done = do(root, *words, "--json")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    told = json.loads(done.stdout)
    assert told["success"] is True
    return told["data"]
