"""What makes a sequence file the same as before. Must stay free of heavy imports: an idle `run --once` asks it."""

from collections.abc import Mapping
from hashlib import sha256

ENDINGS = (".yaml", ".yml")


def fingerprint(text: str, templates: Mapping[str, str]) -> str:
    """Return the SHA-256 over a file's text and its templates: the same words, the same fingerprint."""
    digest = sha256(text.encode())
    for name, words in sorted(templates.items()):
        digest.update(b"\0" + name.encode() + b"\0" + words.encode())
    return digest.hexdigest()
