from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from sequence_texts import READING

from leadnurture.config import Config
from leadnurture.sequences.check import check
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.problems import Problem

settings.register_profile("unhurried", deadline=None)  # how long one example takes says nothing on a busy machine
settings.load_profile("unhurried")


@pytest.fixture
def config() -> Config:
    """Return a studio whose owner has a phone, and neither an address nor a website."""
    studio = {"name": "Hart & Holly", "timezone": "Europe/London", "country": "GB", "currency": "GBP"}
    owner = {"name": "Holly Hart", "email": "holly@hart.example", "phone": "+442079460000"}
    return Config.model_validate({"studio": studio, "owner": owner})


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return a studio's folder without any files."""
    (tmp_path / "studio/sequences").mkdir(parents=True)
    (tmp_path / "studio/templates").mkdir()
    return Folder(tmp_path / "studio")


@pytest.fixture
def problems_of(folder: Folder, config: Config) -> Callable[[str], tuple[Problem, ...]]:
    """Return what is wrong with the file `sequences/welcome.yaml` of a given text."""

    def found(text: str) -> tuple[Problem, ...]:
        path = folder.sequences / "welcome.yaml"
        path.write_text(text, encoding="utf-8")
        return check(folder.draft(path, READING), folder, config)

    return found
