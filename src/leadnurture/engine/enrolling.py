"""Entering: which sequences a lead begins, which pass it over, and why."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlmodel import select

from leadnurture.crm.change import Change
from leadnurture.engine import subjects, walk
from leadnurture.engine.barring import barred, gets_their_letters
from leadnurture.engine.book import Edition
from leadnurture.engine.by_time import will_hold
from leadnurture.engine.conditions import Subject, judge
from leadnurture.engine.schedule import IsHoliday
from leadnurture.engine.standing import Standing
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, PassedOver


@dataclass(frozen=True)
class Entry:
    """What a sequence says to a lead: whether its entry condition fits, and what keeps it out all the same.

    `awaited`: it does not fit yet, and the age of the inquiry alone will make it fit.
    """

    edition: Edition
    fits: bool
    reason: str
    awaited: bool = False
    barred: str | None = None

    @property
    def holds_or_will(self) -> bool:
        """Whether who was passed over stays so: the age of an inquiry alone wakes nobody."""
        return self.fits or self.awaited


def consider(
    change: Change,
    lead: Lead,
    standing: Standing,
    editions: Iterable[Edition],
    is_holiday: IsHoliday,
    looked_at: Collection[str] | None = None,
) -> None:
    """Enroll the lead where it should be now; remember where it was passed over, and why.

    Only in the sequences `looked_at`, if they are given. Who is paused is looked at again when they are resumed.
    """
    editions = list(editions)
    spoken = entries_for(change, lead, standing, editions)
    entries = [entry for entry in spoken if looked_at is None or entry.edition.sequence.id in looked_at]
    passed = {row.sequence_id: row for row in standing.passed_over(lead)}
    for entry in entries:
        if not entry.holds_or_will and (row := passed.pop(entry.edition.sequence.id, None)):
            change.session.delete(row)  # the condition stopped holding: the next time it holds counts
    open_entries = [
        entry for entry in entries if entry.fits and not entry.barred and entry.edition.sequence.id not in passed
    ]
    if not change.enrolling:
        _leave_asleep(change, lead, [*open_entries, *_awaiting(change, lead, editions, passed)])
    elif open_entries and not lead.automation_paused:
        _take(change, lead, open_entries, is_holiday)


def _take(change: Change, lead: Lead, entries: list[Entry], is_holiday: IsHoliday) -> None:
    if (twin := gets_their_letters(change.session, lead)) is not None:
        change.kept_out[lead.id or 0] = twin
        for entry in entries:
            pass_over(change, lead, entry.edition, twin)
        return
    chosen = choose(entries)
    for entry in entries:
        if entry in chosen:
            enter(change, lead, entry, is_holiday)
        else:
            pass_over(change, lead, entry.edition, outranked(entry, chosen[0]))


def _leave_asleep(change: Change, lead: Lead, entries: Iterable[Entry]) -> None:
    for entry in entries:
        pass_over(change, lead, entry.edition, change.asleep)


def _awaiting(change: Change, lead: Lead, editions: Iterable[Edition], passed: Collection[str]) -> list[Entry]:
    """Return the sequences that a lead which is new would come to fit by the age of its inquiry alone.

    An old spreadsheet's couples are not to wake one after the other as their inquiries turn thirty days old.
    """
    if lead.created_at != change.now:
        return []
    subject = _subject(change, lead)
    entries = (asked(edition, subject) for edition in editions if edition.sequence.id not in passed)
    return [entry for entry in entries if entry.awaited]


def entries_for(change: Change, lead: Lead, standing: Standing, editions: Iterable[Edition]) -> list[Entry]:
    """Return what each sequence says to a lead; default sequences speak only where no other condition fits."""
    subject, editions = _subject(change, lead), list(editions)
    entries = [_entry(change, lead, edition, subject) for edition in editions if not edition.sequence.default]
    if not any(entry.fits for entry in entries) and not standing.running(lead):
        entries += [_entry(change, lead, edition, subject) for edition in editions if edition.sequence.default]
    return entries


def entry_for(change: Change, lead: Lead, edition: Edition) -> Entry:
    """Return what one sequence says to a lead."""
    return _entry(change, lead, edition, _subject(change, lead))


def enter(change: Change, lead: Lead, entry: Entry, is_holiday: IsHoliday) -> None:
    """Enroll the lead, for the entry's reason."""
    walk.begin(change, lead, entry.edition, _next_pass(change, lead, entry.edition), entry.reason, is_holiday)


def choose(entries: list[Entry]) -> list[Entry]:
    """Return which of several open entries are taken: the first exclusive one (by priority), and all that share."""
    exclusive = [entry for entry in entries if entry.edition.sequence.exclusive]
    return exclusive[:1] + [entry for entry in entries if not entry.edition.sequence.exclusive]


def outranked(entry: Entry, chosen: Entry) -> str:
    """Return why another sequence was taken instead."""
    first = chosen.edition.sequence
    if first.priority == entry.edition.sequence.priority:
        return f"'{first.id}' has the same priority and comes first"
    return f"'{first.id}' has the higher priority"


def pass_over(change: Change, lead: Lead, edition: Edition, reason: str) -> None:
    """Remember that the lead fits the sequence and was not enrolled."""
    assert lead.id is not None
    change.session.add(
        PassedOver(lead_id=lead.id, sequence_id=edition.sequence.id, reason=reason, created_at=change.now)
    )


def is_passed_over(change: Change, lead: Lead, edition: Edition) -> bool:
    """Tell whether the sequence has passed the lead over, and its condition has held ever since."""
    return change.session.get(PassedOver, (lead.id, edition.sequence.id)) is not None


def _subject(change: Change, lead: Lead) -> Subject:
    return subjects.entering(lead, change.now, change.config.studio.zone)


def _entry(change: Change, lead: Lead, edition: Edition, subject: Subject) -> Entry:
    entry = asked(edition, subject)
    return replace(entry, barred=barred(change, lead, edition.sequence)) if entry.fits else entry


def asked(edition: Edition, subject: Subject) -> Entry:
    """Return what a sequence's entry condition says, whatever else may keep the lead out."""
    when = edition.sequence.enroll.when
    if when is None and not edition.sequence.default:
        return Entry(edition, fits=False, reason="it has no entry condition; leads are enrolled by hand")
    verdict = judge(when, subject)
    if not verdict.held:
        return Entry(edition, fits=False, reason=verdict.why_not, awaited=will_hold(when, subject))
    reason = "; ".join(clause.asked for clause in verdict.trace) or "no other sequence fits"
    return Entry(edition, fits=True, reason=reason)


def _next_pass(change: Change, lead: Lead, edition: Edition) -> int:
    query = select(Enrollment.pass_number).where(
        Enrollment.lead_id == lead.id, Enrollment.sequence_id == edition.sequence.id
    )
    return max(change.session.exec(query).all(), default=0) + 1
