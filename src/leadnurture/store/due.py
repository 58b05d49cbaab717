"""The one definition of what is due, as portable SQL: the engine and the quick look before it use the same words.

This module must stay free of heavy imports: an idle `run --once` needs nothing else.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from leadnurture.store.errors import NewerDatabaseError
from leadnurture.store.files import connect, translated
from leadnurture.store.migrations import LATEST, version_of

_WALKING = """
FROM lead_nurture_enrollments e
JOIN leads l ON l.id = e.lead_id
JOIN nurture_sequences s ON s.id = e.sequence_id
WHERE e.status = 'active' AND NOT l.automation_paused AND s.is_active AND s.deleted_at IS NULL
"""
DUE_ENROLLMENTS = f"SELECT e.id {_WALKING} AND e.next_at <= :now ORDER BY e.next_at, e.id LIMIT :batch"
WAITING_ENROLLMENTS = f"SELECT count(*), min(e.next_at) {_WALKING} AND (e.next_at IS NULL OR e.next_at > :now)"
# EXISTS, because with IN the database would gather all walks anew for each message that it is asked about.
# A couple that opted out is written to no more, nor one that takes back its consent to marketing; what the owner is
# told, nothing of theirs stops.
_ALLOWED = "l.opt_out_date IS NULL AND (l.consent_marketing OR s.purpose <> 'marketing')"
# They may have opted out of this channel alone, or one address of it alone (among the recipients, which are JSON).
_CLOSED = """
SELECT 1 FROM lead_opt_outs o WHERE o.lead_id = outbox.lead_id AND o.channel = outbox.channel
AND (o.address IS NULL OR replace(outbox.recipients, '"' || o.address || '"', '') <> outbox.recipients)
"""
_MAY_GO = f"""state = 'queued' AND (channel = 'notification'
OR EXISTS (SELECT 1 {_WALKING} AND e.id = outbox.enrollment_id AND {_ALLOWED}) AND NOT EXISTS ({_CLOSED}))"""
# A channel whose server was in trouble is left alone for a while (engine/rests), but for a changed configuration.
# An end further away than any rest lasts was noted by a clock that was wrong.
LONGEST_REST = timedelta(hours=6)
_RESTS = "r.until > :now AND r.until <= :latest AND r.configuration = :configuration"
_RESTING = f"SELECT 1 FROM channel_rests r WHERE r.channel = outbox.channel AND {_RESTS}"
DUE_MESSAGES = f"""
SELECT id FROM outbox WHERE {_MAY_GO} AND due_at <= :now AND NOT EXISTS ({_RESTING}) ORDER BY due_at, id
"""
RESTS = f"""
SELECT r.channel, r.trouble, r.reason, r.failures, r.since, r.until,
       (SELECT count(*) FROM outbox WHERE outbox.channel = r.channel AND {_MAY_GO} AND due_at <= :now)
FROM channel_rests r WHERE {_RESTS} ORDER BY r.until
"""
NEXT_MESSAGE = f"SELECT min(due_at) FROM outbox WHERE {_MAY_GO} AND due_at > :now"
# The commit before a message leaves: it asks once more whether the lead may get it.
# With it is written whom the server refuses: should the answer be lost, that is known all the same.
INTEND = f"""
UPDATE outbox SET state = 'in_doubt', in_doubt_at = :now, refused = :refused WHERE id = :id AND {_MAY_GO}
"""
# Sequences that a day gone by may bring leads to: looked at once a day (engine/daily_look).
DUE_LOOKS = "SELECT id FROM nurture_sequences WHERE is_active AND deleted_at IS NULL AND next_look_at <= :now"
# Scores that a day gone by may change: looked at once a day, where there are leads (engine/daily_scores).
DUE_SCORES = """
SELECT 1 FROM score_look WHERE (next_look_at IS NULL OR next_look_at <= :now) AND EXISTS (SELECT 1 FROM leads)
"""
# A message in doubt is due when it is looked for (again): see engine/recover.
DOUBTFUL_MESSAGES = "SELECT id FROM outbox WHERE state = 'in_doubt' AND due_at <= :now"
NEXT_LOOK_UP = "SELECT min(due_at) FROM outbox WHERE state = 'in_doubt' AND due_at > :now"


@dataclass(frozen=True)
class Rest:
    """A channel that is left alone until an instant (UTC), because its server was in trouble `failures` times in a row.

    `messages` are due and wait for it.
    """

    channel: str
    trouble: str
    reason: str
    failures: int
    since: datetime
    until: datetime
    messages: int

    def as_json(self) -> dict[str, object]:
        """Return the documented keys."""
        return vars(self) | {"since": self.since.isoformat(), "until": self.until.isoformat()}


@dataclass(frozen=True)
class Outlook:
    """Whether a tick has work now, and what waits for later (instants in UTC)."""

    work: bool
    waiting: int
    next_at: datetime | None
    rests: tuple[Rest, ...] = ()


def stored(instant: datetime) -> str:
    """Return an instant as the file holds it, for comparing in SQL."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def instant(text: str | None) -> datetime | None:
    """Return a stored instant as aware UTC."""
    return None if text is None else _read(text)


def rests_of(rows: Iterable[Sequence[Any]]) -> tuple[Rest, ...]:
    """Return what RESTS has found."""
    return tuple(
        Rest(channel, trouble, reason, failures, _read(since), _read(until), messages)
        for channel, trouble, reason, failures, since, until, messages in rows
    )


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moment(now: datetime, configuration: str, batch: int = 1) -> dict[str, Any]:
    """Return what the questions of this module are asked with, under a configuration (`locate.configuration_mark`)."""
    latest = stored(now + LONGEST_REST)
    return {"now": stored(now), "latest": latest, "configuration": configuration, "batch": batch}


def look(path: Path, now: datetime, configuration: str) -> Outlook | None:
    """Tell whether anything is due at `now` under a configuration; None if the file must be migrated first.

    Raises the errors of `store.errors`.
    """
    connection = connect(path)
    try:
        with translated(path):
            found = version_of(connection)
            if found > LATEST:
                raise NewerDatabaseError(path, found, LATEST)
            return _outlook(connection, moment(now, configuration)) if found == LATEST else None
    finally:
        connection.close()


def _outlook(connection: sqlite3.Connection, due: dict[str, Any]) -> Outlook:
    work = any(
        connection.execute(question, due).fetchone()
        for question in (DUE_ENROLLMENTS, f"{DUE_MESSAGES} LIMIT 1", DUE_LOOKS, DUE_SCORES, DOUBTFUL_MESSAGES)
    )
    waiting, next_step = connection.execute(WAITING_ENROLLMENTS, due).fetchone()
    rests = rests_of(connection.execute(RESTS, due))
    others = [connection.execute(question, due).fetchone()[0] for question in (NEXT_MESSAGE, NEXT_LOOK_UP)]
    return Outlook(work, waiting, soonest((next_step, *others), rests), rests)


def soonest(texts: Iterable[str | None], rests: Iterable[Rest]) -> datetime | None:
    """Return when there is something to do next: the first of stored instants and of the ends of rests that count."""
    moments = [instant(text) for text in texts if text] + [rest.until for rest in rests if rest.messages]
    return min((moment for moment in moments if moment is not None), default=None)
