"""The whole studio: a simulation says message for message what real ticks then write into the outbox folder."""

from collections import Counter
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from trial_studio import add, let_count

from leadnurture.clock import VirtualClock
from leadnurture.engine.tick import tick
from leadnurture.simulation.simulate import simulate_all
from leadnurture.simulation.transcript import Transcript
from leadnurture.studio import Studio

DAYS = 120
Sent = tuple[datetime, str, str]


@pytest.fixture
def busy(studio: Studio, clock: VirtualClock) -> Studio:
    """The shipped playbooks, and couples who ask minutes, hours and days apart."""
    let_count(studio)
    for number in range(8):
        clock.advance(timedelta(minutes=7) * 5**number % timedelta(days=2))
        wedding = date(2027, 2, 20) + timedelta(days=45 * number) if number % 4 else None
        names = {"couple_name_bride": f"Emma{number} Stone", "couple_name_groom": "Jack Smith"}
        add(studio, f"couple{number}@example.org", wedding_date=wedding, **names)
    return studio


def simulated(studio: Studio) -> Transcript:
    return simulate_all(studio, studio.now(), DAYS, lambda _: None)


def really_sent(studio: Studio, clock: VirtualClock) -> list[Sent]:
    """Move the real studio's clock from one due moment to the next, and return what lies in its outbox then."""
    end = clock.now() + timedelta(days=DAYS)
    due: datetime | None = clock.now()
    while due is not None and due <= end:
        clock.set(due)
        due = tick(studio.engine).next_at
    return sorted(map(_read, (path.read_bytes() for path in studio.outbox.glob("*.eml"))))


def _read(content: bytes) -> Sent:
    message = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
    return (
        parsedate_to_datetime(str(message["Date"])),
        str(message["To"].addresses[0].display_name),
        str(message["Subject"]),
    )


def test_real_ticks_then_send_the_same_messages_at_the_same_times(busy: Studio, clock: VirtualClock) -> None:
    foretold = [
        (entry.at.replace(microsecond=0), entry.lead, entry.subject)
        for entry in simulated(busy).entries
        if entry.outcome == "sent"
    ]
    assert len(foretold) > 40
    assert sorted(foretold) == really_sent(busy, clock)


def test_it_is_the_same_every_time(busy: Studio) -> None:
    assert simulated(busy).as_json() == simulated(busy).as_json()


def test_the_entries_are_in_order_of_time_and_tell_who_enters_and_leaves(busy: Studio) -> None:
    entries = simulated(busy).entries
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert {"enrolled", "completed", "sent", "executed", "skipped"} <= {entry.outcome for entry in entries}
    assert all(entry.action for entry in entries if entry.step)


def test_the_totals_by_day_and_sequence_add_up_to_the_entries(busy: Studio) -> None:
    told = simulated(busy).as_json()
    events = Counter(event["outcome"] for event in told["events"] if event["step"])
    for outcome in ("sent", "executed", "skipped", "held", "failed"):
        assert sum(total[outcome] for total in told["totals"]) == events[outcome]
    days = [(total["day"], total["sequence"]) for total in told["totals"]]
    assert days == sorted(set(days))


def test_progress_is_told_moment_by_moment(busy: Studio) -> None:
    moments: list[datetime] = []
    simulate_all(busy, busy.now(), 3, moments.append)
    assert moments == sorted(set(moments))
    assert moments[0] == busy.now()
    assert len({moment.date() for moment in moments}) == 4  # it looks at every day, whether something is due or not
