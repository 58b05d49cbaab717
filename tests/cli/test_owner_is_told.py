"""Runs that fail again and again: the owner hears of it once, and once that it is over."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from message_service import SILENT, Service, listening
from processes import Leadnurture, Sink
from studios import states, studio_with_letters_due


@pytest.fixture
def service() -> Iterator[Service]:
    with listening() as started:
        yield started


@pytest.fixture
def nobody() -> Iterator[dict[str, str]]:
    """Return the settings of a mail server that is not there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        unreachable = Sink()
        unreachable.port = taken.getsockname()[1]
        yield unreachable.settings()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 1)


def notify(root: Path, url: str) -> None:
    (root / "notify.txt").write_text(f"{url}\n")
    (root / "notify.txt").chmod(0o600)
    config = root / "leadnurture.toml"
    config.write_text(config.read_text() + '\n[notify]\nurls_file = "notify.txt"\n')


def runs(leadnurture: Leadnurture, root: Path, settings: dict[str, str], number: int) -> list[str]:
    """Run so often, never letting the server rest; return what each said."""
    return [leadnurture("--studio", str(root), "run", "--once", "--try-now", **settings).stderr for _ in range(number)]


def failing(root: Path) -> dict[str, object] | None:
    return json.loads((root / ".leadnurture" / "heartbeat.json").read_text())["failing"]


def test_the_third_failed_run_in_a_row_tells_once_and_a_run_that_works_says_so_once(
    leadnurture: Leadnurture, service: Service, sink: Sink, root: Path, nobody: dict[str, str]
) -> None:
    notify(root, service.url("owner"))
    runs(leadnurture, root, nobody, 2)
    assert service.asked == []
    said = runs(leadnurture, root, nobody, 3)
    ((path, body),) = service.asked
    assert (path, body["title"]) == ("owner", "Hart & Holly: 3 runs in a row have failed")
    assert "127.0.0.1" in body["message"]
    assert "Emma0" not in body["message"]
    assert ["3 runs in a row have failed" in words for words in said] == [True, False, False]
    runs(leadnurture, root, sink.settings(), 2)
    assert states(root) == {"sent": 1}
    assert [body["title"] for _, body in service.asked[1:]] == ["Hart & Holly: runs work again"]
    assert failing(root) is None


def test_runs_while_the_server_rests_are_neither_failures_nor_a_proof_that_it_works(
    leadnurture: Leadnurture, root: Path, nobody: dict[str, str]
) -> None:
    runs(leadnurture, root, nobody, 2)
    for _ in range(2):
        assert leadnurture("--studio", str(root), "run", "--once", **nobody).returncode == 0
    assert failing(root)["runs"] == 2  # type: ignore[index]


def test_two_failed_runs_and_one_that_works_are_nobodys_business(
    leadnurture: Leadnurture, service: Service, sink: Sink, root: Path, nobody: dict[str, str]
) -> None:
    notify(root, service.url("owner"))
    runs(leadnurture, root, nobody, 2)
    said = runs(leadnurture, root, sink.settings(), 1)
    assert service.asked == []
    assert "work again" not in said[0]
    assert failing(root) is None


def test_without_a_service_it_is_said_and_logged(leadnurture: Leadnurture, root: Path, nobody: dict[str, str]) -> None:
    said = runs(leadnurture, root, nobody, 4)
    assert ["3 runs in a row have failed" in words for words in said] == [False, False, True, False]
    log = "".join(path.read_text() for path in (root / ".leadnurture" / "log").iterdir())
    assert log.count("3 runs in a row have failed") == 1
    assert "4 runs in a row have failed since" in leadnurture("--studio", str(root), "status").stdout


@pytest.mark.parametrize("wrong", ["nosuch://topsecret", "a service that says no"])
def test_a_notification_that_cannot_go_is_tried_with_the_next_failed_run_and_changes_nothing_else(
    leadnurture: Leadnurture, service: Service, root: Path, nobody: dict[str, str], wrong: str
) -> None:
    is_url = "://" in wrong
    service.answers = [] if is_url else [401]
    notify(root, wrong if is_url else service.url("owner"))
    for _ in range(3):
        done = leadnurture("--studio", str(root), "run", "--once", "--try-now", **nobody)
        assert (done.returncode, "Traceback" in done.stderr) == (15, False)
        assert "topsecret" not in done.stderr
    assert failing(root)["told"] is False  # type: ignore[index]
    assert "topsecret" not in "".join(path.read_text() for path in (root / ".leadnurture" / "log").iterdir())
    (root / "notify.txt").write_text(service.url("owner"))
    runs(leadnurture, root, nobody, 2)
    assert failing(root)["told"] is True  # type: ignore[index]
    assert service.asked[-1][1]["title"] == "Hart & Holly: 4 runs in a row have failed"


def test_a_service_that_says_nothing_holds_no_run_up_for_long(
    leadnurture: Leadnurture, service: Service, root: Path, nobody: dict[str, str]
) -> None:
    service.answers = [SILENT]
    notify(root, service.url("owner", rto="1"))
    runs(leadnurture, root, nobody, 4)
    assert len(service.asked) == 1  # it may have arrived
    assert failing(root)["runs"] == 4  # type: ignore[index]


def test_runs_that_the_files_keep_from_working_are_told_as_well(
    leadnurture: Leadnurture, service: Service, root: Path
) -> None:
    notify(root, service.url("owner"))
    database = root / "leadnurture.db"
    database.rename(root / "away.db")
    for _ in range(3):
        assert leadnurture("--studio", str(root), "run", "--once").returncode == 14
    assert "there is no database at" in service.asked[0][1]["message"]
    (root / "away.db").rename(database)
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    assert service.asked[1][1]["title"] == "Hart & Holly: runs work again"
