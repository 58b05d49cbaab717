"""What an entry must bring along because cron knows nothing of the shell: variables, and where programs are."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from leadnurture.config import PREFIX, Config
from leadnurture.errors import ConfigurationError

# The variables that hold a secret; a test holds this against the configuration.
_SECRETS = {
    "LEADNURTURE_MAIL__SMTP__PASSWORD": "mail.smtp.password_command or mail.smtp.password_file",
    "LEADNURTURE_MAILBOX__PASSWORD": "mailbox.password_command or mailbox.password_file",
    "LEADNURTURE_SMS__URL": "sms.url_command or sms.url_file",
    "LEADNURTURE_NOTIFY__URLS": "notify.urls_command or notify.urls_file",
}
_USUAL_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_MODULE = "__main__.py"


class SecretInEnvironmentError(ConfigurationError):
    """A secret comes from the environment, and an entry is no place for it."""


class NoProgramError(ConfigurationError):
    """It cannot be told how `leadnurture` was started."""


def program_running() -> tuple[str, ...]:
    """Return the words, the first an absolute path, by which this very program is started; raises NoProgramError."""
    return program_of(sys.argv[0], sys.executable)


def program_of(invoked: str, python: str) -> tuple[str, ...]:
    """Return the words by which a program is started that was invoked as `invoked`, run by that Python."""
    if Path(invoked).name == _MODULE:
        return python, "-m", "leadnurture"
    found = shutil.which(invoked)
    if found is None:
        raise NoProgramError(
            f"'{invoked}' is no program that could be run again", hint="install leadnurture, and run it by its name"
        )
    return (str(Path(found).absolute()),)


def variables(config: Config, environment: Mapping[str, str] = os.environ) -> tuple[tuple[str, str], ...]:
    """Return what an entry has to set: the settings that come from the environment, and PATH if a command needs it.

    Raises SecretInEnvironmentError.
    """
    settings = {name: value for name, value in environment.items() if name.startswith(PREFIX) and "__" in name}
    for name in sorted(settings):
        if name.upper() in _SECRETS:
            raise SecretInEnvironmentError(
                f"{name} is a secret, and is not written where a run is scheduled",
                hint=f"set {_SECRETS[name.upper()]} in leadnurture.toml, unset {name}, and try again",
            )
    path = _path(config, environment)
    return (*((("PATH", path),) if path else ()), *sorted(settings.items()))


def _path(config: Config, environment: Mapping[str, str]) -> str | None:
    """Return a PATH on which the commands of the configuration are found; None if they need none."""
    found = (shutil.which(program, path=environment.get("PATH")) for program in _programs(config))
    folders = dict.fromkeys(str(Path(program).absolute().parent) for program in found if program)
    unusual = [folder for folder in folders if folder not in {"/usr/bin", "/bin"}]
    return ":".join(dict.fromkeys((*unusual, *_USUAL_PATH))) if unusual else None


def _programs(config: Config) -> Iterator[str]:
    """Yield the programs that the configuration's commands call by a bare name."""
    smtp, mailbox = config.mail.smtp, config.mailbox
    given = (
        smtp.password_command if smtp else None,
        mailbox.password_command if mailbox else None,
        config.sms.url_command,
        config.notify.urls_command,
    )
    for command in given:
        first = _first_word(command) if command else None
        if first and "/" not in first:
            yield first


def _first_word(command: str) -> str | None:
    try:
        return next(iter(shlex.split(command)), None)
    except ValueError:  # an open quote: the run says so
        return None
