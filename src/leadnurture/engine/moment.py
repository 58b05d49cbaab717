"""A step's moment: what its action may use, and freezing its letter into the outbox."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from leadnurture.channels.calendar import invitation
from leadnurture.channels.mail.message import (
    CalendarPart,
    FrozenMessage,
    Letter,
    Mailbox,
    freeze,
    new_message_id,
    unsubscribe_link,
)
from leadnurture.channels.short_message import notification, text_message
from leadnurture.config import Config
from leadnurture.crm.change import Change
from leadnurture.crm.opt_outs import NOTHING, OptOuts
from leadnurture.crm.phones import why_no_texts
from leadnurture.engine import personalize, schedule
from leadnurture.engine.addressing import addressed
from leadnurture.engine.attaching import attachment
from leadnurture.engine.book import Edition
from leadnurture.engine.conditions import Subject, judge
from leadnurture.engine.threads import Thread, thread_of
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.step import Addressee, Judged, Post, Step
from leadnurture.sequences.texts import TextKind
from leadnurture.sequences.words import Compiled, compile_text
from leadnurture.store.rows import write_row
from leadnurture.store.tables.appointment import Appointment
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution

_FILLS = {
    TextKind.LINE: personalize.fill_line,
    TextKind.PLAIN: personalize.fill_plain,
    TextKind.MESSAGE: personalize.fill_message,
    TextKind.LETTER: personalize.fill_plain,  # where no mail is made of it, such as in a calendar
}
# Not every program shows the calendar's part of a mail, so its words say when and where, too.
_TITLE = "{{ appointment.title }}"
_WHEN_AND_WHERE = """

**When:** {{ appointment.when }}
{% if appointment.where %}

**Where:** {{ appointment.where }}
{% endif %}
"""


@dataclass
class EngineMoment:
    """One step of one enrollment, now, inside an open transaction."""

    change: Change
    lead: Lead
    enrollment: Enrollment
    execution: Execution
    edition: Edition
    step: Step
    folder: Folder
    names: dict[str, Any]
    subject: Subject
    posted: OutboxMessage | None = None
    closed: OptOuts = NOTHING

    @property
    def enrollment_id(self) -> int:
        """The walk that it is part of."""
        assert self.enrollment.id is not None
        return self.enrollment.id

    def filled(self, name: str) -> str:
        """Return one of the step's texts, filled; raises UnfillableError."""
        compiled = self.edition.words[self.step.id, name]
        return _FILLS[compiled.kind](compiled, self._names_of(self.step))

    @property
    def since(self) -> datetime:
        """When the step fell due for the first time (UTC): a laptop that slept has waited all the same."""
        return self.execution.due_at or self.execution.created_at

    def judged(self, condition: Condition) -> Judged:
        """Judge a condition over the lead as it is now."""
        verdict = judge(condition, self.subject)
        return Judged(
            verdict.held, "; ".join(clause.asked for clause in verdict.trace) if verdict.held else verdict.why_not
        )

    def after(self, delay: Duration, at: time | None = None, *, since: datetime | None = None) -> datetime:
        """Return the instant `delay` after `since` (or now), in the studio's zone; `at` is a time on that day."""
        zone = self.change.config.studio.zone
        instant = schedule.after(since or self.change.now, delay, zone)
        return instant if at is None else schedule.resolve(datetime.combine(instant.astimezone(zone), at), zone)

    def post_letter(self, post: Post) -> None:
        """Freeze a mail to the lead into the outbox; raises UnfillableError or UnsendableError."""
        words = personalize.fill_letter(self.edition.words[self.step.id, post.letter], self._names_of(self.step))
        thread = self._thread(post)
        owner = (_owner(self.change.config),)
        letter = replace(
            _letter(self.change, self.lead, thread.subject, words),
            to=addressed(self.lead, post.to, self.closed),
            cc=owner if post.cc_owner else (),
            bcc=owner if post.bcc_owner else (),
            attachments=tuple(attachment(self.folder, name, self.edition.attachments) for name in post.attachments),
            in_reply_to=thread.references[-1] if thread.references else None,
            references=thread.references,
        )
        self.posted = self._queue(freeze(letter), thread.subject, thread.references)

    def _thread(self, post: Post) -> Thread:
        """Return the subject of a letter, and the messages that it answers."""
        subject = self._subject_of(self.step) if post.subject else None
        if post.answers is None:
            return Thread(subject or "")
        session, sequence = self.change.session, self.edition.sequence
        joined = thread_of(session, self.enrollment_id, sequence, post.answers, self._subject_of)
        return replace(joined, subject=subject or joined.subject)

    def _subject_of(self, step: Step) -> str:
        return personalize.fill_line(self.edition.words[step.id, "subject"], self._names_of(step))

    def _names_of(self, step: Step) -> dict[str, Any]:
        """Return all that a step's texts may name: the lead's facts, and the step's own names."""
        own = {text.path[-1]: self.edition.words[step.id, text.name] for text in step.own_names()}
        return personalize.with_own(self.names, own) if own else self.names

    def post_invitation(self, appointment: Appointment, *, letter: str | None) -> None:
        """Freeze an invitation to the lead into the outbox; raises UnfillableError or UnsendableError."""
        written = next((text.words for text in self.step.texts() if text.name == letter), None)
        compiled = _invitation(written or _TITLE, self.edition.language)
        facts = {"title": appointment.title, "when": _when(appointment), "where": appointment.location}
        words = personalize.fill_letter(compiled, self.names | {"appointment": facts})
        calendar = invitation(appointment, _owner(self.change.config), *addressed(self.lead, Addressee.PRIMARY))
        frozen = freeze(_letter(self.change, self.lead, appointment.title, words, calendar=calendar))
        self.posted = self._queue(frozen, appointment.title)

    def number(self, *, secondary: bool) -> str:
        """Return a phone number of the lead that takes texts; raises UnfillableError."""
        number = self.lead.secondary_phone if secondary else self.lead.primary_phone
        if number is None:
            raise personalize.UnfillableError(f"the lead has no {'second ' if secondary else ''}phone number")
        if why := why_no_texts(number):
            raise personalize.UnfillableError(why)
        return number

    def post_text(self, number: str, words: str) -> None:
        """Freeze a text to the lead into the outbox."""
        frozen = text_message(self.change.config.owner.email, number, words)
        self.posted = self._queue(frozen, frozen.subject)

    def post_notification(self, title: str, words: str) -> None:
        """Freeze a notification to the owner into the outbox."""
        frozen = notification(self.change.config.owner.email, title, words)
        self.posted = self._queue(frozen, frozen.subject)

    def _queue(self, frozen: FrozenMessage, subject: str, thread: tuple[str, ...] = ()) -> OutboxMessage:
        assert self.lead.id is not None
        assert self.execution.id is not None
        message = OutboxMessage(
            lead_id=self.lead.id,
            enrollment_id=self.enrollment_id,
            execution_id=self.execution.id,
            sequence_id=self.edition.sequence.id,
            step_key=self.step.id,
            channel=frozen.channel,
            message_id=frozen.message_id,
            sender=frozen.sender,
            recipients=list(frozen.recipients),
            copies=list(frozen.copies),
            thread=list(thread),
            subject=subject,
            content=frozen.content,
            needs_smtputf8=frozen.needs_smtputf8,
            due_at=self.change.now,
            queued_at=self.change.now,
        )
        write_row(self.change.session, message)
        return message


def _letter(
    change: Change,
    lead: Lead,
    subject: str,
    words: tuple[str, str],
    calendar: CalendarPart | None = None,
) -> Letter:
    """Return the letter from the owner to the lead; `words` are its text and its HTML."""
    config, owner = change.config, _owner(change.config)
    return Letter(
        message_id=new_message_id(config.owner.email),
        date=change.now.astimezone(config.studio.zone),
        sender=owner,
        to=addressed(lead, Addressee.PRIMARY),
        subject=subject,
        text=words[0],
        html=words[1],
        reply_to=Mailbox(config.mail.reply_to, config.owner.name) if config.mail.reply_to else owner,
        calendar=calendar,
        unsubscribe=way_out(config, lead.unsubscribe_token),
    )


def way_out(config: Config, token: str) -> str:
    """Return the link by which the couple of that token asks for no more letters; raises UnsendableError."""
    return unsubscribe_link(config.mail.reply_to or config.owner.email, token)


def _owner(config: Config) -> Mailbox:
    return Mailbox(config.owner.email, config.owner.name)


@lru_cache(maxsize=64)
def _invitation(written: str, language: str) -> Compiled:
    return compile_text(TextKind.LETTER, written + _WHEN_AND_WHERE, language)


def _when(appointment: Appointment) -> str:
    """Return when an appointment is, on the clocks of its zone, such as `Thursday 7 January 2027, 18:00–19:00`."""
    zone = ZoneInfo(appointment.time_zone)
    start, end = appointment.starts_at.astimezone(zone), appointment.ends_at.astimezone(zone)
    until = f"{end:%H:%M}" if end - start < timedelta(days=1) else f"{end:%A} {end.day} {end:%B %Y %H:%M}"
    return f"{start:%A} {start.day} {start:%B %Y}, {start:%H:%M}–{until} ({appointment.time_zone})"
