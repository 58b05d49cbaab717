from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Leadnurture, Sink, listening


@pytest.fixture
def leadnurture(tmp_path: Path) -> Leadnurture:
    return Leadnurture(tmp_path)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening(Sink()) as started:
        yield started
