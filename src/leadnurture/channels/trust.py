"""Whose certificates are believed."""

import ssl
from functools import lru_cache
from pathlib import Path

from leadnurture.errors import ConfigurationError


class UnreadableAuthoritiesError(ConfigurationError):
    """The file of trusted certificate authorities cannot be used."""


@lru_cache(maxsize=4)  # the system's authorities take tens of milliseconds to read
def trust(cafile: Path | None) -> ssl.SSLContext:
    """Return a context that checks certificates against the system's authorities, or those in `cafile` instead.

    Raises UnreadableAuthoritiesError.
    """
    try:
        return ssl.create_default_context(cafile=cafile)
    except OSError as trouble:
        raise UnreadableAuthoritiesError(
            f"The certificate authorities in {cafile} cannot be read: {trouble.strerror or trouble}"
        ) from None
