from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from aiosmtpd.controller import Controller
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
