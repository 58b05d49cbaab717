"""The few settings that an idle run needs, without loading the configuration. Standard library only.

What is wrong with the file is told to whoever has work to do; an idle run goes on without the setting.
"""

import os
import tomllib
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from leadnurture import retention
from leadnurture.locate import CONFIG_NAME

_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError)


def written_zone(root: Path) -> tzinfo | None:
    """Return the zone that the configuration names; None, the system's, if it names none."""
    try:
        return ZoneInfo(_written(root, "studio", "timezone"))
    except _UNREADABLE:
        return None


def written_retention(root: Path) -> int | None:
    """Return for how many days what is done is kept in full; None if what is written there is no number of days."""
    try:
        days = int(_written(root, "worker", "retention_days", retention.USUAL))
    except _UNREADABLE:
        return None
    return days if 1 <= days <= retention.LONGEST else None


def _written(root: Path, section: str, key: str, usual: Any = None) -> Any:
    variable = os.environ.get(f"LEADNURTURE_{section}__{key}".upper())
    if variable is not None:
        return variable
    return tomllib.loads((root / CONFIG_NAME).read_text(encoding="utf-8-sig")).get(section, {}).get(key, usual)
