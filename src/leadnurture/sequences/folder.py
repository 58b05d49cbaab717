"""The studio's sequence files: finding and reading them, with the templates and attachments beside them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leadnurture.crm.values import Reading
from leadnurture.errors import ConfigurationError, ConflictError, NotFoundError
from leadnurture.sequences.fingerprint import ENDINGS, fingerprint
from leadnurture.sequences.parse import Parsed, parse
from leadnurture.sequences.problems import Place, Problem
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.sequences.text_file import LARGEST_TEMPLATE, NotUtf8Error, printable, read_text, require_ordinary
from leadnurture.sequences.yaml_tree import Tree

_ONE_OF_THEM = "rename one of them, or delete it"


@dataclass(frozen=True)
class Draft:
    """A sequence file as it lies in the studio now, with the templates it names that could be read."""

    identity: str
    parsed: Parsed
    templates: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)  # template → why

    @property
    def sequence(self) -> Sequence | None:
        """The sequence, unless the file has errors."""
        return self.parsed.sequence

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the file and its templates: the same words, the same fingerprint."""
        return fingerprint(self.parsed.text, self.templates)


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

    def drafts(self, reading: Reading) -> Iterator[Draft]:
        """Yield every sequence file as it is now, broken ones too."""
        for path in self.files():
            yield self.draft(path, reading)

    def named(self, identity: str) -> Path:
        """Return the file of a sequence; raises NotFoundError, or ConflictError if two files are it."""
        known = {path.stem: path for path in self.files()}
        wanted = identity.removesuffix(".yaml").removesuffix(".yml")
        if wanted in known:
            if twin := _twin(known[wanted]):
                raise ConflictError(_told_twice(known[wanted], twin), hint=_ONE_OF_THEM)
            return known[wanted]
        hint = did_you_mean(identity, known).removeprefix("; ") or f"the files are in {self.sequences}"
        raise NotFoundError(f"there is no sequence '{identity}'", hint=hint)

    def draft(self, path: Path, reading: Reading) -> Draft:
        """Read one file and its templates."""
        shown, identity = self.shown(path), printable(path.stem)
        try:
            text = read_text(path)
        except (OSError, ValueError) as error:
            place, line = (error.place, error.line) if isinstance(error, NotUtf8Error) else (Place(), "")
            return _broken(identity, "", Problem(shown, place, _why(error), text=line))
        if identity != path.stem:
            return _broken(identity, text, Problem(shown, Place(), "the file's name cannot be shown", "rename it"))
        if twin := _twin(path):
            return _broken(identity, text, Problem(shown, Place(), _told_twice(path, twin), _ONE_OF_THEM))
        parsed = parse(text, shown, identity, reading)
        templates: dict[str, str] = {}
        unreadable: dict[str, str] = {}
        for name in _templates_of(parsed.sequence):
            try:
                templates[name] = self.template(name)
            except (OSError, ValueError) as error:
                unreadable[name] = _why(error)
        return Draft(identity, parsed, templates, unreadable)

    def template(self, name: str) -> str:
        """Return a template's words; raises OSError or ValueError."""
        return read_text(self.beside(name), LARGEST_TEMPLATE)

    def beside(self, name: str) -> Path:
        """Return the path of a template or attachment; raises ValueError if it is none of the studio's."""
        try:
            path = (self.templates / name).resolve()
        except RuntimeError:  # what Python before 3.13 makes of a link that leads to itself
            raise ValueError("it is a link that leads to itself") from None
        if not path.is_relative_to(self.templates.resolve()):
            raise ValueError("it lies outside the studio's templates folder")
        require_ordinary(path)
        return path

    def shown(self, path: Path) -> str:
        """Return a path as messages show it, from the studio's folder."""
        return printable(path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path))

    def template_names(self) -> list[str]:
        """Return what lies in the templates folder, for suggestions."""
        return (
            sorted(path.name for path in self.templates.glob("*") if path.is_file()) if self.templates.is_dir() else []
        )


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


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder, not a file"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
