"""One sequence, as it runs: who enters, its steps in words, who is where, and its versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.engine.book import Book, Edition
from leadnurture.errors import NotFoundError
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.sequence_files import SequenceFile, sequence_files
from leadnurture.reports.sequence_list import leads_by_sequence
from leadnurture.reports.sequence_stats import SequenceStats, stats_by_sequence
from leadnurture.reports.sequence_words import condition_words, window_words
from leadnurture.reports.step_cards import StepCard, step_cards
from leadnurture.sequences.folder import Folder, meant_by
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.sequences.versions import numbered
from leadnurture.store.tables.sequence import SequenceRow, SequenceVersion
from leadnurture.store.vocabulary import EnrollmentStatus


@dataclass(frozen=True)
class Version:
    """An applied version; `applied_at` in the studio's zone."""

    number: int
    applied_at: datetime
    commit: str | None
    current: bool

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"applied_at": iso(self.applied_at)}


@dataclass(frozen=True)
class SequenceCard:
    """A sequence as it was applied last, or as its file says if it never was; None if that cannot be read.

    `version` is the number that is shown, None for a file that was never applied. `enroll_when` is who enters by
    itself, in words; None if nobody does. `window` is that of steps without their own.
    """

    as_of: AsOf
    file: SequenceFile
    sequence: Sequence | None
    version: int | None
    enroll_when: str | None
    window: str | None
    steps: tuple[StepCard, ...]
    versions: tuple[Version, ...]
    leads: Mapping[EnrollmentStatus, int]
    stats: SequenceStats

    @property
    def shows_what_runs(self) -> bool:
        """Whether it is not an old version that is shown."""
        return self.version is None or any(one.current and one.number == self.version for one in self.versions)

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        told = {
            **self.file.as_json(),
            **_header(self.sequence),
            "version": self.version,
            "enroll_when": self.enroll_when,
            "window": self.window,
            "steps": [step.as_json() for step in self.steps],
            "versions": [version.as_json() for version in self.versions],
            "leads": {status.value: count for status, count in self.leads.items()},
            "stats": vars(self.stats),
        }
        return {"sequence": told}


def _header(sequence: Sequence | None) -> dict[str, Any]:
    keys = ("name", "description", "category", "type", "active", "default", "priority", "purpose")
    if sequence is None:
        return dict.fromkeys((*keys, "stop_on"))
    return sequence.model_dump(mode="json", include=set(keys)) | {"stop_on": sorted(sequence.stops)}


def sequence_card(
    session: Session, config: Config, now: datetime, folder: Folder, identity: str, number: int | None = None
) -> SequenceCard:
    """Return a sequence by its id, as it runs or as its version of a number says.

    Raises NotFoundError with a suggestion, ConfigurationError for an unreadable one.
    """
    as_of = AsOf.of(config, now)
    file = _named(sequence_files(session, config, folder), identity)
    row = session.get(SequenceRow, file.id)
    versions = _versions(session, as_of, row)
    edition = _edition(session, config, file.id, number if number is not None else _running(row))
    sequence = edition.sequence if edition else file.draft.sequence if file.draft else None
    return SequenceCard(
        as_of=as_of,
        file=file,
        sequence=sequence,
        version=edition.number if edition else None,
        enroll_when=_who_enters(sequence),
        window=window_words(sequence.window) if sequence else None,
        steps=step_cards(session, sequence) if sequence else (),
        versions=versions,
        leads=leads_by_sequence(session)[file.id],
        stats=stats_by_sequence(session)[file.id],
    )


def _named(files: tuple[SequenceFile, ...], identity: str) -> SequenceFile:
    known = {file.id: file for file in files}
    wanted = meant_by(identity)
    if wanted not in known:
        hint = did_you_mean(wanted, known).removeprefix("; ") or "leadnurture sequence list shows them"
        raise NotFoundError(f"there is no sequence '{identity}'", hint=hint)
    return known[wanted]


def _running(row: SequenceRow | None) -> int | None:
    return None if row is None or row.deleted_at is not None else row.current_version


def _edition(session: Session, config: Config, identity: str, number: int | None) -> Edition | None:
    if number is None:
        return None
    return Book(config).edition(session, numbered(session, identity, number).id or 0)


def _versions(session: Session, as_of: AsOf, row: SequenceRow | None) -> tuple[Version, ...]:
    if row is None:
        return ()
    query = select(SequenceVersion.number, SequenceVersion.applied_at, SequenceVersion.commit_id).where(
        SequenceVersion.sequence_id == row.id
    )
    rows = session.exec(query.order_by(col(SequenceVersion.number))).all()
    return tuple(
        Version(number, as_of.local(at), commit, number == row.current_version and row.deleted_at is None)
        for number, at, commit in rows
    )


def _who_enters(sequence: Sequence | None) -> str | None:
    if sequence is None:
        return None
    if sequence.enroll.when is not None:
        return condition_words(sequence.enroll.when)
    return "no other sequence fits" if sequence.default else None
