"""A studio to be looked over, by one check at a time."""

from datetime import UTC, datetime
from pathlib import Path

from dns.resolver import NoResolverConfiguration, Resolver

from leadnurture.channels.name_server import NameServer
from leadnurture.config import load_config
from leadnurture.doctor.check import Finding, Patient
from leadnurture.doctor.examination import CHECKS

NOW = datetime(2027, 1, 4, 10, 0, tzinfo=UTC)


def no_network() -> Resolver:
    raise NoResolverConfiguration


def found(root: Path, check: str, names: NameServer | None = None, **environment: str) -> Finding:
    """What one check finds in a studio."""
    config = load_config(root / "leadnurture.toml", environment)
    patient = Patient(root, NOW, config, None, names or NameServer(no_network))
    return next(one for one in CHECKS if one.name == check).found(patient)
