"""A mail that may have arrived is looked up in the Sent folder of a real mailbox, and never sent blindly."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from imap_server import DROP, HANG, PASSWORD, USERNAME, ImapServer
from mail_server import HANG_UP, Server
from studio_life import DAY, HOUR, MINUTE, START, Begin, Life, mail

from leadnurture.crm import timeline
from leadnurture.simulation.simulate import simulate_all
from leadnurture.store.due import look
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState

MIA = "mia@example.org"
TIMEOUT = "1s"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapServer]:
    """Return the mailbox of the studio of this test."""
    with ImapServer() as mailbox:
        given = {"HOST": "127.0.0.1", "PORT": str(mailbox.port), "SECURITY": "none", "TIMEOUT": TIMEOUT}
        for key, value in (given | {"USERNAME": USERNAME, "PASSWORD": PASSWORD}).items():
            monkeypatch.setenv(f"LEADNURTURE_MAILBOX__{key}", value)
        yield mailbox


@pytest.fixture
def life(server: Server, mailbox: ImapServer, begin: Begin) -> Life:
    """Return a studio with a mailbox whose server has hung up on the first of two letters to Mia."""
    life = begin()
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("mia")
    server.at_data[MIA] = [HANG_UP]
    life.tick()
    return life


def message(life: Life) -> OutboxMessage:
    return life.queue("mia")[0]


def test_a_mail_that_is_in_the_sent_folder_counts_as_sent_and_its_walk_goes_on(
    life: Life, server: Server, mailbox: ImapServer
) -> None:
    mailbox.put(message(life).message_id)
    report = life.later(MINUTE)
    assert (message(life).state, report.counts["sent"]) == (OutboxState.SENT, 1)
    life.later(DAY)
    assert server.subjects("mia") == ["hello", "more"]
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED


def test_a_mail_that_is_not_there_after_ten_minutes_goes_again_as_the_same_bytes(
    life: Life, server: Server, mailbox: ImapServer
) -> None:
    before = message(life)
    report = life.later(MINUTE)
    assert (message(life).state, message(life).due_at) == (OutboxState.IN_DOUBT, START + 10 * MINUTE)
    assert (report.counts["in_doubt"], report.next_at) == (1, START + 10 * MINUTE)
    life.later(8 * MINUTE)
    assert (server.subjects("mia"), mailbox.seen["connect"]) == (["hello"], 1)
    life.later(MINUTE)
    after = message(life)
    assert (after.state, after.message_id, after.content) == (OutboxState.SENT, before.message_id, before.content)
    (first, second) = [content for address, content in server.taken if address == MIA]
    assert first == second


def test_a_copy_that_comes_late_is_found_at_the_second_look(life: Life, server: Server, mailbox: ImapServer) -> None:
    life.later(MINUTE)
    mailbox.put(message(life).message_id)
    life.later(9 * MINUTE)
    assert (message(life).state, server.subjects("mia")) == (OutboxState.SENT, ["hello"])


def test_after_a_night_asleep_one_look_is_enough(life: Life, server: Server, mailbox: ImapServer) -> None:
    life.later(8 * HOUR)
    assert (message(life).state, server.subjects("mia")) == (OutboxState.SENT, ["hello", "hello"])
    assert mailbox.seen["connect"] == 1


@pytest.mark.parametrize("fault", [DROP, HANG, "{tag} NO not now"])
def test_a_mailbox_that_cannot_be_looked_into_leaves_it_in_doubt_until_it_can(
    life: Life, server: Server, mailbox: ImapServer, fault: str
) -> None:
    mailbox.faults["search"] = fault
    for _ in range(3):
        report = life.later(HOUR)
        assert report.lookup_trouble is not None
        assert f"127.0.0.1:{mailbox.port}" in report.lookup_trouble
        assert (message(life).state, server.subjects("mia")) == (OutboxState.IN_DOUBT, ["hello"])
    mailbox.faults.clear()
    mailbox.put(message(life).message_id)
    assert life.later(HOUR).lookup_trouble is None
    assert message(life).state is OutboxState.SENT


def test_who_has_replied_meanwhile_gets_it_no_second_time(life: Life, server: Server) -> None:
    life.happens("mia", timeline.reply, "Yes!")
    life.later(HOUR)
    assert (message(life).state, server.subjects("mia")) == (OutboxState.REFUSED, ["hello"])
    assert (message(life).reason or "").startswith("withdrawn: they replied")


def test_a_folder_that_has_none_of_what_was_sent_says_nothing_by_not_having_it(
    server: Server, mailbox: ImapServer, begin: Begin
) -> None:
    life = begin()
    life.given("welcome", mail("hello"))
    life.add("zoe")
    life.tick()
    life.clock.advance(HOUR)
    life.add("mia")
    server.at_data[MIA] = [HANG_UP]
    life.tick()
    life.later(HOUR)
    assert (message(life).state, server.subjects("mia")) == (OutboxState.PARKED, ["hello"])
    assert "it has none of the last mails that were sent" in (message(life).reason or "")


def test_a_folder_that_has_what_was_sent_is_believed(server: Server, mailbox: ImapServer, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"))
    life.add("zoe")
    life.tick()
    mailbox.put(life.queue("zoe")[0].message_id)
    life.clock.advance(HOUR)
    life.add("mia")
    server.at_data[MIA] = [HANG_UP]
    life.tick()
    life.later(HOUR)
    assert (message(life).state, server.subjects("mia")) == (OutboxState.SENT, ["hello", "hello"])


@pytest.mark.parametrize(("found", "state"), [(True, OutboxState.SENT), (False, OutboxState.PARKED)])
def test_where_not_all_that_is_sent_is_kept_only_a_find_means_something(
    server: Server,
    mailbox: ImapServer,
    begin: Begin,
    monkeypatch: pytest.MonkeyPatch,
    found: bool,
    state: OutboxState,
) -> None:
    monkeypatch.setenv("LEADNURTURE_MAILBOX__SENT_COPIES", "none")
    life = begin()
    life.given("welcome", mail("hello"))
    life.add("mia")
    server.at_data[MIA] = [HANG_UP]
    life.tick()
    if found:
        mailbox.put(message(life).message_id)
    life.later(HOUR)
    assert (message(life).state, server.subjects("mia")) == (state, ["hello"])


def test_an_idle_run_has_nothing_to_do_until_it_is_time_to_look_again(life: Life) -> None:
    life.later(MINUTE)
    path = life.root / "leadnurture.db"
    idle = look(path, START + 9 * MINUTE, "")
    assert idle is not None
    assert (idle.work, idle.next_at) == (False, START + 10 * MINUTE)
    then = look(path, START + 10 * MINUTE, "")
    assert then is not None
    assert then.work


def test_a_simulation_leaves_the_mailbox_alone(life: Life, mailbox: ImapServer) -> None:
    simulate_all(life.studio, START + timedelta(hours=1), 2, lambda _: None)
    assert mailbox.seen["connect"] == 0


def test_without_a_server_to_send_by_the_mailbox_is_not_asked(
    mailbox: ImapServer, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = begin()
    assert life.studio.engine.sent_folder is None
