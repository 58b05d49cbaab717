"""The studio's sequence files: finding and reading them, with the templates and attachments beside them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leadnurture.crm.values import Reading
from leadnurture.errors import ConfigurationError, NotFoundError
from leadnurture.sequences.fingerprint import ENDINGS, fingerprint
from leadnurture.sequences.parse import Parsed, parse
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.sequences.yaml_tree import Tree

LARGEST_TEMPLATE = 1_000_000  # bytes


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
        """Return the file of a sequence; raises NotFoundError with a suggestion."""
        known = {path.stem: path for path in self.files()}
        if identity.removesuffix(".yaml").removesuffix(".yml") in known:
            return known[identity.removesuffix(".yaml").removesuffix(".yml")]
        hint = did_you_mean(identity, known).removeprefix("; ") or f"the files are in {self.sequences}"
        raise NotFoundError(f"there is no sequence '{identity}'", hint=hint)

    def draft(self, path: Path, reading: Reading) -> Draft:
        """Read one file and its templates."""
        shown = self.shown(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problem = Problem(shown, Tree().place_of(()), _why(error))
            return Draft(path.stem, Parsed(shown, "", Tree(), None, (problem,)))
        parsed = parse(text, shown, path.stem, reading)
        templates: dict[str, str] = {}
        unreadable: dict[str, str] = {}
        for name in _templates_of(parsed.sequence):
            try:
                templates[name] = self.template(name)
            except (OSError, ValueError) as error:
                unreadable[name] = _why(error)
        return Draft(path.stem, parsed, templates, unreadable)

    def template(self, name: str) -> str:
        """Return a template's words; raises OSError or ValueError."""
        path = self.beside(name)
        if path.stat().st_size > LARGEST_TEMPLATE:
            raise ValueError("it is larger than a megabyte")
        return path.read_text(encoding="utf-8-sig")

    def beside(self, name: str) -> Path:
        """Return the path of a template or attachment; raises ValueError if it would lie outside the studio."""
        try:
            path = (self.templates / name).resolve()
        except RuntimeError:  # what Python before 3.13 makes of a link that leads to itself
            raise ValueError("it is a link that leads to itself") from None
        if not path.is_relative_to(self.templates.resolve()):
            raise ValueError("it lies outside the studio's templates folder")
        return path

    def shown(self, path: Path) -> str:
        """Return a path as messages show it, from the studio's folder."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def template_names(self) -> list[str]:
        """Return what lies in the templates folder, for suggestions."""
        return (
            sorted(path.name for path in self.templates.glob("*") if path.is_file()) if self.templates.is_dir() else []
        )


def _templates_of(sequence: Sequence | None) -> list[str]:
    steps = sequence.steps if sequence else ()
    return list(dict.fromkeys(text.template for step in steps for text in step.texts() if text.template))


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 text (byte {error.start}); save it as UTF-8"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder, not a file"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
