"""Addresses in the form that servers understand."""

from functools import lru_cache

from leadnurture.channels.mail.letter import UnsendableError
from leadnurture.channels.one_line import one_line


@lru_cache(maxsize=4096)
def wire_address(address: str) -> str:
    """Return `address` with its domain in IDNA (punycode) form; raises UnsendableError.

    An address with a non-ASCII local part has no such form: it is returned in Unicode, and needs SMTPUTF8.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - 40 ms that most starts save

    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True, globally_deliverable=False)
    except (EmailNotValidError, UnicodeError) as error:
        raise UnsendableError(
            f"'{one_line(address)}' is no e-mail address: {one_line(str(error))}",
            hint="Correct the address, then send again.",
        ) from None
    return checked.ascii_email or checked.normalized


def ascii_domain(address: str) -> str:
    """Return the domain of `address` in IDNA (punycode) form, whatever its local part; raises UnsendableError."""
    domain = wire_address(address).rpartition("@")[2]
    return domain if domain.isascii() else wire_address(f"postmaster@{domain}").rpartition("@")[2]
