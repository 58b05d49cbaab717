"""Can the mailbox be used: a real IMAP server, or a Maildir."""

from pathlib import Path

from imap_server import PASSWORD, USERNAME, ImapServer
from patients import found

from leadnurture.doctor.check import Finding, Standing


def looked(root: Path, server: ImapServer, **more: str) -> Finding:
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(server.port),
        "SECURITY": "none",
        "USERNAME": USERNAME,
        "PASSWORD": PASSWORD,
        "TIMEOUT": "1s",
    }
    return found(root, "mailbox", **{f"LEADNURTURE_MAILBOX__{name}": text for name, text in (settings | more).items()})


def test_both_folders_are_found_and_opened(root: Path) -> None:
    with ImapServer({"INBOX": "", "Gesendet": "\\Sent", "Sent": ""}) as server:
        server.put("<a@b>", "<c@d>", folder="INBOX")
        finding = looked(root, server)
        assert finding.standing is Standing.OK, finding
        assert "sent letters are in 'Gesendet'; 2 in the inbox" in finding.found
        assert server.seen["examine"] == 2


def test_a_sent_folder_that_is_not_there_is_a_failure(root: Path) -> None:
    with ImapServer({"INBOX": "", "Archive": ""}) as server:
        finding = looked(root, server)
        assert (finding.standing, "no folder that is marked as Sent" in finding.found) == (Standing.FAILED, True)
        finding = looked(root, server, SENT="Out")
        assert (finding.standing, "no folder 'Out'" in finding.found) == (Standing.FAILED, True)


def test_a_folder_that_may_not_be_read_is_a_failure_with_its_name(root: Path) -> None:
    with ImapServer() as server:
        server.faults["examine"] = "{tag} NO [NOPERM] not yours"
        finding = looked(root, server)
        assert finding.standing is Standing.FAILED
        assert "'Sent'" in finding.found
        assert "not yours" in finding.found


def test_a_login_that_is_refused_is_a_failure_without_the_password(root: Path) -> None:
    with ImapServer() as server:
        server.faults["login"] = "{tag} NO no such user {password}"
        finding = looked(root, server)
        assert (finding.standing, "could not log in" in finding.found) == (Standing.FAILED, True)
        assert PASSWORD not in f"{finding.found} {finding.todo}"


def test_a_server_that_is_not_there_is_a_failure(root: Path) -> None:
    finding = found(
        root,
        "mailbox",
        LEADNURTURE_MAILBOX__HOST="127.0.0.1",
        LEADNURTURE_MAILBOX__PORT="1",
        LEADNURTURE_MAILBOX__SECURITY="none",
        LEADNURTURE_MAILBOX__USERNAME="holly",
        LEADNURTURE_MAILBOX__PASSWORD="secret",
    )
    assert (finding.standing, "127.0.0.1:1 cannot be reached" in finding.found) == (Standing.FAILED, True)


def test_a_maildir_needs_its_folder_for_what_was_sent(root: Path) -> None:
    maildir = root / "Mail"
    missing = found(root, "mailbox", LEADNURTURE_MAILBOX__MAILDIR="Mail")
    assert (missing.standing, "cannot be read" in missing.found) == (Standing.FAILED, True)
    (maildir / "Archive" / "cur").mkdir(parents=True)
    none = found(root, "mailbox", LEADNURTURE_MAILBOX__MAILDIR="Mail")
    assert (none.standing, "no Sent folder" in none.found) == (Standing.FAILED, True)
    for inner in ("cur", "new", "tmp"):
        (maildir / ".Sent" / inner).mkdir(parents=True)
    assert found(root, "mailbox", LEADNURTURE_MAILBOX__MAILDIR="Mail").standing is Standing.OK


def test_without_a_mailbox_nothing_is_wrong(root: Path) -> None:
    assert found(root, "mailbox").standing is Standing.OK
