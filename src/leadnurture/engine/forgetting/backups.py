"""Backups that hold a couple who was forgotten: which they are, and rewriting or deleting them."""

import os
import shutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from leadnurture.durable import sync_folder
from leadnurture.engine.forgetting import rows
from leadnurture.engine.forgetting.files import BACKUPS, names_them
from leadnurture.engine.forgetting.traces import Traces
from leadnurture.errors import LeadnurtureError
from leadnurture.store.backup.copying import damage
from leadnurture.store.files import connect


class Treatment(StrEnum):
    """What becomes of backups that hold somebody who is forgotten."""

    LIST = "list"
    REWRITE = "rewrite"
    DELETE = "delete"


@dataclass(frozen=True)
class Backups:
    """What became of the backups that held them: those that still do, that were rewritten, and that were deleted."""

    holding: tuple[Path, ...] = ()
    rewritten: tuple[Path, ...] = ()
    deleted: tuple[Path, ...] = ()


def holding(root: Path, traces: Traces) -> list[Path]:
    """Return the files in the backups' folder that hold a couple, also half ones and damaged ones."""
    forms = [word.encode() for word in (*traces.emails, *traces.tokens)]
    folder = root / BACKUPS
    return [path for path in sorted(folder.glob("*")) + sorted(folder.glob(".*")) if names_them(path, forms)]


def treat(paths: Iterable[Path], traces: Traces, treatment: Treatment) -> Backups:
    """Rewrite or delete backups; one that cannot be rewritten (it is damaged) still holds them. Raises OSError."""
    found = tuple(paths)
    if treatment is Treatment.DELETE:
        for path in found:
            path.unlink()
        return Backups(deleted=found)
    if treatment is Treatment.LIST:
        return Backups(holding=found)
    rewritten = tuple(path for path in found if _rewritten(path, traces))
    return Backups(tuple(path for path in found if path not in rewritten), rewritten)


def _rewritten(path: Path, traces: Traces) -> bool:
    """Put a copy without them in a backup's place, in one step; its time stays. Returns whether that could be done."""
    draft = path.with_name(f".{path.name}.forgetting")
    try:
        shutil.copy2(path, draft)
        rows.erase_from_file(draft, traces)
        with closing(connect(draft)) as connection:
            if damage(connection) is not None:
                return False
        if names_them(draft, [word.encode() for word in (*traces.emails, *traces.tokens)]):
            return False
        shutil.copystat(path, draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except LeadnurtureError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True
