from collections.abc import Iterator
from pathlib import Path

import pytest
from counting_server import CountingServer
from imap_server import ImapServer
from small_disk import SmallDisk, mounted


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "acceptance" in item.path.parts:
            item.add_marker(pytest.mark.acceptance)


@pytest.fixture
def server() -> Iterator[CountingServer]:
    """A mail provider: what its SMTP server takes lies in its mailbox's Sent folder."""
    with ImapServer() as mailbox, CountingServer(mailbox) as server:
        yield server


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of four megabytes."""
    with mounted(tmp_path / "disk", megabytes=4) as disk:
        if disk is None:
            pytest.skip("only root may mount a small disk; the tests with a limit for files run everywhere")
        yield disk
