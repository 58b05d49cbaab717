"""What a simulation says is what happens: one sequence of everything, simulated and then done over real servers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from mail_server import Server
from mail_server import listening as smtp_server
from message_service import Service
from message_service import listening as message_service
from sqlmodel import col, select
from studio_life import START, Begin, Life

from leadnurture.crm.values import Reading
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.sequences.actions import actions
from leadnurture.sequences.condition import Condition
from leadnurture.simulation.happenings import read_happening
from leadnurture.simulation.playing import end_of, play
from leadnurture.simulation.recording import Recorder
from leadnurture.simulation.stage import Stage, staged
from leadnurture.simulation.transcript import Entry
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Execution

DAYS = 320
MORNING = {"at": "09:00", "days": ["mon", "tue", "wed", "thu", "fri"], "holidays": "skip"}
FITS: dict[str, Any] = {
    "status": ["new"],
    "source": ["website"],
    "temperature": ["cold", "warm", "hot"],
    "priority": ["medium"],
    "score": {"min": 0, "max": 100},
    "tags": {"none": ["gone"]},
    "wedding": {"known": True, "beyond": "30d", "within": "500d"},
    "consent": True,
    "replied": False,
    "fields": [
        {"field": "estimated_budget", "operator": "greater_than", "value": "£1,000"},
        {"field": "estimated_budget", "operator": "less_than", "value": 9000},
        {"field": "estimated_guest_count", "operator": "between", "value": [50, 150]},
        {"field": "wedding_venue", "operator": "contains", "value": "kew"},
        {"field": "wedding_location", "operator": "equals", "value": "London"},
        {"field": "custom_fields.style", "operator": "in_list", "value": ["reportage", "fine art"]},
    ],
    "all": [{"consent": True}],
    "any": [{"status": ["won"]}, {"tags": {"all": ["keen"]}}],
    "not": {"tags": {"any": ["vip"]}},
}
STEPS: list[dict[str, Any]] = [
    {
        "id": "hello",
        "action": "send_email",
        "delay": "10m",
        "to": "both",
        "bcc": "owner",
        "personalization": {"feast": "{{ lead.wedding_venue or 'your venue' }}"},
        "subject": "Your day at {{ feast }}",
        "template": "hello.md",
        "attachments": ["prices.pdf"],
    },
    {"id": "warmer", "action": "update_lead_score", "change": 12, "reason": "Had an answer"},
    {"id": "tagged", "action": "add_lead_tag", "tags": ["answered"]},
    {"id": "untagged", "action": "remove_lead_tag", "tag": "keen"},
    {"id": "contacted", "action": "change_status", "status": "contacted", "when": {"status": ["new"]}},
    {"id": "task", "action": "create_task", "title": "Look at {{ lead.wedding_venue }}", "due": "+2d"},
    {"id": "left-out", "action": "add_lead_tag", "tag": "never", "when": {"tags": {"any": ["keen"]}}},
    {"id": "ring", "action": "phone_call", "script": "Hello {{ lead.couple_names }}", "delay": "1d", "window": MORNING},
    {"id": "tell", "action": "send_notification", "message": "{{ lead.couple_names }} should be called"},
    {"id": "text", "action": "send_sms", "text": "Shall we talk, {{ lead.couple_names }}?", "delay": "1d"},
    {
        "id": "meet",
        "action": "schedule_appointment",
        "title": "Coffee with {{ lead.couple_names }}",
        "start": "+3d 18:00",
        "location": "The studio",
        "invite": True,
        "delay": "5h",
    },
    {"id": "rest", "action": "wait_delay", "delay": "2d 3h"},
    {"id": "seen", "action": "wait_until", "until": {"opened": "hello"}, "timeout": "10d", "otherwise": "end"},
    {
        "id": "fork",
        "action": "branch",
        "delay": "1d",
        "cases": [{"when": {"clicked": "meet"}, "goto": "end"}, {"when": {"clicked": ["hello"]}, "goto": "again"}],
        "otherwise": "passed",
    },
    {"id": "passed", "action": "add_lead_tag", "tag": "never"},
    {"id": "again", "action": "send_email", "reply_to_step": "hello", "body": "One thing more, {{ couple_names }}."},
    {
        "id": "list",
        "action": "send_email",
        "before_wedding": "30d",
        "window": MORNING,
        "late": "3d",
        "subject": "The family list",
        "body": "Whom shall I photograph on {{ lead.wedding_date | date }}?",
    },
    {"id": "thanks", "action": "send_email", "after_wedding": "7d", "subject": "Thank you", "body": "What a day."},
]
EVENTS = ("+6d opened hello", "+7d clicked hello", "+20d replied", "+25d tag=vip")
COUPLE = {
    "couple_name_bride": "Zoë Stone",
    "couple_name_groom": "Jack Smith",
    "secondary_email": "jack@example.org",
    "primary_phone": "+447700900111",
    "lead_source": "website",
    "wedding_date": date(2027, 9, 18),
    "wedding_venue": "Kew Gardens",
    "wedding_location": "London",
    "estimated_budget": 240_000,
    "estimated_guest_count": 90,
    "consent_marketing": True,
    "custom_fields": {"style": "Reportage"},
    "tags": ["keen"],
    "time_zone": "America/New_York",
}


@dataclass(frozen=True)
class Sent:
    """What a couple, or the owner, has been sent; Message-IDs are drawn anew each time, so they are left out."""

    channel: str
    to: tuple[str, ...]
    date: str
    subject: str
    words: str
    answers: str | None  # the subject of the mail that it answers
    files: tuple[str, ...]


@pytest.fixture
def servers() -> Iterator[tuple[Server, int, Service]]:
    with smtp_server() as (mail, port), message_service() as messages:
        yield mail, port, messages


def _life(begin: Begin, port: int, service: Service, monkeypatch: pytest.MonkeyPatch) -> Life:
    """Return a studio that goes by real servers, the sequence of everything applied, a couple just come."""
    settings = {"MAIL__TRANSPORT": "smtp", "MAIL__SMTP__HOST": "127.0.0.1", "MAIL__SMTP__PORT": str(port)}
    settings |= {"MAIL__SMTP__SECURITY": "none", "SMS__URL": service.url(), "NOTIFY__URLS": service.url("owner")}
    settings |= {"WORKER__RETENTION_DAYS": "3000"}  # what was frozen is compared at the end
    for name, value in settings.items():
        monkeypatch.setenv(f"LEADNURTURE_{name}", value)
    life = begin()
    (life.root / "templates/hello.md").write_text("Dear **{{ couple_names }}**,\n\n{{ feast }} – how lovely.\n")
    (life.root / "templates/prices.pdf").write_bytes(b"%PDF prices")
    life.given("welcome", *STEPS, enroll={"when": FITS}, stop_on=["opt_out", "bounce"])
    life.add("zoe", **COUPLE)
    return life


def _played(stage: Stage) -> tuple[list[Entry], list[tuple[str, str, str | None]]]:
    """Play on a stage; return the transcript, and what came of each step."""
    zone = stage.engine.config.studio.zone
    recorder = Recorder(stage.engine.database, zone)
    happenings = [read_happening(event, Reading.of(stage.engine.config)) for event in EVENTS]
    play(stage, recorder, end_of(START, DAYS, zone), lambda _: None, 1, happenings)
    with stage.engine.database.read() as session:
        executions = session.exec(select(Execution).order_by(col(Execution.id))).all()
    return recorder.entries, [(one.step_key, one.status.value, one.reason) for one in executions]


def _mails(contents: list[bytes], recipients: list[tuple[str, ...]]) -> list[Sent]:
    parsed = [message_from_bytes(content, _class=EmailMessage, policy=policy.default) for content in contents]
    known = {message["Message-ID"]: str(message["Subject"]) for message in parsed}
    return [_mail(message, to, known) for message, to in zip(parsed, recipients, strict=True)]


def _mail(message: EmailMessage, to: tuple[str, ...], known: dict[str, str]) -> Sent:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return Sent(
        "email",
        to,
        str(message["Date"]),
        str(message["Subject"]),
        text.get_content().replace("\r\n", "\n") + html.get_content().replace("\r\n", "\n"),
        known[message["In-Reply-To"]] if message["In-Reply-To"] else None,
        tuple(part.get_filename() or part.get_content_type() for part in message.iter_attachments()),
    )


def _simulated(stage: Stage) -> tuple[list[Sent], list[tuple[str, str]]]:
    """Return the mails that a simulation has frozen, and its texts and notifications."""
    with stage.engine.database.read() as session:
        rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.sent_at), col(OutboxMessage.id))).all()
    mails = [row for row in rows if row.channel is OutboxChannel.EMAIL]
    others = [row for row in rows if row.channel is not OutboxChannel.EMAIL]
    return _mails([row.content for row in mails], [tuple(row.recipients) for row in mails]), [
        (row.recipients[0] if row.channel is OutboxChannel.SMS else "owner", row.content.decode()) for row in others
    ]


def _received(mail: Server, service: Service) -> tuple[list[Sent], list[tuple[str, str]]]:
    """Return what the real servers took; a message to several recipients was taken once for all of them."""
    contents = list(dict.fromkeys(content for _, content in mail.taken))
    recipients = [tuple(to for to, content in mail.taken if content == one) for one in contents]
    return _mails(contents, recipients), service.texts


def test_the_sequence_uses_every_action_and_every_clause() -> None:
    asked = set(FITS) | {"opened", "clicked"}
    clauses = {field.alias or name for name, field in Condition.model_fields.items()}
    assert {step["action"] for step in STEPS} == set(actions())
    assert asked == clauses


def test_message_for_message_the_same_happens_over_real_servers(
    begin: Begin, servers: tuple[Server, int, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, port, service = servers
    life = _life(begin, port, service, monkeypatch)
    with staged(life.studio, START) as stage:
        foretold = _played(stage)
        promised = _simulated(stage)
    assert (mail.taken, service.asked) == ([], [])
    happened = _played(Stage(life.studio.engine, life.clock))
    assert happened == foretold
    assert _received(mail, service) == promised


def test_everything_in_it_happens(
    begin: Begin, servers: tuple[Server, int, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, port, service = servers
    life = _life(begin, port, service, monkeypatch)
    _, steps = _played(Stage(life.studio.engine, life.clock))
    skipped = {"left-out": "skipped"}
    expected = {step["id"]: "executed" for step in STEPS if step["id"] != "passed"} | skipped
    assert {key: status for key, status, _ in steps} == expected
    mails, others = _received(mail, service)
    assert [(one.subject, one.answers) for one in mails] == [
        ("Your day at Kew Gardens", None),
        ("Coffee with Zoë & Jack", None),
        ("Re: Your day at Kew Gardens", "Your day at Kew Gardens"),
        ("The family list", None),
        ("Thank you", None),
    ]
    assert mails[0].to == ("zoe@example.org", "jack@example.org", "holly@hart.example")
    assert others == [("owner", "Zoë & Jack should be called"), ("+447700900111", "Shall we talk, Zoë & Jack?")]
