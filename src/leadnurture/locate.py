"""Finding the studio: by name, by environment, upwards from here, or the one that `init` made the default. Light."""

import os
from collections.abc import Mapping
from pathlib import Path

from leadnurture.errors import ConfigurationError

CONFIG_NAME = "leadnurture.toml"
DATABASE_NAME = "leadnurture.db"
VARIABLE = "LEADNURTURE_STUDIO"
STATE_FOLDER = ".leadnurture"


class NoStudioError(ConfigurationError):
    """There is no studio where we looked."""


def configuration_mark(folder: Path) -> str:
    """Return what is another text once the studio's configuration file has been changed."""
    try:
        return str((folder / CONFIG_NAME).stat().st_mtime_ns)
    except OSError:
        return ""


def find_studio(given: Path | None, here: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the studio's folder; raises NoStudioError that says where was looked."""
    if given is not None:
        return _required(given, "--studio")
    if environment.get(VARIABLE):
        return _required(_expanded(environment[VARIABLE]), VARIABLE)
    for folder in (here, *here.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder
    default = default_studio()
    if default is not None and (default / CONFIG_NAME).is_file():
        return default
    raise NoStudioError(
        f"there is no studio here: no {CONFIG_NAME} in {here} or above it",
        hint="make one with: leadnurture init my-studio",
    )


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise NoStudioError(f"{text} (from {VARIABLE}) is no studio: {error}") from None


def _required(folder: Path, origin: str) -> Path:
    if not (folder / CONFIG_NAME).is_file():
        raise NoStudioError(
            f"{folder} (from {origin}) is no studio: it has no {CONFIG_NAME}", hint=f"leadnurture init {folder}"
        )
    return folder.absolute()


def _default_file() -> Path:
    from platformdirs import user_config_path  # noqa: PLC0415 - only where nothing nearer was found

    return user_config_path("leadnurture") / "default-studio"


def default_studio() -> Path | None:
    """Return the studio that `init` recorded as the default, or None."""
    try:
        return Path(_default_file().read_text(encoding="utf-8").strip())
    except (OSError, UnicodeError):
        return None


def record_default(folder: Path) -> bool:
    """Make a studio the default if there is none yet; return whether it is now."""
    known = default_studio()
    if known is not None and (known / CONFIG_NAME).is_file():
        return known == folder
    try:
        file = _default_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{folder}\n", encoding="utf-8")
    except OSError:
        return False  # a convenience: a home that cannot be written to does not keep a studio from being made
    return True
