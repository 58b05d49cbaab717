"""A transport that carries nothing: it accepts every message and notes down that it did. For simulations."""

from threading import Lock

from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.transport import Answer, Verdict

_NOTED = Answer(Verdict.ACCEPTED, "noted down, not sent")


class NotebookTransport:
    """A `Transport` whose messages go nowhere; several lines may write in it at once."""

    name = "notebook"

    def __init__(self) -> None:
        self._noted: dict[str, None] = {}  # in order; the messages themselves would fill the memory
        self._lock = Lock()

    @property
    def noted(self) -> tuple[str, ...]:
        """The Message-IDs of what was handed over, in order."""
        with self._lock:
            return tuple(self._noted)

    def note(self, message: FrozenMessage) -> None:
        """Write down that a message was handed over."""
        with self._lock:
            self._noted[message.message_id] = None

    def line(self) -> "NotebookLine":
        """Return a new line into the notebook."""
        return NotebookLine(self)

    def arrived(self, message_id: str) -> bool | None:
        """Whether the message was noted; None for any other, which may have gone by another transport."""
        with self._lock:
            return True if message_id in self._noted else None


class NotebookLine:
    """A `Line` into the notebook."""

    def __init__(self, notebook: NotebookTransport) -> None:
        self._notebook = notebook
        self._offered: FrozenMessage | None = None

    def offer(self, message: FrozenMessage) -> Answer:
        """Accept any message."""
        self._offered = message
        return _NOTED

    def hand_over(self) -> Answer:
        """Note down the message that was offered."""
        message, self._offered = self._offered, None
        assert message is not None, "no offer was accepted"
        self._notebook.note(message)
        return _NOTED

    def withdraw(self) -> None:
        """Forget the message that was offered."""
        self._offered = None

    def close(self) -> None:
        """Forget the message that was offered; nothing is open."""
        self._offered = None
