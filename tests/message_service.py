"""A real HTTP server on loopback, as the service behind an Apprise URL: it takes messages, or does what it is told."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

# What it does instead of answering with a status, each after it has read the whole message.
SILENT, DROP = "silent", "drop"


class Service(ThreadingHTTPServer):
    """`answers` is what it does the first, second … time; beyond the end it takes the message."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answers: list[int | str] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []  # path and JSON body of whatever was sent, taken or not
        self.took_one = Event()
        self.closing = Event()

    def url(self, path: str = "{phone}", **parameters: str) -> str:
        """Return the Apprise URL of this server, with a token in it."""
        given = "".join(f"&{name}={value}" for name, value in parameters.items())
        return f"json://holly:topsecret@127.0.0.1:{self.server_port}/{path}?cto=5{given}"

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Return number and words of all that was sent."""
        return [(path, body["message"]) for path, body in self.asked]


class _Conversation(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.answers.pop(0) if self.server.answers else 200
        self.server.asked.append((unquote(self.path).strip("/"), body))
        self.server.took_one.set()
        if answer == SILENT:
            self.server.closing.wait(30)
        elif answer == DROP:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            self.send_response(int(answer))
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be silent."""


@contextmanager
def listening() -> Iterator[Service]:
    """Yield a service that listens."""
    with Service() as service:
        thread = Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            service.closing.set()
            service.shutdown()
            thread.join()
