"""All checks in their order, and looking a studio over with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from leadnurture.channels.name_server import NameServer
from leadnurture.clock import Clock
from leadnurture.config import Config, load_config
from leadnurture.doctor import files, letters, outside, regular_run, sender_domain, settings
from leadnurture.doctor.check import Check, Finding, Patient, Standing
from leadnurture.errors import LeadnurtureError
from leadnurture.locate import CONFIG_NAME
from leadnurture.studio import Studio

CHECKS = (
    Check("configuration", settings.configuration),
    Check("SQLite", files.sqlite_version),
    Check("database", files.integrity),
    Check("rows", files.foreign_keys),
    Check("permissions", files.permissions),
    Check("disk space", files.room),
    Check("backup", files.last_backup),
    Check("clock", settings.clock),
    Check("time zones", settings.time_zones, needs=("studio",)),
    Check("retention", settings.retention, needs=("studio",)),
    Check("sequences", letters.applied_versions, needs=("studio",)),
    Check("unapplied changes", letters.unapplied_changes),
    Check("mail server", outside.mail_server, needs=("config",)),
    Check("mailbox", outside.mailbox, needs=("config",)),
    Check("SPF", sender_domain.sender_policy, needs=("config",)),
    Check("DKIM", sender_domain.signing_key, needs=("config",)),
    Check("DMARC", sender_domain.sender_alignment, needs=("config",)),
    Check("texts", outside.texts, needs=("studio",)),
    Check("notifications", outside.notifications, needs=("studio",)),
    Check("cron entry", regular_run.cron_entry, needs=("config",)),
    Check("messages in doubt", letters.messages_in_doubt, needs=("studio",)),
    Check("held steps", letters.held_steps, needs=("studio",)),
)
CONFIGURATION = CHECKS[0].name


def examine(
    root: Path, clock: Clock, names: NameServer, *, probe: bool = False, address: str | None = None
) -> list[Finding]:
    """Look a studio over; return what each check found, those that failed last. With `probe` a test is sent."""
    probing = Check("test message", partial(outside.send_probe, address=address), needs=("studio",))
    with _patient(root, clock, names) as patient:
        findings = [check.found(patient) for check in (*CHECKS, *([probing] if probe else []))]
    return sorted(findings, key=lambda finding: list(Standing).index(finding.standing))


@contextmanager
def _patient(root: Path, clock: Clock, names: NameServer) -> Iterator[Patient]:
    """Yield as much of a studio as can be opened."""
    config: Config | None = None
    try:
        config = load_config(root / CONFIG_NAME)
        studio = Studio.open(root, clock)
    except LeadnurtureError:  # the checks say what it is
        yield Patient(root, clock.now(), config, None, names)
        return
    with studio:
        yield Patient(root, clock.now(), config, studio, names)
