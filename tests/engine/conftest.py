import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from mail_server import Server, listening
from studio_life import ANSWERS, START, Begin, Life

from leadnurture.clock import VirtualClock
from leadnurture.founding import found_studio
from leadnurture.studio import Studio

settings.register_profile("unhurried", deadline=None)  # how long one example takes says nothing on a busy machine
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a studio as `init` makes it, but without the playbooks; tests work on copies of it."""
    root = tmp_path_factory.mktemp("founded") / "studio"
    found_studio(root, ANSWERS, START, default=False)
    for path in (*(root / "sequences").iterdir(), *(root / "templates").iterdir()):
        path.unlink()
    return root


@pytest.fixture
def begin(founded: Path, tmp_path: Path) -> Iterator[Begin]:
    """Return what opens the studio (again); limits can be given, such as `per_day="2"`."""
    root = tmp_path / "studio"
    shutil.copytree(founded, root)
    clock = VirtualClock(START)
    with ExitStack() as stack:

        def open_studio(**limits: str) -> Life:
            given = "".join(f"{key} = {value}\n" for key, value in limits.items())
            config = (root / "leadnurture.toml").read_text()
            if given:
                config = config.replace(
                    'lead_gap = "4h"', given if "lead_gap" in limits else f'lead_gap = "4h"\n{given}'
                )
                (root / "leadnurture.toml").write_text(config)
            return Life(root, clock, stack.enter_context(Studio.open(root, clock)))

        yield open_studio


@pytest.fixture
def server(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a mail server to which the studio of this test delivers."""
    with listening() as (server, port):
        for key, value in {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none"}.items():
            monkeypatch.setenv(f"LEADNURTURE_MAIL__SMTP__{key}", value)
        monkeypatch.setenv("LEADNURTURE_MAIL__TRANSPORT", "smtp")
        yield server


@pytest.fixture
def life(begin: Begin) -> Life:
    """Return an open studio."""
    return begin()
