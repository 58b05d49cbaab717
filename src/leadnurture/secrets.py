"""Secrets: from the environment, from a command, or from a file that only the owner may read; never printed."""

import shlex
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from leadnurture.errors import ConfigurationError

COMMAND_TIMEOUT = 60  # seconds; a password manager may ask its user to unlock it


class SecretError(ConfigurationError):
    """A secret cannot be had; the message never contains it."""


def password_of(*, given: SecretStr | None, command: str | None, file: Path | None, folder: Path) -> str | None:
    """Return the password from the first origin that is configured, or None if none is.

    A relative `file` lies in `folder`. Raises SecretError.
    """
    found = secrets_of("password", given=(given,) if given else (), command=command, file=file, folder=folder)
    return found[0] if found else None


def secrets_of(
    name: str, *, given: Sequence[SecretStr], command: str | None, file: Path | None, folder: Path
) -> list[str]:
    """Return the secrets, one a line, from the first origin that is configured; none if none is.

    `name` is what the configuration calls them: `password_command` is its command. Raises SecretError.
    """
    if given:
        return [secret.get_secret_value() for secret in given]
    if command:
        return _from_command(f"{name}_command", command)
    if file:
        return _from_file(f"{name}_file", folder, file)
    return []


def _from_command(key: str, command: str) -> list[str]:
    try:
        words = shlex.split(command)
        done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise SecretError(f"{key} failed: {type(error).__name__}", hint=f"try it in a terminal: {command}") from None
    lines = _lines(done.stdout)
    if done.returncode != 0 or not lines:
        why = f"ended with {done.returncode}" if done.returncode else "printed nothing"
        raise SecretError(f"{key} {why}", hint=f"try it in a terminal: {command}")
    return lines


def _from_file(key: str, folder: Path, file: Path) -> list[str]:
    try:
        path = folder / file.expanduser()
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SecretError(f"{path} may be read by others", hint=f"chmod 600 {path}")
        lines = _lines(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SecretError(f"{key} {path} cannot be read: {error.strerror}") from None
    except UnicodeError:  # the error itself would quote the secret
        raise SecretError(f"{key} {path} is not UTF-8 text", hint="save it as UTF-8") from None
    except (RuntimeError, ValueError) as error:  # ~somebody who is not here; a NUL in the path
        raise SecretError(f"{key} {str(file)!r} cannot be read: {error}") from None
    if not lines:
        raise SecretError(f"{key} {path} is empty")
    return lines


def _lines(text: str) -> list[str]:
    return [line for raw in text.split("\n") if (line := raw.rstrip("\r")).strip()]
