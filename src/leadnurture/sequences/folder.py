"""The studio's sequence files: finding and reading them, with the templates and attachments beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from leadnurture.crm.values import Reading
from leadnurture.errors import ConfigurationError, ConflictError, NotFoundError
from leadnurture.sequences.attachments import Attached, attached, contents, is_still
from leadnurture.sequences.fingerprint import ENDINGS, fingerprint
from leadnurture.sequences.parse import Parsed, parse
from leadnurture.sequences.plain_files import inside, why_unreadable
from leadnurture.sequences.problems import Place, Problem
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.sequences.text_file import LARGEST_TEMPLATE, NotUtf8Error, printable, read_text
from leadnurture.sequences.yaml_tree import Tree

_ONE_OF_THEM = "rename one of them, or delete it"


@dataclass(frozen=True)
class Draft:
    """A sequence file as it lies in the studio now, with the templates and attachments it names that could be read."""

    identity: str
    parsed: Parsed
    templates: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)  # template → why
    attachments: dict[str, Attached] = field(default_factory=dict)
    unattachable: dict[str, str] = field(default_factory=dict)  # attachment → why

    @property
    def sequence(self) -> Sequence | None:
        """The sequence, unless the file has errors."""
        return self.parsed.sequence

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the file, its templates and attachments: the same words and files, the same fingerprint."""
        return fingerprint(self.parsed.text, self.templates, contents(self.attachments))


class Folder:
    """A studio's `sequences/` and `templates/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sequences = root / "sequences"
        self.templates = root / "templates"

    def files(self) -> list[Path]:
        """Return the sequence files by name; raises ConfigurationError if the folder cannot be read."""
        try:
            found = [
                path for path in self.sequences.iterdir() if path.suffix in ENDINGS and not path.name.startswith(".")
            ]
        except OSError as error:
            raise ConfigurationError(f"{self.sequences} cannot be read: {error.strerror}") from None
        return sorted(found)

    def drafts(self, reading: Reading, known: Mapping[str, Attached] | None = None) -> Iterator[Draft]:
        """Yield every sequence file as it is now, broken ones too; attachments are read unless they are `known`."""
        for path in self.files():
            yield self.draft(path, reading, known)

    def named(self, identity: str) -> Path:
        """Return the file of a sequence; raises NotFoundError, or ConflictError if two files are it."""
        known = {path.stem: path for path in self.files()}
        wanted = meant_by(identity)
        if wanted in known:
            if twin := _twin(known[wanted]):
                raise ConflictError(_told_twice(known[wanted], twin), hint=_ONE_OF_THEM)
            return known[wanted]
        hint = did_you_mean(wanted, known).removeprefix("; ") or f"the files are in {self.sequences}"
        raise NotFoundError(f"there is no sequence '{identity}'", hint=hint)

    def draft(self, path: Path, reading: Reading, known: Mapping[str, Attached] | None = None) -> Draft:
        """Read one file and its templates, and its attachments unless they are as they are `known` to be."""
        shown, identity = self.shown(path), printable(path.stem)
        try:
            text = read_text(path)
        except (OSError, ValueError) as error:
            place, line = (error.place, error.line) if isinstance(error, NotUtf8Error) else (Place(), "")
            return _broken(identity, "", Problem(shown, place, why_unreadable(error), text=line))
        if identity != path.stem:
            return _broken(identity, text, Problem(shown, Place(), "the file's name cannot be shown", "rename it"))
        if twin := _twin(path):
            return _broken(identity, text, Problem(shown, Place(), _told_twice(path, twin), _ONE_OF_THEM))
        draft = Draft(identity, parse(text, shown, identity, reading))
        for name in _templates_of(draft.sequence):
            try:
                draft.templates[name] = self.template(name)
            except (OSError, ValueError) as error:
                draft.unreadable[name] = why_unreadable(error)
        for name in _attachments_of(draft.sequence):
            try:
                draft.attachments[name] = attached(self.beside(name), (known or {}).get(name))
            except (OSError, ValueError) as error:
                draft.unattachable[name] = why_unreadable(error)
        return draft

    def template(self, name: str) -> str:
        """Return a template's words; raises OSError or ValueError."""
        return read_text(self.beside(name), LARGEST_TEMPLATE)

    def beside(self, name: str) -> Path:
        """Return the path of a template or attachment; raises ValueError if it would lie outside the studio."""
        return inside(self.templates, name)

    def differing(self, attachments: Mapping[str, Attached]) -> list[str]:
        """Return the names of attachments that are not there any more as they were found once."""
        return [name for name, known in attachments.items() if not self._is_still(name, known)]

    def _is_still(self, name: str, known: Attached) -> bool:
        try:
            return is_still(self.beside(name), known)
        except (OSError, ValueError):
            return False

    def shown(self, path: Path) -> str:
        """Return a path as messages show it, from the studio's folder."""
        return printable(path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path))

    def template_names(self) -> list[str]:
        """Return what lies in the templates folder, for suggestions."""
        return (
            sorted(path.name for path in self.templates.glob("*") if path.is_file()) if self.templates.is_dir() else []
        )


def meant_by(name: str) -> str:
    """Return the id of the sequence that a user names: by the id, its file, or the path that messages show."""
    path = PurePath(name)
    if path.parts[:-1] not in ((), ("sequences",)):
        return name
    return path.stem if path.suffix in ENDINGS else name


def _broken(identity: str, text: str, problem: Problem) -> Draft:
    return Draft(identity, Parsed(problem.file, text, Tree(), None, (problem,)))


def _twin(path: Path) -> Path | None:
    """Return the file that would be the same sequence: `x.yml` beside `x.yaml`."""
    others = (path.with_suffix(ending) for ending in ENDINGS if ending != path.suffix)
    return next((other for other in others if other.exists() and not other.samefile(path)), None)


def _told_twice(path: Path, twin: Path) -> str:
    return f"'{path.name}' and '{twin.name}' would both be the sequence '{path.stem}'"


def _templates_of(sequence: Sequence | None) -> list[str]:
    steps = sequence.steps if sequence else ()
    return list(dict.fromkeys(text.template for step in steps for text in step.texts() if text.template))


def _attachments_of(sequence: Sequence | None) -> list[str]:
    steps = sequence.steps if sequence else ()
    return list(dict.fromkeys(name for step in steps for _, name in step.files()))
