"""Performing one step for one lead as the engine would, whatever its delay, its window and its limits say."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlmodel import col, delete

from leadnurture.channels.mail.message import FrozenMessage
from leadnurture.channels.transport import Verdict
from leadnurture.clock import monotonic
from leadnurture.crm.change import Change
from leadnurture.engine import subjects
from leadnurture.engine.book import Edition
from leadnurture.engine.conditions import Subject, judge
from leadnurture.engine.engine import Engine
from leadnurture.engine.moment import EngineMoment, way_out
from leadnurture.engine.personalize import UnfillableError, letter_names
from leadnurture.errors import LeadnurtureError, OutsideWorldError
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.sequences.step import Done, Step, Waits
from leadnurture.simulation.readdressing import Postman
from leadnurture.simulation.trial import TriedStep
from leadnurture.store.rows import rewrite_rows
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import ExecutionStatus, OutboxState

_NOBODY = "test"  # no lead's token


class NotDeliveredError(OutsideWorldError):
    """The server, or the folder, did not take a test letter."""


@dataclass(frozen=True)
class Performer:
    """Performs the steps of one walk inside an open transaction, which somebody else undoes."""

    change: Change
    engine: Engine
    edition: Edition
    enrollment: Enrollment
    lead: Lead
    postman: Postman | None

    def tried(self, step: Step) -> TriedStep:
        """Perform a step; what goes wrong with it becomes its failure, and leaves no trace in the next one."""
        verdict = judge(step.when, self._subject())
        started = monotonic()
        result, failure = self._performed(step)
        keys = [walked.id for walked in self.edition.sequence.steps]
        return TriedStep(
            number=keys.index(step.id) + 1,
            key=step.id,
            name=step.label,
            action=step.action,
            at=self.change.now,
            seconds=monotonic() - started,
            result=result,
            failure=failure,
            skipped_because=None if verdict.held else verdict.why_not,
        )

    def _performed(self, step: Step) -> tuple[dict[str, Any], str | None]:
        try:
            with self.change.session.begin_nested():
                return self._act(step), None
        except UnfillableError as hole:
            return {}, str(hole)
        except LeadnurtureError as error:
            return {}, error.message

    def _act(self, step: Step) -> dict[str, Any]:
        moment = self._moment(step)
        outcome = step.perform(moment)
        self.change.session.flush()
        if moment.posted is not None:
            return self._shown(moment.posted)
        # Ids of what was made here mean nothing outside the copy.
        if isinstance(outcome, Waits):
            return {"waits": outcome.reason}
        given = outcome.result if isinstance(outcome, Done) else {}
        return {name: value for name, value in given.items() if not name.endswith("_id")}

    def _moment(self, step: Step) -> EngineMoment:
        today = self.change.now.astimezone(self.change.config.studio.zone).date()
        # Whoever follows the link of a letter that went to somebody else must not opt the couple out.
        token = self.lead.unsubscribe_token if self.postman is None else _NOBODY
        names = letter_names(self._subject().values, self.change.config, today, way_out(self.change.config, token))
        return EngineMoment(
            self.change,
            self.lead,
            self.enrollment,
            self._execution(step),
            self.edition,
            step,
            self.engine.folder,
            names,
            self._subject(),
        )

    def _execution(self, step: Step) -> Execution:
        """Return a new execution; one that the walk has had of this step already makes way for it."""
        mine = (col(Execution.enrollment_id) == self.enrollment.id, col(Execution.step_key) == step.id)
        self.change.session.execute(delete(Execution).where(*mine))
        execution = Execution(
            enrollment_id=self.enrollment.id or 0,
            lead_id=self.lead.id or 0,
            sequence_id=self.edition.sequence.id,
            version_id=self.edition.version_id,
            step_number=1,
            step_key=step.id,
            action_type=step.action,
            status=ExecutionStatus.PENDING,
            created_at=self.change.now,
            updated_at=self.change.now,
        )
        self.change.session.add(execution)
        self.change.session.flush()
        return execution

    def _letter(self, posted: OutboxMessage) -> dict[str, Any]:
        """Return what the lead would read; with a postman it is sent, and raises NotDeliveredError if not taken."""
        if self.postman is not None:
            self._send(self.postman, posted)
        parsed = message_from_bytes(posted.content, _class=EmailMessage, policy=policy.default)
        body = parsed.get_body(("plain",))
        # A later step that answers it must find it sent.
        rewrite_rows(self.change.session, OutboxMessage, {posted.id or 0: {"state": OutboxState.SENT}})
        to = [recipient for recipient in posted.recipients if recipient not in posted.copies]
        copied = {"copied": posted.copies} if posted.copies and self.postman is None else {}
        return {
            "email_sent": self.postman is not None,
            "recipient": self.postman.address if self.postman is not None else ", ".join(to),
            **copied,
            "subject": posted.subject,
            "text": body.get_content().replace("\r\n", "\n") if body is not None else "",
            "attachments": [part.get_filename() or part.get_content_type() for part in parsed.iter_attachments()],
        }

    def _shown(self, posted: OutboxMessage) -> dict[str, Any]:
        return self._letter(posted) if posted.channel is OutboxChannel.EMAIL else self._short(posted)

    def _short(self, posted: OutboxMessage) -> dict[str, Any]:
        """Return the words of a text or a notification; it is sent to nobody, wherever letters go."""
        title = {"subject": posted.subject} if posted.channel is OutboxChannel.NOTIFICATION else {}
        note = {"note": "not sent: only letters go to a mail address"} if self.postman is not None else {}
        return {
            f"{posted.channel.value}_sent": False,
            "recipient": ", ".join(posted.recipients),
            **title,
            "text": posted.content.decode("utf-8"),
            **note,
        }

    def _send(self, postman: Postman, posted: OutboxMessage) -> None:
        recipients = tuple(posted.recipients)
        message = FrozenMessage(posted.message_id, posted.sender, recipients, posted.content, posted.needs_smtputf8)
        answer = postman.deliver(message, posted.subject)
        if answer.verdict is not Verdict.ACCEPTED:
            raise NotDeliveredError(f"it was not delivered to {postman.address}: {answer.reply}")

    def _subject(self) -> Subject:
        change, sequence = self.change, self.edition.sequence
        zone = change.config.studio.zone
        return subjects.walking(change.session, self.lead, self.enrollment, sequence, change.now, zone)
