"""What all tests share: a studio of their own, and an environment without anybody's settings."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadnurture.clock import VirtualClock
from leadnurture.founding import Answers, found_studio
from leadnurture.studio import Studio

NOW = datetime(2027, 1, 4, 10, 0, tzinfo=UTC)  # a Monday
ANSWERS = Answers("Hart & Holly", "Holly Hart", "holly@hart.example", "Europe/London", "GB", "GBP", "en_GB")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in list(os.environ):
        if variable.startswith("LEADNURTURE_"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home-config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new studio's folder."""
    folder = tmp_path / "studio"
    found_studio(folder, ANSWERS, NOW, default=False)
    return folder


@pytest.fixture
def studio(root: Path, clock: VirtualClock) -> Iterator[Studio]:
    with Studio.open(root, clock) as opened:
        yield opened
