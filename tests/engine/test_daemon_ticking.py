"""The ticker itself, in this process: faults that nobody foresaw, and clocks that are set while it runs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from mail_server import listening
from studio_life import MINUTE, Begin, Life, mail

from leadnurture.durable import replace_file
from leadnurture.engine.heartbeat import Heartbeat, read_heartbeat, ticked, write_heartbeat
from leadnurture.engine.lock import locked
from leadnurture.worker.daemon import Daemon

PATIENCE = 30


class Heard:
    """What the daemon says, line by line; `wait` returns when a line with some words has been said (again)."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._waiting: list[tuple[str, Event]] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        for words, there in self._waiting:
            if words in line:
                there.set()

    def expect(self, words: str) -> Callable[[], bool]:
        """Return what waits for the next line with these words."""
        there = Event()
        self._waiting.append((words, there))
        return lambda: there.wait(PATIENCE)


@contextmanager
def serving(daemon: Daemon, life: Life) -> Iterator[None]:
    thread = Thread(target=daemon.serve)
    thread.start()
    try:
        yield
    finally:
        life.studio.stopping.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.mark.parametrize("fault", [TypeError("a bug"), OSError(28, "No space left on device"), MemoryError()])
def test_whatever_a_tick_raises_the_daemon_goes_on_and_the_log_has_the_traceback(life: Life, fault: Exception) -> None:
    life.given("welcome", mail("hello"), mail("again", delay="1h", window="any"))
    life.add("mia")
    faults = [fault]
    heard = Heard()
    failed, worked = heard.expect("error: "), heard.expect("tick: nothing was due")

    def broken_once(_: object) -> None:
        if faults:
            raise faults.pop()

    daemon = Daemon(life.studio, broken_once, heard, interval=timedelta(seconds=1), verbose=True)
    with serving(daemon, life):
        assert failed()
        assert worked()
    (log,) = (life.root / ".leadnurture" / "log").glob("*.log")
    assert "Traceback" in log.read_text()
    assert type(fault).__name__ in log.read_text()
    assert life.sent("mia") == ["hello"]
    assert read_heartbeat(life.studio.state).failing is None


@pytest.mark.parametrize("by", [timedelta(hours=2), timedelta(minutes=-4)])
def test_a_clock_that_is_set_makes_it_look_at_once(life: Life, by: timedelta) -> None:
    heard = Heard()
    first = heard.expect("tick:")
    with serving(Daemon(life.studio, lambda _: None, heard, interval=timedelta(hours=8), verbose=True), life):
        assert first()
        again = heard.expect("tick:")
        life.clock.advance(by)
        assert again()


def test_a_step_that_falls_due_before_the_next_turn_is_the_next_tick(life: Life) -> None:
    life.given("welcome", mail("hello", delay="10m", window="any"))
    life.add("mia")
    heard = Heard()
    first = heard.expect("tick:")
    with serving(Daemon(life.studio, lambda _: None, heard, interval=timedelta(hours=1), verbose=True), life):
        assert first()
        again = heard.expect("tick: 1 sent")
        life.clock.advance(timedelta(minutes=10))
        assert again()


def test_it_holds_while_the_clock_is_wrong_and_goes_on_by_itself_when_it_is_right(life: Life) -> None:
    life.given("welcome", mail("hello", delay="10m", window="any"))
    life.add("mia")
    heard = Heard()
    first, held = heard.expect("tick:"), heard.expect("it went back by 2 hours")
    with serving(Daemon(life.studio, lambda _: None, heard, interval=timedelta(seconds=1), verbose=True), life):
        assert first()
        right = life.clock.now()
        life.clock.set(right - timedelta(hours=2))
        assert held()
        assert read_heartbeat(life.studio.state).last.at == right  # type: ignore[union-attr]
        again = heard.expect("tick: 1 sent")
        life.clock.set(right + timedelta(minutes=10))
        assert again()


def test_that_the_clock_is_right_holds_until_a_tick_could_be_made(life: Life) -> None:
    last = ticked(life.clock.now() + timedelta(hours=2), "leadnurture run --once")
    write_heartbeat(life.studio.state, Heartbeat(last))
    heard = Heard()
    busy, worked = heard.expect("skipped this turn"), heard.expect("tick:")
    second = timedelta(seconds=1)
    daemon = Daemon(life.studio, lambda _: None, heard, second, verbose=True, clock_is_right=True)
    with ExitStack() as at_work:
        at_work.enter_context(locked(life.studio.state, life.studio.local_now(), "leadnurture restore"))
        with serving(daemon, life):
            assert busy()
            at_work.close()
            assert worked()
    assert not any("it went back" in line for line in heard.lines)


class TestAConfigurationThatIsChangedMeanwhile:
    """A tick begins by looking whether it was."""

    @pytest.fixture
    def toml(self, begin: Begin, tmp_path: Path) -> Path:
        return tmp_path / "studio" / "leadnurture.toml"  # which `begin` has put there

    def test_a_server_that_was_mended_in_it_is_used_although_the_channel_rested(self, begin: Begin, toml: Path) -> None:
        usual, heard = toml.read_text(), Heard()

        def sending_to(port: int) -> str:
            smtp = f'[mail.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
            return usual.replace('transport = "outbox"', 'transport = "smtp"') + smtp

        with listening() as (server, port):
            toml.write_text(sending_to(1))  # nobody is there
            life = begin()
            life.given("welcome", mail("hello"))
            life.add("mia")
            stopped, sent = heard.expect("delivery stopped"), heard.expect("tick: 1 sent")
            with serving(Daemon(life.studio, lambda _: None, heard, timedelta(seconds=1), verbose=True), life):
                assert stopped()
                replace_file(toml, sending_to(port))
                assert sent()
            assert server.subjects("mia") == ["hello"]
        assert sum("leadnurture.toml was changed" in line for line in heard.lines) == 1

    def test_one_that_cannot_be_used_is_told_once_each_time_and_the_one_before_goes_on(
        self, life: Life, toml: Path
    ) -> None:
        life.given("welcome", mail("hello"))
        usual, heard = toml.read_text(), Heard()
        first = heard.expect("tick:")
        with serving(Daemon(life.studio, lambda _: None, heard, timedelta(seconds=1), verbose=True), life):
            assert first()
            for wrong in ("[studio\n", "[studio]\nname = 5\n"):
                refused = heard.expect("the configuration from before stays in use")
                replace_file(toml, wrong)
                assert refused()
                for _ in range(3):
                    assert heard.expect("tick:")()
            sent = heard.expect("tick: 1 sent")
            life.add("mia")
            assert sent()
            mended = heard.expect("leadnurture.toml was changed")
            replace_file(toml, usual)
            assert mended()
        assert sum("stays in use" in line for line in heard.lines) == 2

    @pytest.mark.parametrize("chosen", [None, timedelta(hours=3)])
    def test_its_interval_is_followed_unless_another_was_chosen(
        self, life: Life, toml: Path, chosen: timedelta | None
    ) -> None:
        heard = Heard()
        first, changed = heard.expect("tick:"), heard.expect("leadnurture.toml was changed")
        with serving(Daemon(life.studio, lambda _: None, heard, chosen, verbose=True), life):
            assert first()
            replace_file(toml, toml.read_text().replace('interval = "5m"', 'interval = "2s"'))
            life.clock.advance(MINUTE)  # so that it looks at once
            assert changed()
            if chosen is None:
                for _ in range(3):
                    assert heard.expect("tick:")()
        assert any("looking every 2 s" in line for line in heard.lines) is (chosen is None)
