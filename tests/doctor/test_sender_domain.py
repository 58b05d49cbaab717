"""What other people's servers want to read about the sender's domain, asked of a real name server on loopback."""

from pathlib import Path

import pytest
from dns_server import DnsServer
from patients import found, no_network

from leadnurture.channels.name_server import NameServer
from leadnurture.doctor.check import Finding, Standing

SMTP = {
    "LEADNURTURE_MAIL__TRANSPORT": "smtp",
    "LEADNURTURE_MAIL__SMTP__HOST": "smtp.hart.co.uk",
    "LEADNURTURE_OWNER__EMAIL": "holly@mail.Hart.co.uk",
}
SPF, DKIM = "v=spf1 include:spf.provider.net -all", "v=DKIM1; k=rsa; p=" + "A" * 300
WELL = {
    "mail.hart.co.uk": ["something else", SPF],
    "selector1._domainkey.mail.hart.co.uk": [DKIM],
    "_dmarc.hart.co.uk": ["v=DMARC1; p=none; rua=mailto:x@hart.co.uk"],
}


def looked(root: Path, check: str, records: dict[str, list[str]]) -> Finding:
    with DnsServer(records) as server:
        return found(root, check, NameServer(server.resolver), **SMTP)


@pytest.mark.parametrize(
    ("check", "told"),
    [("SPF", SPF), ("DKIM", "selector1._domainkey"), ("DMARC", "hart.co.uk: v=DMARC1; p=none")],
)
def test_a_domain_that_says_all_of_it_is_well(root: Path, check: str, told: str) -> None:
    finding = looked(root, check, WELL)
    assert finding.standing is Standing.OK
    assert told in finding.found


@pytest.mark.parametrize(
    ("check", "records", "told"),
    [
        ("SPF", {}, "has no SPF record"),
        ("SPF", {"mail.hart.co.uk": ["v=spf10 -all"]}, "has no SPF record"),
        ("SPF", {"mail.hart.co.uk": [SPF, "v=spf1 mx ~all"]}, "has 2 SPF records"),
        ("SPF", {"mail.hart.co.uk": ["v=spf1 +all"]}, "lets every server send"),
        ("DKIM", {"mail.hart.co.uk": [SPF]}, "has no DKIM key"),
        ("DMARC", {"hart.co.uk": ["v=DMARC1; p=none"]}, "has no DMARC record"),
        ("DMARC", {"_dmarc.mail.hart.co.uk": ["v=DMARC1; rua=mailto:x@y.z"]}, "without a policy"),
        ("DMARC", {"_dmarc.hart.co.uk": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "has 2 DMARC records"),
    ],
)
def test_what_a_domain_does_not_say_is_a_failure_with_what_to_enter(
    root: Path, check: str, records: dict[str, list[str]], told: str
) -> None:
    finding = looked(root, check, records)
    assert finding.standing is Standing.FAILED
    assert told in finding.found
    assert finding.todo is not None
    assert "junk" in finding.todo


@pytest.mark.parametrize(
    "records",
    [
        {"a7d._domainkey.mail.hart.co.uk": [DKIM]},
        {"mail._domainkey.mail.hart.co.uk": ["v=DKIM1; p="], "x.mail._domainkey.mail.hart.co.uk": ["y"]},
    ],
)
def test_a_key_under_a_name_that_nobody_can_guess_is_not_said_to_be_missing(
    root: Path, records: dict[str, list[str]]
) -> None:
    finding = looked(root, "DKIM", records)
    assert finding.standing is Standing.SKIPPED
    assert "only your provider knows" in finding.found


@pytest.mark.parametrize("check", ["SPF", "DKIM", "DMARC"])
def test_without_a_network_nothing_is_said_to_be_wrong(root: Path, check: str) -> None:
    finding = found(root, check, NameServer(no_network), **SMTP)
    assert finding.standing is Standing.SKIPPED
    assert "no name server answers" in finding.found


def test_a_name_server_that_is_silent_is_asked_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadnurture.channels.name_server._PATIENCE", 0.3)
    with DnsServer({}, silent=True) as server:
        names = NameServer(server.resolver)
        findings = [found(root, check, names, **SMTP) for check in ("SPF", "DKIM", "DMARC")]
        assert {finding.standing for finding in findings} == {Standing.SKIPPED}
        assert set(server.asked) == {"mail.hart.co.uk."}


@pytest.mark.parametrize(
    "environment",
    [
        {},
        SMTP | {"LEADNURTURE_OWNER__EMAIL": "holly@hart.example"},
        SMTP | {"LEADNURTURE_OWNER__EMAIL": "holly@studio.test"},
    ],
)
def test_nobody_is_asked_where_there_is_nothing_to_ask(root: Path, environment: dict[str, str]) -> None:
    with DnsServer({}) as server:
        finding = found(root, "SPF", NameServer(server.resolver), **environment)
        assert (finding.standing, server.asked.total()) == (Standing.SKIPPED, 0)
