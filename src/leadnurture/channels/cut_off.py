"""Cutting off a connection whose other end never comes to an end.

A timeout of a socket is for its silence: a server that sends a byte now and then is never silent, and never done.
"""

import socket
from contextlib import suppress
from threading import Event, Thread

from leadnurture.clock import monotonic

PATIENCE = 4  # times the timeout


class CutOff:
    """Shuts a connection, through every layer of encryption, once what was begun on it takes longer than `seconds`.

    Whoever reads or writes there gets an end or an error then, and `came` is true. Close it with the connection.
    """

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self.seconds, self.came = seconds, False
        self._second_handle = connection.dup()
        self._until: float | None = None
        self._closed = Event()
        Thread(target=self._watch, name="cut-off", daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Whether something has begun and not come to its end."""
        return self._until is not None

    def begin(self) -> None:
        """Let what is done on the connection from now on take `seconds` at most."""
        self._until = monotonic() + self.seconds

    def end(self) -> None:
        """Let the connection be: what was begun has come to its end."""
        self._until = None

    def close(self) -> None:
        """Watch no longer, and let go of the connection."""
        self._closed.set()
        self._second_handle.close()

    def _watch(self) -> None:
        """Wait until the time is over. An end never moves forward, so nobody needs to be woken when one is set."""
        remaining = self.seconds
        while not self._closed.wait(remaining):
            until = self._until
            remaining = self.seconds if until is None else until - monotonic()
            if remaining <= 0:
                self.came = True
                with suppress(OSError):
                    self._second_handle.shutdown(socket.SHUT_RDWR)
                self._second_handle.close()
                return
