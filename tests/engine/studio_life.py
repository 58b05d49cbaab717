"""A whole studio in a folder, with a clock that stands still until it is moved, and an outbox folder to look into."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, cast

from leadnurture.store.tables.timeline import Interaction
from sqlmodel import col, select

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads
from leadnurture.crm.change import Change
from leadnurture.engine import decide
from leadnurture.engine.applying import Applied, apply
from leadnurture.engine.events import Event
from leadnurture.engine.tick import TickReport, tick
from leadnurture.founding import Answers
from leadnurture.sequences.check import check, errors_in
from leadnurture.sequences.versions import Difference, compare
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution, PassedOver
from leadnurture.store.vocabulary import InteractionType
from leadnurture.studio import Studio

ANSWERS = Answers("Hart & Holly", "Holly Hart", "holly@hart.example", "Europe/London", "GB", "GBP", "en_GB")
START = datetime(2027, 1, 4, 9, tzinfo=UTC)  # a Monday in winter: London's clocks show UTC
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NEW = {"when": {"status": ["new"]}}


def mail(key: str, **keys: Any) -> dict[str, Any]:
    """Return a step that sends a letter with its own id as the subject."""
    return {"id": key, "action": "send_email", "subject": key, "body": f"Words of {key}."} | keys


def tag(key: str, **keys: Any) -> dict[str, Any]:
    """Return a step that tags the lead with its own id."""
    return {"id": key, "action": "add_lead_tag", "tag": key} | keys


@dataclass
class Life:
    """One studio's life. Leads are called by the part of their address before the @."""

    root: Path
    clock: VirtualClock
    studio: Studio
    events: list[Event] = field(default_factory=list)

    # what the photographer does

    def write(self, name: str, *steps: dict[str, Any], enroll: dict[str, Any] | None = None, **keys: Any) -> None:
        """Write a sequence file; unless told otherwise every new lead enters it."""
        words = {"name": name.title(), "enroll": NEW if enroll is None else enroll, **keys, "steps": list(steps)}
        (self.root / f"sequences/{name}.yaml").write_text(json.dumps(words, ensure_ascii=False))

    def apply(self) -> dict[str, Applied]:
        """Apply the files, which must be right."""
        drafts = list(self.studio.folder.drafts(self.studio.reading()))
        for draft in drafts:
            assert not errors_in(check(draft, self.studio.folder, self.studio.config))
        with self.studio.change() as change:
            pending = [one for one in compare(change.session, drafts) if one.difference is not Difference.UNCHANGED]
            return {one.identity: one for one in apply(change, self.studio.engine, pending)}

    def given(self, name: str, *steps: dict[str, Any], **keys: Any) -> Applied:
        """Write and apply a sequence."""
        self.write(name, *steps, **keys)
        return self.apply()[name]

    def add(self, *names: str, enrolling: bool = True, **facts: Any) -> None:
        """Add leads of the same facts."""
        with self.studio.change(enrolling=enrolling) as change:
            for name in names:
                leads.create(change, {"primary_email": f"{name}@example.org", **facts}, origin="typed")

    @contextmanager
    def change(self, name: str) -> Iterator[tuple[Change, Lead]]:
        """Open a transaction for one lead."""
        with self.studio.change() as change:
            yield change, leads.find(change.session, f"{name}@example.org")

    def happens(self, name: str, what: Callable[..., Any], *given: Any, **named: Any) -> None:
        """Let something happen to a lead, such as `standing.pause`."""
        with self.change(name) as (change, lead):
            what(change, lead, *given, **named)

    def set(self, name: str, **values: Any) -> None:
        """Set facts about a lead."""
        self.happens(name, leads.update, values)

    # what time does

    def tick(self) -> TickReport:
        """Do what is due now."""
        return tick(self.studio.engine, self.events.append)

    def later(self, by: timedelta) -> TickReport:
        """Move the clock and do what is due then."""
        self.clock.advance(by)
        return self.tick()

    def decide(self) -> None:
        """Decide what is due, without delivering what that freezes."""
        decide.decide(self.studio.engine, self.clock.now(), self.events.append)

    def every_hour(self, hours: int) -> None:
        """Tick at each of the next hours."""
        for _ in range(hours):
            self.later(HOUR)

    # what there is to see

    def sent(self, name: str | None = None) -> list[str]:
        """Return the subjects of what has been sent (to a lead), in order of time."""
        return [str(message["Subject"]) for message in self.messages() if name is None or name in str(message["To"])]

    def messages(self) -> list[EmailMessage]:
        """Return what lies in the outbox folder, in order of time."""
        parser = BytesParser(policy=policy.default)
        files = sorted(self.root.glob("outbox*/*.eml"), key=lambda path: path.name)
        return [cast("EmailMessage", parser.parsebytes(path.read_bytes())) for path in files]

    def lead(self, name: str) -> Lead:
        """Return a lead."""
        with self.studio.read() as session:
            return leads.find(session, f"{name}@example.org")

    def walks(self, name: str) -> dict[str, Enrollment]:
        """Return a lead's walks by sequence; of several passes the last."""
        query = select(Enrollment).where(Enrollment.lead_id == self.lead(name).id).order_by(col(Enrollment.id))
        with self.studio.read() as session:
            return {walk.sequence_id: walk for walk in session.exec(query).all()}

    def walk(self, name: str, sequence: str = "welcome") -> Enrollment:
        """Return a lead's last walk through a sequence."""
        return self.walks(name)[sequence]

    def steps(self, name: str, sequence: str = "welcome") -> dict[str, str]:
        """Return how the steps stand that a lead's last walk has come to."""
        query = (
            select(Execution).where(Execution.enrollment_id == self.walk(name, sequence).id).order_by(col(Execution.id))
        )
        with self.studio.read() as session:
            return {step.step_key: step.status.value for step in session.exec(query).all()}

    def execution(self, name: str, key: str, sequence: str = "welcome") -> Execution:
        """Return one step of a lead's last walk."""
        query = select(Execution).where(
            Execution.enrollment_id == self.walk(name, sequence).id, Execution.step_key == key
        )
        with self.studio.read() as session:
            return session.exec(query).one()

    def queue(self, name: str) -> list[OutboxMessage]:
        """Return all messages to a lead, in whatever state."""
        query = select(OutboxMessage).where(OutboxMessage.lead_id == self.lead(name).id).order_by(col(OutboxMessage.id))
        with self.studio.read() as session:
            return list(session.exec(query).all())

    def passed_over(self, name: str) -> dict[str, str]:
        """Return the sequences that have passed a lead over, with the reasons."""
        query = select(PassedOver).where(PassedOver.lead_id == self.lead(name).id)
        with self.studio.read() as session:
            return {row.sequence_id: row.reason for row in session.exec(query).all()}

    def told(self, name: str, kind: InteractionType) -> list[tuple[str | None, str | None]]:
        """Return subject and content of a lead's timeline entries of a kind."""
        query = select(Interaction).where(
            Interaction.lead_id == self.lead(name).id, Interaction.interaction_type == kind
        )
        with self.studio.read() as session:
            return [(entry.interaction_subject, entry.interaction_content) for entry in session.exec(query).all()]


Begin = Callable[..., Life]  # opens the studio (again), with limits such as per_day="2"
