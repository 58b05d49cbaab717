"""What a domain's records must say so that other people's servers take its letters (RFC 7208, RFC 6376, RFC 9989)."""

from collections.abc import Sequence

_RESERVED = frozenset("test example invalid localhost local internal onion".split())
# Selectors that common providers give their keys; nobody can ask a domain for the list of its own.
SELECTORS = (
    *("default", "mail", "dkim", "google", "selector1", "selector2", "k1", "k2", "k3", "s1", "s2", "key1", "smtp"),
    *("fm1", "fm2", "fm3", "protonmail", "protonmail2", "zoho", "mxvault", "mandrill", "sig1", "pm", "krs", "ionos"),
)


def is_reserved(domain: str) -> bool:
    """Tell whether a domain is one that never has records: example, test, this computer."""
    return domain.rpartition(".")[2] in _RESERVED


def spf(records: Sequence[str]) -> tuple[str | None, str | None]:
    """Return a domain's SPF record, and what is wrong with it if anything is."""
    found = [record for record in records if record.lower().split(" ", 1)[0] == "v=spf1"]
    if not found:
        return None, "has no SPF record: nobody can tell which servers may send for it"
    if len(found) > 1:
        return found[0], f"has {len(found)} SPF records, which counts as none"
    words = found[0].lower().split()
    if "+all" in words or "all" in words:
        return found[0], f"lets every server send for it: {found[0]}"
    return found[0], None


def dmarc(records: Sequence[str]) -> tuple[str | None, str | None]:
    """Return a domain's DMARC record, and what is wrong with it if anything is; neither if it has none."""
    found = [record for record in records if _tags(record).get("v") == "DMARC1"]
    if len(found) > 1:
        return found[0], f"has {len(found)} DMARC records, which counts as none"
    if not found:
        return None, None
    policy = _tags(found[0]).get("p", "").lower()
    wrong = None if policy in {"none", "quarantine", "reject"} else f"has a DMARC record without a policy: {found[0]}"
    return found[0], wrong


def dkim(records: Sequence[str]) -> bool:
    """Tell whether a selector's records hold a key that has not been revoked."""
    return any(_tags(record).get("p") and _tags(record).get("v", "DKIM1") == "DKIM1" for record in records)


def domains_above(domain: str) -> list[str]:
    """Return a domain and those above it that may speak for it, the nearest first, down to two labels."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
