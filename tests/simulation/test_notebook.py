"""The transport of simulations accepts everything, and knows what it was given."""

from concurrent.futures import ThreadPoolExecutor

from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.notebook import NotebookTransport
from leadnurture.channels.transport import Verdict


def message(number: int) -> FrozenMessage:
    return FrozenMessage(f"<{number}@hart.example>", "holly@hart.example", ("emma@example.org",), b"Subject: x\r\n\r\n")


def test_everything_that_is_handed_over_is_noted_once_however_many_write_at_a_time() -> None:
    notebook = NotebookTransport()

    def fill(start: int) -> None:
        line = notebook.line()
        for number in range(start, start + 200):
            assert line.offer(message(number)).verdict is Verdict.ACCEPTED
            assert line.hand_over().verdict is Verdict.ACCEPTED
        line.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fill, range(0, 1600, 200)))
    assert sorted(notebook.noted) == sorted(message(number).message_id for number in range(1600))


def test_what_was_only_offered_is_not_noted_and_of_others_it_knows_nothing() -> None:
    notebook = NotebookTransport()
    line = notebook.line()
    line.offer(message(1))
    line.withdraw()
    assert (notebook.noted, notebook.arrived(message(1).message_id)) == ((), None)
    line.offer(message(2))
    line.hand_over()
    assert notebook.arrived(message(2).message_id) is True
