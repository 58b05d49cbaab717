"""Every fault of a mail server, at every point: what the ledger says, and whether the next run does right.

The table is the one in docs/reliability.md; each of its rows is run here.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from faulty_server import DRIP, DROP, ENDLESS, FLOOD, GARBAGE, HANG, LONG, FaultyServer
from imap_server import PASSWORD, USERNAME, ImapServer
from leadnurture.store.tables.task import Task
from sqlmodel import select
from studio_life import MINUTE, Begin, Life, mail

from leadnurture.engine.rests import resting
from leadnurture.engine.tick import TickReport
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState

DOCUMENT = Path(__file__).parents[2] / "docs/reliability.md"
POINTS = {"final dot": "dot"}
FAULTS = {
    "drops the connection": DROP,
    "says nothing": HANG,
    "drips its answer byte by byte": DRIP,
    "never ends its answer": ENDLESS,
    "speaks no SMTP": GARBAGE,
    "sends 100 kB in one line": FLOOD,
    "sends a thousand lines of 550": LONG,
}
SLOW = {"drips its answer byte by byte", "never ends its answer"}
FOREIGN = "shows a certificate of another computer"


def rows() -> list[ParameterSet]:
    """Return the rows of the document's table of faults; those that are given up on only after a while are slow."""
    section = DOCUMENT.read_text().partition("## SMTP faults")[2].partition("\n## ")[0]
    table = [
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in section.splitlines() if "| " in line
    ][1:]
    return [pytest.param(*row, marks=[pytest.mark.acceptance] if row[1] in SLOW else []) for row in table]


@pytest.fixture
def smtp(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    """Return the mail server of the studio of this test."""
    with FaultyServer(certificate) as server:
        given = {"HOST": "127.0.0.1", "PORT": str(server.port), "TIMEOUT": "1s", "CA_FILE": str(certificate)}
        for key, value in (given | {"USERNAME": "zoe", "PASSWORD": "secret"}).items():
            monkeypatch.setenv(f"LEADNURTURE_MAIL__SMTP__{key}", value)
        monkeypatch.setenv("LEADNURTURE_MAIL__SMTP__SECURITY", "starttls")
        monkeypatch.setenv("LEADNURTURE_MAIL__TRANSPORT", "smtp")
        yield server


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapServer]:
    """Return the mailbox of the studio of this test."""
    with ImapServer() as mailbox:
        given = {"HOST": "127.0.0.1", "PORT": str(mailbox.port), "SECURITY": "none", "TIMEOUT": "1s"}
        for key, value in (given | {"USERNAME": USERNAME, "PASSWORD": PASSWORD}).items():
            monkeypatch.setenv(f"LEADNURTURE_MAILBOX__{key}", value)
        yield mailbox


@pytest.fixture
def life(begin: Begin, smtp: FaultyServer, mailbox: ImapServer) -> Life:
    """Return a studio that has written to Ann, who is the proof that its mailbox keeps copies."""
    life = begin(lead_gap='"0m"')
    life.given("welcome", mail("hello"))
    life.add("ann")
    life.tick()
    keep_copies(life, smtp, mailbox)
    assert message(life, "ann").state is OutboxState.SENT
    return life


def keep_copies(life: Life, smtp: FaultyServer, mailbox: ImapServer) -> None:
    """File what the server has taken, as a provider does."""
    mailbox.messages["Sent"] = list(smtp.messages)


def message(life: Life, name: str) -> OutboxMessage:
    (found,) = life.queue(name)
    return found


def taken(smtp: FaultyServer, one: OutboxMessage) -> int:
    """Return how often the server has taken a message, by its Message-ID."""
    return sum(one.message_id.encode() in content for content in smtp.messages)


@pytest.mark.parametrize(("at", "does", "ledger", "following"), rows(), ids=lambda cell: re.sub(r"\W+", " ", cell))
def test_each_fault_has_its_place_in_the_ledger_and_the_next_run_does_right(
    life: Life,
    smtp: FaultyServer,
    mailbox: ImapServer,
    foreign_certificate: Path,
    certificate: Path,
    *,
    at: str,
    does: str,
    ledger: str,
    following: str,
) -> None:
    point = POINTS.get(at, at.lower())
    life.add("mia")
    if does == FOREIGN:
        smtp.show(foreign_certificate)
    else:
        smtp.faults[point] = [None] * smtp.seen[point] + [FAULTS.get(does, does.strip("`"))]
    report = life.tick()
    told = message(life, "mia")
    assert in_words(life, told) == ledger
    smtp.show(certificate)
    keep_copies(life, smtp, mailbox)
    before = taken(smtp, told)
    after = next_runs(life, report)
    finally_there(told, after, smtp, before, following)


def in_words(life: Life, told: OutboxMessage) -> str:
    """Return how the ledger stands, in the document's words."""
    with life.studio.read() as session:
        rests = resting(session, life.clock.now(), life.studio.configuration)
        tasks = len(session.exec(select(Task)).all())
    walk = life.walk("mia")
    if told.state is OutboxState.REFUSED and walk.status is EnrollmentStatus.FAILED and tasks == 1:
        return "refused; the walk has failed, a task tells the owner"
    assert tasks == 0
    if told.state is OutboxState.QUEUED and rests:
        assert told.attempts == 0
        return f"queued, no retry used; e-mail rests ({rests[0].trouble})"
    if told.state is OutboxState.QUEUED and told.attempts == 1:
        return "queued, one retry used"
    return told.state.value.replace("_", " ")


def next_runs(life: Life, report: TickReport) -> OutboxMessage:
    """Do what is due next, when the report says that something is; and once more 10 minutes later."""
    life.later(report.next_at - life.clock.now() if report.next_at else MINUTE)
    life.later(10 * MINUTE)
    return message(life, "mia")


def finally_there(told: OutboxMessage, after: OutboxMessage, smtp: FaultyServer, before: int, following: str) -> None:
    """Make sure that the couple has got the message as often as the document says, and that the ledger knows it."""
    assert after.content == told.content
    if following == "nothing goes out":
        assert (after.state, taken(smtp, told)) == (told.state, before)
        return
    assert after.state is OutboxState.SENT
    assert taken(smtp, told) == 1
    assert before == (1 if following.startswith("found in the Sent folder") else 0)
