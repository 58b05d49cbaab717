"""The real commands `restore` and `doctor`."""

import json
from pathlib import Path

import pytest
from imap_server import PASSWORD, USERNAME, ImapServer
from processes import Leadnurture, Sink
from studios import rows, studio_with_letters_due


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 3)


def test_a_restore_wants_the_studios_name_and_sends_nothing_again(root: Path) -> None:
    leadnurture = Leadnurture(root)
    assert leadnurture("backup", "before.db").returncode == 0
    assert leadnurture("run", "--once").returncode == 0
    assert len(list((root / "outbox").iterdir())) == 3
    unsure = leadnurture("restore", "before.db")
    assert (unsure.returncode, "needs --confirm" in unsure.stderr) == (2, True)
    wrong = leadnurture("restore", "before.db", "--confirm", "Hart")
    assert (wrong.returncode, "nothing was changed" in wrong.stderr) == (2, True)
    assert rows(root, "SELECT count(*) FROM outbox") == [(3,)]
    done = leadnurture("restore", "before.db", "--confirm", "Hart & Holly", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)["data"]
    assert (told["known"], told["sent"], told["parked"]) == (True, 3, 0)
    assert Path(told["kept"]).parent == root / "backups"
    assert leadnurture("run", "--once").returncode == 0
    assert len(list((root / "outbox").iterdir())) == 3
    assert rows(root, "SELECT DISTINCT state FROM outbox") == [("sent",)]


def checks(leadnurture: Leadnurture, *words: str, **environment: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = leadnurture("doctor", *words, "--json", **environment)
    assert "Traceback" not in done.stderr
    found = json.loads(done.stdout)["data"]["checks"]
    standings = [one["standing"] for one in found]
    assert standings == sorted(standings, key=["ok", "skipped", "failed"].index), "what failed comes last"
    return done.returncode, {one["check"]: one for one in found}


def test_a_well_studio_is_said_to_be_well(root: Path, sink: Sink) -> None:
    leadnurture = Leadnurture(root)
    assert leadnurture("run", "--once").returncode == 0
    code, found = checks(leadnurture, **sink.settings())
    assert code == 0
    assert {name for name, one in found.items() if one["standing"] != "ok"} == {"SPF", "DKIM", "DMARC"}  # .example
    assert len(found) >= 21
    assert "All is well" in leadnurture("doctor").stdout
    assert sink.accepted == []


def test_each_thing_that_is_wrong_is_found_by_its_check(root: Path, sink: Sink) -> None:
    leadnurture = Leadnurture(root)
    assert leadnurture("run", "--once").returncode == 0
    (root / "leadnurture.db").chmod(0o644)
    (root / "sequences" / "letter.yaml").write_text("name: other\n")
    for backup in (root / "backups").iterdir():
        backup.unlink()
    settings = sink.settings(LEADNURTURE_MAIL__SMTP__PORT="1", LEADNURTURE_NOTIFY__URLS="nonsense://x")
    code, found = checks(leadnurture, **settings)
    failed = {name for name, one in found.items() if one["standing"] == "failed"}
    assert code == 1
    assert failed == {"permissions", "unapplied changes", "backup", "mail server", "notifications"}
    assert f"chmod 600 {root / 'leadnurture.db'}" in found["permissions"]["todo"]


def test_without_a_configuration_it_runs_what_it_can(root: Path) -> None:
    leadnurture = Leadnurture(root)
    (root / "leadnurture.toml").write_text("[studio\n")
    code, found = checks(leadnurture)
    assert code == 14
    assert found["configuration"]["standing"] == "failed"
    assert found["database"]["standing"] == "ok"
    assert found["mail server"]["standing"] == "skipped"


def test_a_damaged_database_is_found(root: Path) -> None:
    path = root / "leadnurture.db"
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\x5a" * (4096 * 6)
    path.write_bytes(bytes(content))
    code, found = checks(Leadnurture(root))
    assert code == 1
    assert found["database"]["standing"] == "failed"
    assert "restore" in found["database"]["todo"]


def test_a_test_message_goes_the_way_of_letters(root: Path, sink: Sink) -> None:
    leadnurture = Leadnurture(root)
    code, found = checks(leadnurture, "--send-test", "me@example.org", **sink.settings())
    assert found["test message"]["standing"] == "ok"
    assert sink.recipients == [["me@example.org"]]
    sink.on_command = lambda command, _: "550 no" if command == "RCPT" else None
    code, found = checks(leadnurture, "--send-test", **sink.settings())
    assert code == 1
    assert "550 no" in found["test message"]["found"]
    assert leadnurture("doctor", "me@example.org").returncode == 2


def test_a_test_message_is_found_again_in_the_sent_folder(root: Path, sink: Sink) -> None:
    leadnurture = Leadnurture(root)
    with ImapServer() as server:
        box = {"HOST": "127.0.0.1", "PORT": str(server.port), "SECURITY": "none"}
        box |= {"USERNAME": USERNAME, "PASSWORD": PASSWORD, "TIMEOUT": "2s"}
        settings = sink.settings(**{f"LEADNURTURE_MAILBOX__{name}": text for name, text in box.items()})
        _, found = checks(leadnurture, "--send-test", **settings)
        assert found["test message"]["standing"] == "failed"
        assert 'sent_copies = "none"' in found["test message"]["todo"]
        settings["LEADNURTURE_MAILBOX__SENT_COPIES"] = "none"
        _, found = checks(leadnurture, "--send-test", **settings)
        assert (found["test message"]["standing"], "no copy" in found["test message"]["found"]) == ("ok", True)
        server.messages["Sent"] = sink.accepted  # a provider that files what is sent
        _, found = checks(leadnurture, "--send-test", **settings)
        assert found["test message"]["found"].endswith("; it is in the Sent folder")
