"""Attaching files to a letter: only what was applied goes out, byte for byte."""

import mimetypes
from collections.abc import Mapping
from hashlib import sha256

from leadnurture.channels.mail.message import Attachment
from leadnurture.engine.personalize import UnfillableError
from leadnurture.sequences.attachments import Attached
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.plain_files import LARGEST_ATTACHMENT, plain_file, why_unreadable

_APPLY = "put it back as it was, or let the change count with: leadnurture apply"


def attachment(folder: Folder, name: str, applied: Mapping[str, Attached]) -> Attachment:
    """Return a file of the studio for a letter; raises UnfillableError if it is not there as it was applied."""
    try:
        path = folder.beside(name)
        plain_file(path, LARGEST_ATTACHMENT)
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnfillableError(f"the attachment '{name}' cannot be read: {why_unreadable(error)}; {_APPLY}") from None
    if name not in applied or sha256(content).hexdigest() != applied[name].sha256:
        raise UnfillableError(f"the attachment '{name}' is not the file that was applied; {_APPLY}")
    return Attachment(path.name, content, mimetypes.guess_type(path.name)[0] or "application/octet-stream")
