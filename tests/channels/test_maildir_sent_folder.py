"""Looking up a message in the Sent folder of a Maildir that another program keeps."""

from mailbox import Maildir
from pathlib import Path

import pytest
from imap_server import copy_of

from leadnurture.channels.maildir_sent_folder import MaildirSentFolder

ONE, TWO = "<one@example.com>", "<two@example.com>"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Maildir(tmp_path / "mail")
    return tmp_path / "mail"


def put(folder: Path, *message_ids: str) -> None:
    box = Maildir(folder)
    for message_id in message_ids:
        box.add(copy_of(message_id))


def folder(root: Path, sent: str | None = None) -> MaildirSentFolder:
    return MaildirSentFolder(root, sent, keeps_copies=False)


@pytest.mark.parametrize(("name", "sent"), [("Sent", None), (".Sent Items", None), (".Mine", "Mine"), ("Mine", "Mine")])
def test_messages_that_are_there_are_found_and_others_are_not(root: Path, name: str, sent: str | None) -> None:
    put(root, TWO)
    put(root / name, ONE, "<three@example.com>")
    sighting = folder(root, sent).look([ONE, TWO])
    assert (sighting.found, sighting.trouble) == ({ONE}, None)


def test_what_is_only_quoted_in_a_body_is_not_found(root: Path) -> None:
    put(root / "Sent")
    Maildir(root / "Sent").add(copy_of(TWO) + f"Message-ID: {ONE}\r\n".encode())
    assert folder(root).look([ONE]).found == frozenset()


def test_a_maildir_that_is_not_there_or_has_no_sent_folder_is_trouble(root: Path) -> None:
    put(root, ONE)
    assert "has no Sent folder" in (folder(root).look([ONE]).trouble or "")
    assert folder(root, "Mine").look([ONE]).trouble == f"{root} has no folder 'Mine'"
    assert "cannot be read: No such file or directory" in (folder(root / "away").look([ONE]).trouble or "")


def test_looking_changes_nothing(root: Path) -> None:
    put(root / "Sent", ONE)
    before = sorted(root.rglob("*"))
    folder(root).look([ONE])
    assert sorted(root.rglob("*")) == before
