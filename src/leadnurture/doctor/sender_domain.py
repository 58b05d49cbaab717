"""Does the domain of the sender's address say what other people's servers want to read there?"""

from collections.abc import Callable
from functools import wraps

from leadnurture.channels.name_server import NoNameServerError
from leadnurture.doctor.check import AmissError, NotLookedAtError, Patient
from leadnurture.doctor.sender_records import SELECTORS, dkim, dmarc, domains_above, is_reserved, spf

_ASK = "your domain's provider tells what to enter there; without it letters end up among the junk"


def _asking(look: Callable[[Patient, str], str]) -> Callable[[Patient], str]:
    """Let a check look at the sender's domain, where letters go out by a server and name servers answer."""

    @wraps(look)
    def looked(patient: Patient) -> str:
        if patient.settings.mail.transport == "outbox":
            raise NotLookedAtError("letters go into the outbox folder, and nobody asks for it")
        domain = patient.settings.owner.email.rpartition("@")[2].lower()
        if is_reserved(domain):
            raise NotLookedAtError(f"{domain} is no domain of the public network")
        try:
            return look(patient, domain)
        except NoNameServerError as silent:
            raise NotLookedAtError(silent.message) from None

    return looked


@_asking
def sender_policy(patient: Patient, domain: str) -> str:
    """Does the domain say which servers send for it (SPF)?"""
    record, wrong = spf(patient.names.texts(domain))
    if wrong is not None:
        raise AmissError(f"{domain} {wrong}", hint=f"add a TXT record for {domain}; {_ASK}")
    return f"{domain}: {record}"


@_asking
def signing_key(patient: Patient, domain: str) -> str:
    """Does the domain publish a key that letters are signed with (DKIM)?"""
    for selector in SELECTORS:
        if dkim(patient.names.texts(f"{selector}._domainkey.{domain}")):
            return f"{domain} has a key: {selector}._domainkey"
    if not patient.names.is_known(f"_domainkey.{domain}"):
        raise AmissError(f"{domain} has no DKIM key", hint=f"switch DKIM on where your mail server is; {_ASK}")
    raise NotLookedAtError(f"{domain} may have a key, but under a name that only your provider knows")


@_asking
def sender_alignment(patient: Patient, domain: str) -> str:
    """Does the domain say what becomes of letters that neither SPF nor DKIM vouches for (DMARC)?"""
    for above in domains_above(domain):
        record, wrong = dmarc(patient.names.texts(f"_dmarc.{above}"))
        if wrong is not None:
            raise AmissError(f"_dmarc.{above} {wrong}", hint=f"mend the TXT record of _dmarc.{above}; {_ASK}")
        if record is not None:
            return f"{above}: {record}"
    hint = f'add a TXT record for _dmarc.{domain}, such as "v=DMARC1; p=none"; {_ASK}'
    raise AmissError(f"{domain} has no DMARC record, and big providers want one", hint=hint)
