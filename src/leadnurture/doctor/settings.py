"""Does the configuration make sense here, and does the computer know what time it is?"""

from contextlib import closing
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadnurture.config import load_config
from leadnurture.doctor.check import AmissError, Patient
from leadnurture.locate import CONFIG_NAME
from leadnurture.reports.retention import retention as retention_rule
from leadnurture.store.due import instant
from leadnurture.store.files import connect, translated

_SLACK = timedelta(minutes=5)
_NEWEST = """
SELECT max(at) FROM (SELECT max(created_at) AS at FROM lead_interactions
UNION ALL SELECT max(updated_at) FROM sequence_executions UNION ALL SELECT max(queued_at) FROM outbox)
"""


def configuration(patient: Patient) -> str:
    """Can the configuration be read?"""
    load_config(patient.root / CONFIG_NAME)
    return f"{CONFIG_NAME} makes sense"


def retention(patient: Patient) -> str:
    """Does the rule for lost couples do what the owner has agreed to?"""
    with patient.opened.read() as session:
        found = retention_rule(session, patient.settings, patient.now)
    if found.months is None:
        return "lost couples are kept (privacy.forget_lost_after is not set)"
    if found.is_waiting:
        told = (
            f"{found.overdue} lost couples are older than {found.months} months, and you have not agreed to forget them"
        )
        raise AmissError(told, hint="leadnurture lead forget --lost shows them, and asks")
    return f"lost couples are forgotten after {found.months} months" + (
        "" if found.agreed else ", once you have agreed"
    )


def time_zones(patient: Patient) -> str:
    """Is the data of time zones there, for the studio's and for every couple's?"""
    with patient.opened.read() as session:
        rows = session.connection().exec_driver_sql("SELECT DISTINCT time_zone FROM leads WHERE time_zone IS NOT NULL")
        names = {patient.settings.studio.timezone, *(row[0] for row in rows)}
    for name in sorted(names):
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise AmissError(
                f"there is no data of the time zone '{name}'", hint="pip install --upgrade tzdata"
            ) from None
    return f"{patient.settings.studio.timezone}; {len(names)} in use, all known"


def clock(patient: Patient) -> str:
    """Is it later than what was written last?"""
    with closing(connect(patient.database)) as connection, translated(patient.database):
        newest = instant(connection.execute(_NEWEST).fetchone()[0])
    if newest is not None and patient.now < newest - _SLACK:
        told = f"it is {patient.now:%d %b %Y %H:%M} UTC, and the database holds what happened {newest:%d %b %Y %H:%M}"
        raise AmissError(told, hint="set the computer's clock: delays and windows count by it")
    return f"it is {patient.now:%d %b %Y %H:%M} UTC, later than what was written last"
