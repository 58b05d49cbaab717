"""Passwords: from the environment, from a command, or from a file that only the owner may read; never printed."""

import shlex
import stat
import subprocess
from pathlib import Path

from pydantic import SecretStr

from leadnurture.errors import ConfigurationError

COMMAND_TIMEOUT = 60  # seconds; a password manager may ask its user to unlock it


class SecretError(ConfigurationError):
    """A password cannot be had; the message never contains it."""


def password_of(*, given: SecretStr | None, command: str | None, file: Path | None, folder: Path) -> str | None:
    """Return the password from the first origin that is configured, or None if none is.

    A relative `file` lies in `folder`. Raises SecretError.
    """
    if given is not None:
        return given.get_secret_value()
    if command:
        return _from_command(command)
    if file:
        return _from_file(folder, file)
    return None


def _from_command(command: str) -> str:
    try:
        words = shlex.split(command)
        done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise SecretError(
            f"password_command failed: {type(error).__name__}", hint=f"try it in a terminal: {command}"
        ) from None
    first = done.stdout.split("\n", 1)[0].rstrip("\r")
    if done.returncode != 0 or not first:
        why = f"ended with {done.returncode}" if done.returncode else "printed nothing"
        raise SecretError(f"password_command {why}", hint=f"try it in a terminal: {command}")
    return first


def _from_file(folder: Path, file: Path) -> str:
    try:
        path = folder / file.expanduser()
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SecretError(f"{path} may be read by others", hint=f"chmod 600 {path}")
        password = path.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except OSError as error:
        raise SecretError(f"password_file {path} cannot be read: {error.strerror}") from None
    except UnicodeError:  # the error itself would quote the password
        raise SecretError(f"password_file {path} is not UTF-8 text", hint="save it as UTF-8") from None
    except (RuntimeError, ValueError) as error:  # ~somebody who is not here; a NUL in the path
        raise SecretError(f"password_file {str(file)!r} cannot be read: {error}") from None
    if not password:
        raise SecretError(f"password_file {path} is empty")
    return password
