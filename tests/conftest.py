"""What all tests share: a studio of their own, and an environment without anybody's settings."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from certificates import self_signed
from cryptography import x509

from leadnurture.clock import VirtualClock
from leadnurture.founding import Answers, found_studio
from leadnurture.studio import Studio

TABLES: dict[str, list[dict[str, object]]] = {}
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


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key and certificate of this computer."""
    names = x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))
    return self_signed(tmp_path_factory.mktemp("tls") / "localhost.pem", *names)


@pytest.fixture(scope="session")
def foreign_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key and certificate of some other computer."""
    return self_signed(tmp_path_factory.mktemp("tls") / "elsewhere.pem", x509.DNSName("mail.example.org"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the lines that tests record for the tables of docs/reliability.md."""
    if report.when == "call":
        for table, line in report.user_properties:
            if isinstance(line, dict):
                TABLES.setdefault(table, []).append(line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print those tables as they stand in the document."""
    for table, lines in TABLES.items():
        terminalreporter.section(table)
        cells = [one.values() for one in lines]
        totals = [sum(column) if isinstance(column[0], int) else "" for column in zip(*cells, strict=True)]
        for row in (lines[0], ["---"] * len(lines[0]), *cells, totals):
            terminalreporter.write_line(f"| {' | '.join(str(cell) for cell in row)} |")
