"""The applied sequences, ready to walk: parsed from what was applied, compiled when first needed."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from jinja2 import TemplateError
from sqlmodel import Session, select

from leadnurture.config import Config
from leadnurture.crm.values import Reading
from leadnurture.errors import ConfigurationError
from leadnurture.sequences.attachments import Attached, recorded
from leadnurture.sequences.parse import parse
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.words import CompiledWords, compile_words
from leadnurture.store.tables.sequence import SequenceRow, SequenceVersion

_MEND = "mend its file and run: leadnurture apply"


class UnreadableVersionError(ConfigurationError):
    """A version that was applied once cannot be read by this program."""


@dataclass(frozen=True)
class Edition:
    """One applied version of a sequence; it never changes, so it is read once per process."""

    version_id: int
    number: int
    sequence: Sequence
    templates: dict[str, str]
    attachments: dict[str, Attached]
    language: str

    @cached_property
    def words(self) -> CompiledWords:
        """All its texts, compiled; raises UnreadableVersionError."""
        try:
            return compile_words(self.sequence, self.templates, self.language)
        except (TemplateError, RecursionError) as error:
            letters = f"the letters of version {self.number} of '{self.sequence.id}'"
            raise UnreadableVersionError(f"{letters} cannot be read by this leadnurture: {error}", hint=_MEND) from None


class Book:
    """All editions by version, and which is current."""

    def __init__(self, config: Config) -> None:
        self._reading = Reading.of(config)
        self._language = config.studio.locale.replace("_", "-")
        self._editions: dict[int, Edition] = {}

    def edition(self, session: Session, version_id: int) -> Edition:
        """Return a version ready to walk; raises UnreadableVersionError."""
        if version_id not in self._editions:
            row = session.get(SequenceVersion, version_id)
            if row is None:
                raise UnreadableVersionError(f"version {version_id} of a sequence is missing from the database")
            self._editions[version_id] = self._read(row)
        return self._editions[version_id]

    def current(self, session: Session) -> list[Edition]:
        """Return the current edition of every active sequence that can be read, the highest priority first."""
        ids = session.exec(
            select(SequenceVersion.id)
            .join(SequenceRow, SequenceRow.id == SequenceVersion.sequence_id)  # type: ignore[arg-type]
            .where(SequenceRow.current_version == SequenceVersion.number)
            .where(SequenceRow.is_active, SequenceRow.deleted_at.is_(None))  # type: ignore[union-attr]
        ).all()
        readable = (self._readable(session, version_id) for version_id in ids if version_id is not None)
        return _by_priority(edition for edition in readable if edition is not None)

    def _readable(self, session: Session, version_id: int) -> Edition | None:
        """Return an edition, or None: one that this program cannot read must not keep the others from walking."""
        try:
            return self.edition(session, version_id)
        except UnreadableVersionError:
            return None

    def _read(self, row: SequenceVersion) -> Edition:
        parsed = parse(row.source, row.file, row.sequence_id, self._reading)
        if parsed.sequence is None:
            first = parsed.problems[0]
            raise UnreadableVersionError(
                f"version {row.number} of '{row.sequence_id}' cannot be read by this leadnurture: {first.message}",
                hint=_MEND,
            )
        assert row.id is not None
        files = dict(row.templates), recorded(row.attachments)
        return Edition(row.id, row.number, parsed.sequence, *files, self._language)


def _by_priority(editions: Iterable[Edition]) -> list[Edition]:
    return sorted(editions, key=lambda edition: (-edition.sequence.priority, edition.sequence.id))
