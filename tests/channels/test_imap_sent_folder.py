"""Looking up a message in the Sent folder of a real IMAP server, well-behaved or not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from imap_server import DRIP, DROP, FLOOD, GARBAGE, HANG, PASSWORD, USERNAME, ImapServer
from letters import free_port

from leadnurture.channels.imap_sent_folder import ImapSentFolder
from leadnurture.channels.mailbox_settings import MailboxSettings
from leadnurture.channels.smtp_settings import InsecureServerError, MissingPasswordError
from leadnurture.clock import monotonic
from leadnurture.secrets import SecretError

ONE, TWO = "<one@example.com>", "<two@example.com>"


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as server:
        yield server


def folder(
    port: int,
    *,
    host: str = "127.0.0.1",
    security: Literal["tls", "starttls", "none"] = "none",
    timeout: float = 0.3,
    **others: Any,
) -> ImapSentFolder:
    given = {"username": USERNAME, "password": lambda: PASSWORD} | others
    return ImapSentFolder(MailboxSettings(host, port, security, timeout=timeout, **given), keeps_copies=True)


def test_messages_that_are_there_are_found_and_others_are_not(server: ImapServer) -> None:
    server.put(ONE)
    sighting = folder(server.port).look([ONE, TWO])
    assert (sighting.found, sighting.trouble) == ({ONE}, None)


def test_one_conversation_looks_for_all_and_says_goodbye(server: ImapServer) -> None:
    server.put(ONE, TWO)
    assert folder(server.port).look([ONE, TWO]).found == {ONE, TWO}
    assert (server.seen["connect"], server.seen["login"], server.seen["logout"]) == (1, 1, 1)


def test_a_message_id_that_only_contains_the_one_looked_for_is_another_message(server: ImapServer) -> None:
    server.put(f"<a{ONE}")
    server.messages["Sent"][0] += ONE.encode()
    assert folder(server.port).look([ONE]).found == frozenset()


def test_only_the_sent_folder_counts(server: ImapServer) -> None:
    server.put(ONE, folder="INBOX")
    assert folder(server.port).look([ONE]).found == frozenset()


@pytest.mark.parametrize(
    ("folders", "where"),
    [
        ({"INBOX": "", "Sent": "", "[Gmail]/Gesendet": "\\HasNoChildren \\Sent"}, "[Gmail]/Gesendet"),  # the mark wins
        ({"INBOX": "", "INBOX.Sent": "", "INBOX.Drafts": ""}, "INBOX.Sent"),
        ({"INBOX": "", "Sent Items": ""}, "Sent Items"),
        ({"INBOX": "", "Sent": "", "Sent Messages": ""}, "Sent Messages"),  # all that are called so are looked into
        ({"INBOX": "", "Gesendete Elemente": ""}, "Gesendete Elemente"),
        ({"INBOX": "", "&AMk-l&AOk-ments envoy&AOk-s": ""}, "&AMk-l&AOk-ments envoy&AOk-s"),
    ],
)
def test_the_sent_folder_is_found_by_its_mark_or_by_its_name(folders: dict[str, str], where: str) -> None:
    with ImapServer(folders) as server:
        server.put(ONE, folder=where)
        assert folder(server.port).look([ONE]).found == {ONE}


def test_a_folder_that_is_named_in_the_settings_is_the_one(server: ImapServer) -> None:
    server.put(ONE, folder="Archive")
    assert folder(server.port, sent="Archive").look([ONE]).found == {ONE}
    assert folder(server.port, sent="Sent").look([ONE]).found == frozenset()


def test_a_mailbox_without_a_sent_folder_is_told() -> None:
    with ImapServer({"INBOX": "", "Old": ""}) as server:
        trouble = folder(server.port).look([ONE]).trouble or ""
        assert trouble.startswith(f"the mailbox on 127.0.0.1:{server.port} has no folder that is marked as Sent")
        trouble = folder(server.port, sent="Sent").look([ONE]).trouble or ""
        assert trouble == f"the mailbox on 127.0.0.1:{server.port} has no folder 'Sent'"


@pytest.mark.parametrize(
    "fault", [DROP, HANG, DRIP, GARBAGE, FLOOD, "{tag} NO not now", "{tag} BAD what?", "* BYE later"]
)
@pytest.mark.parametrize("point", ["connect", "capability", "login", "list", "examine", "search"])
def test_a_server_that_fails_is_trouble_and_never_an_answer(server: ImapServer, point: str, fault: str) -> None:
    server.put(ONE)
    server.faults[point] = fault if point != "connect" or fault != FLOOD else f"* NO {fault}"
    begun = monotonic()
    sighting = folder(server.port, timeout=0.1).look([ONE, TWO])
    assert sighting.found == frozenset()
    assert 0 < len(sighting.trouble or "") <= 300
    assert (sighting.trouble or "").isprintable()
    assert monotonic() - begun < 5  # four times the timeout, and a busy machine


@pytest.mark.parametrize("fault", [DROP, HANG, DRIP, GARBAGE, "{tag} NO not now"])
def test_a_hit_that_cannot_be_looked_at_is_trouble(server: ImapServer, fault: str) -> None:
    server.put(ONE)
    server.faults["fetch"] = fault
    sighting = folder(server.port, timeout=0.1).look([ONE])
    assert (sighting.found, bool(sighting.trouble)) == (frozenset(), True)


@pytest.mark.parametrize("fault", [DROP, HANG, GARBAGE, "{tag} NO stay"])
def test_a_goodbye_that_fails_takes_nothing_back(server: ImapServer, fault: str) -> None:
    server.put(ONE)
    server.faults["logout"] = fault
    assert folder(server.port).look([ONE]).found == {ONE}


@pytest.mark.parametrize(
    ("point", "fault", "told"),
    [
        ("connect", HANG, "{place} did not answer in 0.1 s"),
        ("connect", DRIP, "{place} did not come to an end in 0.4 s"),
        ("login", "{tag} NO [AUTHENTICATIONFAILED] I know {password}", "could not log in to the mailbox on "),
        ("examine", "{tag} NO [NONEXISTENT] gone", "{place} answered NO [NONEXISTENT] gone"),
    ],
)
def test_trouble_is_a_line_for_people(server: ImapServer, point: str, fault: str, told: str) -> None:
    server.faults[point] = fault
    trouble = folder(server.port, timeout=0.1).look([ONE]).trouble or ""
    assert told.format(place=f"127.0.0.1:{server.port}") in trouble
    assert PASSWORD not in trouble


def test_nobody_listens() -> None:
    port = free_port()
    assert folder(port).look([ONE]).trouble == f"127.0.0.1:{port} cannot be reached: Connection refused"


def test_a_password_that_cannot_be_had_is_trouble(server: ImapServer) -> None:
    def password() -> str:
        raise SecretError("password_command ended with 1")

    assert folder(server.port, password=password).look([ONE]).trouble == "password_command ended with 1"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_conversation_is_encrypted(certificate: Path, security: Literal["tls", "starttls"]) -> None:
    with ImapServer(pem=certificate, tls=security == "tls") as server:
        server.put(ONE)
        sighting = folder(server.port, security=security, cafile=certificate, timeout=5).look([ONE])
    assert (sighting.found, sighting.trouble) == ({ONE}, None)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_of_somebody_else_ends_it_before_the_password(
    certificate: Path, foreign_certificate: Path, security: Literal["tls", "starttls"]
) -> None:
    with ImapServer(pem=foreign_certificate, tls=security == "tls") as server:
        trouble = folder(server.port, security=security, cafile=foreign_certificate, timeout=5).look([ONE]).trouble
        assert server.seen["login"] == 0
    assert "has a certificate that cannot be trusted" in (trouble or "")


def test_a_server_that_cannot_encrypt_gets_no_password(server: ImapServer) -> None:
    trouble = folder(server.port, security="starttls").look([ONE]).trouble
    assert (bool(trouble), server.seen["login"]) == (True, 0)


def test_a_mailbox_is_not_read_unencrypted_over_a_network() -> None:
    with pytest.raises(InsecureServerError):
        folder(143, host="imap.example.com")
    with pytest.raises(MissingPasswordError):
        folder(143, password=None)
