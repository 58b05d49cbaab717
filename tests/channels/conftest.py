from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from letters import Mailroom, free_port, letter

from leadnurture.channels.mail.message import FrozenMessage, freeze


@pytest.fixture
def message() -> FrozenMessage:
    return freeze(letter())


@pytest.fixture
def mail_server() -> Iterator[Callable[..., tuple[Mailroom, int]]]:
    """Start real SMTP servers: `mail_server(**options of aiosmtpd)` returns the mailroom and the port."""
    with ExitStack() as stack:

        def start(**options: Any) -> tuple[Mailroom, int]:
            mailroom, port = Mailroom(), free_port()
            controller = Controller(mailroom, hostname="127.0.0.1", port=port, **options)
            controller.start()
            stack.callback(controller.stop)
            return mailroom, port

        yield start


def self_signed(path: Path, *names: x509.GeneralName) -> Path:
    """Write a PEM file with a key and its self-signed certificate, good for `names`."""
    key = ec.generate_private_key(ec.SECP256R1())
    owner = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(owner, owner, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key and certificate of this computer."""
    names = x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))
    return self_signed(tmp_path_factory.mktemp("tls") / "localhost.pem", *names)


@pytest.fixture(scope="session")
def foreign_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key and certificate of some other computer."""
    return self_signed(tmp_path_factory.mktemp("tls") / "elsewhere.pem", x509.DNSName("mail.example.org"))
