"""Preparing the stage for one lead: a sequence as its file is now, and the lead in it."""

from dataclasses import replace

from sqlmodel import Session, col, delete, select

from leadnurture.crm.change import Change
from leadnurture.crm.leads import couple_of
from leadnurture.engine import enrolling
from leadnurture.engine.applying import apply
from leadnurture.engine.engine import Engine
from leadnurture.errors import ConflictError
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.versions import compare
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus

BY_HAND = "by hand, to try it"


class UnreachableLeadError(ConflictError):
    """Nothing may be sent to the lead, so there is nothing to try."""

    def __init__(self, lead: Lead) -> None:
        why = "they opted out" if lead.opt_out_date is not None else "their address bounced"
        super().__init__(f"nothing goes to {couple_of(lead)} any more: {why}", hint="try it with another lead")


def keep_only(engine: Engine, lead_id: int) -> None:
    """Take all other leads out of the copy: what one lead gets does not hang on how many others there are."""
    with engine.database.write() as session:
        session.execute(delete(Lead).where(col(Lead.id) != lead_id))


def let_count(engine: Engine, draft: Draft) -> None:
    """Apply one sequence as its file is now, and switch it on; the draft must have been found right."""
    with engine.change() as change:
        pending = [one for one in compare(change.session, [draft]) if one.identity == draft.identity]
        apply(change, engine, pending)
        change.session.get_one(SequenceRow, draft.identity).is_active = True


def bring_in(engine: Engine, lead_id: int, identity: str) -> list[str]:
    """Enroll the lead by hand unless it walks in the sequence already; return what people should know about it.

    Raises UnreachableLeadError for a lead that opted out or bounced.
    """
    with engine.change() as change:
        lead = change.session.get_one(Lead, lead_id)
        if lead.opt_out_date is not None or lead.bounced_at is not None:
            raise UnreachableLeadError(lead)
        paused = [f"{couple_of(lead)} is paused: nothing happens until `lead resume`"] if lead.automation_paused else []
        if (walked := _walk_inside(change.session, lead_id, identity)) is not None:
            return [*paused, *_told_inside(walked, engine)]
        return [*paused, *_enrolled(change, engine, lead, identity)]


def _walk_inside(session: Session, lead_id: int, identity: str) -> Enrollment | None:
    running = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)
    query = select(Enrollment).where(
        Enrollment.lead_id == lead_id, Enrollment.sequence_id == identity, col(Enrollment.status).in_(running)
    )
    return session.exec(query).first()


def _told_inside(walked: Enrollment, engine: Engine) -> list[str]:
    if walked.enrollment_date == engine.clock.now():
        return []  # the file's own `existing: true` has just taken them in
    day = walked.enrollment_date.astimezone(engine.config.studio.zone)
    paused = walked.status is EnrollmentStatus.PAUSED
    goes_on = "but paused: nothing happens" if paused else "and go on from where they are"
    return [f"they are in it since {day.day} {day:%b %Y}, {goes_on}"]


def _enrolled(change: Change, engine: Engine, lead: Lead, identity: str) -> list[str]:
    edition = next(one for one in engine.book.current(change.session) if one.sequence.id == identity)
    entry = enrolling.entry_for(change, lead, edition)
    enrolling.enter(change, lead, replace(entry, reason=BY_HAND), engine.is_holiday)
    if not entry.fits:
        return [f"by itself it would not take {couple_of(lead)}: {entry.reason}"]
    return [f"by itself it would not take {couple_of(lead)}: {entry.barred}"] if entry.barred else []
