"""What makes a sequence file the same as before. Must stay free of heavy imports: an idle `run --once` asks it."""

from collections.abc import Mapping
from hashlib import sha256

ENDINGS = (".yaml", ".yml")


def fingerprint(text: str, templates: Mapping[str, str], attachments: Mapping[str, str]) -> str:
    """Return the SHA-256 over a file's text, its templates and the SHA-256 of its attachments, by their names.

    The same words and files, the same fingerprint.
    """
    digest = sha256(text.encode())
    for name, words in sorted(templates.items()):
        digest.update(b"\0" + name.encode() + b"\0" + words.encode())
    for name, content in sorted(attachments.items()):
        digest.update(b"\0\0" + name.encode() + b"\0" + content.encode())
    return digest.hexdigest()
