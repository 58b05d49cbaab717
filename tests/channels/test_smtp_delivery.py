"""Messages through a real SMTP server, with and without TLS, with and without a login."""

import ssl
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from letters import Mailroom, letter

from leadnurture.channels.mail.message import FrozenMessage, Mailbox, freeze
from leadnurture.channels.smtp import SmtpSettings, SmtpTransport
from leadnurture.channels.transport import Line, Transport, Verdict
from leadnurture.errors import ConfigurationError, OutsideWorldError

StartServer = Callable[..., tuple[Mailroom, int]]


def plain(port: int) -> SmtpSettings:
    return SmtpSettings("127.0.0.1", port, "none", None, None, 5)


def send(line: Line, message: FrozenMessage) -> None:
    assert line.offer(message).verdict is Verdict.ACCEPTED
    assert line.hand_over().verdict is Verdict.ACCEPTED


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def only(username: bytes, password: bytes) -> Callable[..., AuthResult]:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (username, password), handled=False, auth_data=data)

    return check


def test_the_content_arrives_byte_for_byte(mail_server: StartServer) -> None:
    mailroom, port = mail_server(decode_data=False)
    message = freeze(letter(text=".\n..\n.hidden\nline\n\n.\n", bcc=(Mailbox("archive@example.com"),)))
    with closing(SmtpTransport(plain(port)).line()) as line:
        send(line, message)
    assert mailroom.arrived == [("zoe@example.com", ["anna@example.org", "archive@example.com"], message.content)]


def test_a_large_attachment_arrives_byte_for_byte(mail_server: StartServer) -> None:
    mailroom, port = mail_server()
    message = freeze(letter(text="ö" * 3_000_000))
    with closing(SmtpTransport(plain(port)).line()) as line:
        send(line, message)
    assert mailroom.arrived[0][2] == message.content


def test_content_that_does_not_end_in_a_line_break_is_still_ended(mail_server: StartServer) -> None:
    mailroom, port = mail_server()
    with closing(SmtpTransport(plain(port)).line()) as line:
        send(line, FrozenMessage("<a@example.com>", "zoe@example.com", ("anna@example.org",), b".Subject: x\r\n\r\n.y"))
    assert mailroom.arrived[0][2] == b".Subject: x\r\n\r\n.y\r\n"


def test_many_messages_share_one_connection(mail_server: StartServer, message: FrozenMessage) -> None:
    mailroom, port = mail_server()
    with closing(SmtpTransport(plain(port)).line()) as line:
        for _ in range(20):
            send(line, message)
    assert len(mailroom.arrived) == 20
    assert len(mailroom.peers) == 1


def test_nothing_is_connected_before_the_first_offer(mail_server: StartServer) -> None:
    transport: Transport = SmtpTransport(plain(1))
    line = transport.line()
    line.withdraw()
    line.close()


def test_smtp_cannot_know_what_arrived() -> None:
    transport: Transport = SmtpTransport(plain(25))
    assert transport.arrived("<a@example.com>") is None
    assert transport.name == "smtp"


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_tls_with_a_login(mail_server: StartServer, certificate: Path, security: Any, host: str) -> None:
    tls = {"starttls": "tls_context", "tls": "ssl_context"}[security]
    options = {tls: server_context(certificate), "require_starttls": security == "starttls", "auth_require_tls": False}
    mailroom, port = mail_server(
        **options,
        authenticator=only(b"zoe", b"geheim"),
    )
    settings = SmtpSettings(host, port, security, "zoe", lambda: "geheim", 5, certificate)
    with closing(SmtpTransport(settings).line()) as line:
        send(line, freeze(letter()))
    assert mailroom.logins == {b"zoe"}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_without_a_login(mail_server: StartServer, certificate: Path, security: Any) -> None:
    tls = {"starttls": "tls_context", "tls": "ssl_context"}[security]
    mailroom, port = mail_server(**{tls: server_context(certificate)}, enable_SMTPUTF8=True)
    settings = SmtpSettings("localhost", port, security, None, None, 5, certificate)
    with closing(SmtpTransport(settings).line()) as line:
        send(line, freeze(letter(to=(Mailbox("zoë@example.org"),))))  # what the server can do is asked under TLS again
    assert len(mailroom.arrived) == 1


@pytest.mark.parametrize("excluded", [[], ["PLAIN"]], ids=["PLAIN", "LOGIN"])
def test_both_ways_to_log_in(mail_server: StartServer, excluded: list[str], message: FrozenMessage) -> None:
    mailroom, port = mail_server(
        authenticator=only(b"zoe", b"geheim"),
        auth_require_tls=False,
        auth_exclude_mechanism=excluded,
    )
    with closing(SmtpTransport(SmtpSettings("localhost", port, "none", "zoe", lambda: "geheim", 5)).line()) as line:
        send(line, message)
    assert mailroom.logins == {b"zoe"}


def test_a_password_beyond_ascii(mail_server: StartServer, message: FrozenMessage) -> None:
    password = "größer£"
    mailroom, port = mail_server(authenticator=only(b"zoe", password.encode()), auth_require_tls=False)
    with closing(SmtpTransport(SmtpSettings("127.0.0.1", port, "none", "zoe", lambda: password, 5)).line()) as line:
        send(line, message)
    assert mailroom.logins == {b"zoe"}


@pytest.mark.parametrize("excluded", [[], ["PLAIN"]], ids=["PLAIN", "LOGIN"])
@pytest.mark.parametrize("password", ["wrong horse", "größer£"])
def test_a_refused_login_is_the_servers_trouble_and_keeps_the_secret(
    mail_server: StartServer, message: FrozenMessage, excluded: list[str], password: str
) -> None:
    _, port = mail_server(
        authenticator=only(b"zoe", b"right"),
        auth_require_tls=False,
        auth_exclude_mechanism=excluded,
    )
    with closing(SmtpTransport(SmtpSettings("127.0.0.1", port, "none", "zoe", lambda: password, 5)).line()) as line:
        answer = line.offer(message)
    assert answer.verdict is Verdict.SERVER
    assert answer.reply.startswith("zoe could not log in: ")
    assert not any(word in answer.reply for word in ("wrong", "größer", "ß", "\\xf6"))


def test_a_server_that_takes_no_login(mail_server: StartServer, message: FrozenMessage) -> None:
    _, port = mail_server()  # aiosmtpd offers AUTH over TLS only
    with closing(SmtpTransport(SmtpSettings("127.0.0.1", port, "none", "zoe", lambda: "geheim", 5)).line()) as line:
        answer = line.offer(message)
    assert answer.verdict is Verdict.SERVER
    assert "AUTH extension not supported" in answer.reply


def test_the_password_is_asked_for_at_login_only(mail_server: StartServer, message: FrozenMessage) -> None:
    asked = []
    _, port = mail_server(authenticator=only(b"zoe", b"geheim"), auth_require_tls=False)
    settings = SmtpSettings("127.0.0.1", port, "none", "zoe", lambda: asked.append(1) or "geheim", 5)
    with closing(SmtpTransport(settings).line()) as line:
        assert asked == []
        send(line, message)
        send(line, message)
    assert asked == [1]


def test_a_password_that_cannot_be_had_is_the_servers_trouble(mail_server: StartServer, message: FrozenMessage) -> None:
    def locked() -> str:
        raise OutsideWorldError("The keychain is locked.")

    _, port = mail_server(auth_require_tls=False)
    with closing(SmtpTransport(SmtpSettings("127.0.0.1", port, "none", "zoe", locked, 5)).line()) as line:
        answer = line.offer(message)
    assert (answer.verdict, answer.reply) == (Verdict.SERVER, "The keychain is locked.")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for(
    mail_server: StartServer, certificate: Path, message: FrozenMessage, security: Any
) -> None:
    tls = {"starttls": "tls_context", "tls": "ssl_context"}[security]
    _, port = mail_server(**{tls: server_context(certificate)})
    with closing(SmtpTransport(SmtpSettings("localhost", port, security, None, None, 5)).line()) as line:
        answer = line.offer(message)
    assert answer.verdict is Verdict.SERVER
    assert "has a certificate that cannot be trusted: self-signed certificate" in answer.reply


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_host(
    mail_server: StartServer, foreign_certificate: Path, message: FrozenMessage, security: Any
) -> None:
    tls = {"starttls": "tls_context", "tls": "ssl_context"}[security]
    mailroom, port = mail_server(**{tls: server_context(foreign_certificate)})
    settings = SmtpSettings("localhost", port, security, None, None, 5, foreign_certificate)
    with closing(SmtpTransport(settings).line()) as line:
        answer = line.offer(message)
    assert answer.verdict is Verdict.SERVER
    assert "Hostname mismatch" in answer.reply
    assert mailroom.arrived == []


def test_without_starttls_nothing_is_sent_in_the_clear(mail_server: StartServer, message: FrozenMessage) -> None:
    mailroom, port = mail_server()
    with closing(SmtpTransport(SmtpSettings("localhost", port, "starttls", None, None, 5)).line()) as line:
        answer = line.offer(message)
    assert answer.verdict is Verdict.SERVER
    assert "STARTTLS extension not supported" in answer.reply
    assert mailroom.arrived == []


def test_tls_to_a_port_that_speaks_none(mail_server: StartServer, message: FrozenMessage) -> None:
    _, port = mail_server()
    with closing(SmtpTransport(SmtpSettings("localhost", port, "tls", None, None, 5)).line()) as line:
        answer = line.offer(message)
    assert answer.verdict is Verdict.SERVER
    assert "broke off the encryption" in answer.reply


def test_authorities_that_cannot_be_read(mail_server: StartServer, tmp_path: Path, message: FrozenMessage) -> None:
    _, port = mail_server()
    settings = SmtpSettings("localhost", port, "tls", None, None, 5, tmp_path / "missing.pem")
    with closing(SmtpTransport(settings).line()) as line:
        answer = line.offer(message)
    assert answer.verdict is Verdict.SERVER
    assert "missing.pem cannot be read" in answer.reply


@pytest.mark.parametrize("host", ["a..b", "x" * 300 + ".example", "no-such-host.invalid", "", " "])
def test_a_host_that_is_none(host: str, message: FrozenMessage) -> None:
    with closing(SmtpTransport(SmtpSettings(host, 25, "starttls", None, None, 5)).line()) as line:
        assert line.offer(message).verdict is Verdict.SERVER


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none(port: int, message: FrozenMessage) -> None:
    with closing(SmtpTransport(SmtpSettings("127.0.0.1", port, "starttls", None, None, 5)).line()) as line:
        assert line.offer(message).verdict is Verdict.SERVER


def test_an_address_beyond_ascii_travels_as_it_is(mail_server: StartServer) -> None:
    mailroom, port = mail_server(enable_SMTPUTF8=True)
    message = freeze(letter(to=(Mailbox("zoë@münchen.de", "Zoë"),)))
    with closing(SmtpTransport(plain(port)).line()) as line:
        send(line, message)
        send(line, freeze(letter()))
    assert mailroom.arrived[0] == ("zoe@example.com", ["zoë@münchen.de"], message.content)


def test_an_address_beyond_ascii_is_refused_where_the_server_cannot_take_it(mail_server: StartServer) -> None:
    mailroom, port = mail_server(enable_SMTPUTF8=False)
    with closing(SmtpTransport(plain(port)).line()) as line:
        answer = line.offer(freeze(letter(to=(Mailbox("zoë@example.org"),))))
        assert answer.verdict is Verdict.REFUSED
        assert "SMTPUTF8" in answer.reply
        send(line, freeze(letter()))  # the others still go
    assert len(mailroom.arrived) == 1


@pytest.mark.parametrize("host", ["mail.example.org", "10.0.0.1", "localhost.example.org", "::2", "127.0.0.1.nip.io"])
def test_mail_never_crosses_a_network_unencrypted(host: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        SmtpTransport(SmtpSettings(host, 25, "none", None, None, 5))
    assert "starttls" in (caught.value.hint or "")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_computer_may_be_spoken_to_in_the_clear(host: str) -> None:
    SmtpTransport(SmtpSettings(host, 25, "none", None, None, 5))


def test_a_user_name_needs_a_password() -> None:
    with pytest.raises(ConfigurationError, match="no password for zoe on localhost:25"):
        SmtpTransport(SmtpSettings("localhost", 25, "none", "zoe", None, 5))
