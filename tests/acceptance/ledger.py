"""The books of a studio under fire, checked against what the mail server has counted."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from counting_server import CountingServer
from studios import rows

LETTERS = ("first", "second", "third")
WALK = """\
name: Walk
enroll: {when: {status: [new]}}
steps:
  - {id: first, action: send_email, subject: first, body: "Dear {{ lead.couple_names or 'both' }}, hello."}
  - {id: points, action: update_lead_score, change: 5}
  - {id: second, action: send_email, subject: second, body: "Dear {{ lead.couple_names or 'both' }}, again."}
  - {id: call, action: create_task, title: Call them}
  - {id: third, action: send_email, subject: third, body: "Dear {{ lead.couple_names or 'both' }}, still here."}
  - {id: done, action: add_lead_tag, tag: done}
"""


@dataclass(frozen=True)
class Account:
    """What came of the messages of a studio: the figures that docs/reliability.md shows."""

    accepted: int
    duplicates: int
    lost: int
    parked: int


def doubted(root: Path) -> set[str]:
    """Return the Message-IDs that are in doubt."""
    return {row[0] for row in rows(root, "SELECT message_id FROM outbox WHERE state = 'in_doubt'")}


def ten_minutes_pass(root: Path) -> None:
    """Move what the database says of mails back by eleven minutes, which is what waiting for so long amounts to."""
    earlier = "strftime('%Y-%m-%d %H:%M:%f000', {0}, '-11 minutes')"
    with closing(sqlite3.connect(root / "leadnurture.db", isolation_level=None)) as connection:
        for column in ("in_doubt_at", "due_at", "sent_at"):
            connection.execute(f"UPDATE outbox SET {column} = {earlier.format(column)} WHERE {column} IS NOT NULL")
        connection.execute(f"UPDATE channel_rests SET until = {earlier.format('until')}")


def is_whole(root: Path) -> bool:
    """Tell whether SQLite finds nothing wrong with the file."""
    return rows(root, "PRAGMA integrity_check") == [("ok",)] and rows(root, "PRAGMA foreign_key_check") == []


def balanced(root: Path, server: CountingServer, letters: tuple[str, ...] = LETTERS) -> Account:
    """Return the account, after checking that the outbox and the server tell the same."""
    assert is_whole(root)
    by_id = server.accepted()
    by_step = Counter((recipient, subject) for _, recipient, subject in server.messages)
    states = dict(rows(root, "SELECT message_id, state FROM outbox"))
    sent = {message_id for message_id, state in states.items() if state == "sent"}
    parked = {message_id for message_id, state in states.items() if state == "parked"}
    couples = [row[0] for row in rows(root, "SELECT primary_email FROM leads")]
    wanted = {(couple, letter) for couple in couples for letter in letters}
    assert sent <= set(by_id), "something is called sent that never arrived"
    assert set(by_id) <= sent | parked, "something arrived that is not recorded"
    flagged = {(address, step) for address, step in _addressed(root, "parked")}
    return Account(
        accepted=len(by_id),
        duplicates=sum(by_id.values()) - len(by_id) + sum(by_step.values()) - len(by_step),
        lost=len(wanted - set(by_step) - flagged),
        parked=len(parked),
    )


def require_effects_once(root: Path) -> None:
    """Check that each couple has got exactly one of what the steps between the letters do."""
    ((couples,),) = rows(root, "SELECT count(*) FROM leads")
    for once in (
        "SELECT count(*), count(DISTINCT lead_id) FROM tasks",
        "SELECT count(*), count(DISTINCT id) FROM leads WHERE tags LIKE '%done%'",
        "SELECT count(*), count(DISTINCT lead_id) FROM lead_nurture_enrollments WHERE status = 'completed'",
        "SELECT count(*), count(DISTINCT lead_id) FROM lead_interactions WHERE interaction_type = 'score_updated'",
    ):
        assert rows(root, once) == [(couples, couples)], once
    assert rows(root, "SELECT count(*) FROM sequence_executions WHERE status = 'executed'") == [(couples * 6,)]
    assert rows(root, "SELECT count(*) FROM lead_interactions WHERE interaction_type = 'email_sent'") == [
        (couples * len(LETTERS),)
    ]


def _addressed(root: Path, state: str) -> list[tuple[str, str]]:
    return rows(
        root,
        f"SELECT l.primary_email, o.step_key FROM outbox o JOIN leads l ON l.id = o.lead_id WHERE o.state = '{state}'",
    )
