"""A new sequence: empty, with comments that teach, or one of the playbooks that ship with the product."""

from dataclasses import dataclass
from pathlib import Path

from leadnurture.crm.values import Reading
from leadnurture.errors import NotFoundError
from leadnurture.sequences.file_life.copying import read_name
from leadnurture.sequences.file_life.identity import free_path, make_sequence
from leadnurture.sequences.file_life.source_file import SourceFile, write_new
from leadnurture.sequences.file_life.splicing import with_value
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.parse import parse
from leadnurture.sequences.suggestions import did_you_mean

_EMPTY = Path(__file__).parent / "empty.yaml"


@dataclass(frozen=True)
class Begun:
    """A file that was made, and its templates: those made beside it, and those that were there and stay."""

    path: Path
    made: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class NoPlaybookError(NotFoundError):
    """No such playbook ships with the product."""


def begin_empty(folder: Folder, identity: str, name: str | None) -> Begun:
    """Make a sequence with one example step and comments that teach; it is switched off until its owner is content.

    Raises BadIdentityError, SequenceExistsError, BadNameError or ConfigurationError.
    """
    path = free_path(folder, identity)
    shown = read_name(identity.replace("-", " ").replace("_", " ").capitalize() if name is None else name)
    text = with_value(_EMPTY.read_text(encoding="utf-8"), "name", shown)
    make_sequence(folder, path, text.encode())
    return Begun(path)


def begin_from(
    folder: Folder, identity: str, name: str | None, playbook: str, shipped: Path, reading: Reading
) -> Begun:
    """Make a sequence from a playbook in `shipped`, with the templates that the studio has not.

    Raises NoPlaybookError too.
    """
    path = free_path(folder, identity)
    source = SourceFile.read(_playbook(playbook, shipped))
    text = source.text if name is None else with_value(source.text, "name", read_name(name))
    sequence = parse(text, playbook, identity, reading).sequence
    steps = sequence.steps if sequence else ()
    names = dict.fromkeys(text.template for step in steps for text in step.texts() if text.template)
    made = [name for name in names if _copied(shipped / "templates" / name, folder.templates / name)]
    make_sequence(folder, path, text.encode())
    return Begun(path, tuple(made), tuple(name for name in names if name not in made))


def _playbook(name: str, shipped: Path) -> Path:
    known = {path.stem: path for path in sorted(shipped.glob("*.yaml"))}
    wanted = name.removesuffix(".yaml")
    if wanted not in known:
        hint = did_you_mean(wanted, known).removeprefix("; ")
        raise NoPlaybookError(f"there is no playbook '{name}'", hint=hint or f"the playbooks: {', '.join(known)}")
    return known[wanted]


def _copied(source: Path, target: Path) -> bool:
    try:
        write_new(target, source.read_bytes())
    except FileExistsError:
        return False
    return True
