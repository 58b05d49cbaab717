"""What the files of a studio's timer or agent are called."""

import re
from hashlib import sha256
from pathlib import Path


def name_of(studio: Path) -> str:
    """Return a name that no other studio on this computer has, and that tells people which it is."""
    readable = re.sub(r"[^a-z0-9]+", "-", studio.name.lower()).strip("-")[:40] or "studio"
    return f"leadnurture-{readable}-{sha256(str(studio).encode()).hexdigest()[:8]}"
