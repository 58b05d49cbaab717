"""Does the computer run what is due by itself, if it was told to?"""

from leadnurture.cron.scheduling import Standing, standings
from leadnurture.doctor.check import AmissError, Patient

_INSTALL = "leadnurture cron install writes it anew"


def cron_entry(patient: Patient) -> str:
    """Is there one entry, does it call a program that is there, is it switched on, and what would be written now?"""
    found = standings(patient.root.resolve(), patient.settings)
    if not found:
        return "none: `leadnurture run` has to stay open, or `leadnurture cron install` writes one"
    kinds = [standing.scheduler.kind for standing in found]
    if len(found) > 1:
        told = ", ".join(kinds)
        raise AmissError(f"there are several: {told}", hint=f"leadnurture cron remove --kind {kinds[-1]}")
    return _well(found[0])


def _well(standing: Standing) -> str:
    kind = standing.scheduler.kind
    if standing.missing_program is not None:
        raise AmissError(f"{kind} calls {standing.missing_program}, which is not there", hint=_INSTALL)
    if standing.is_on is False:
        raise AmissError(f"{kind} has it written, but switched off", hint="leadnurture cron install switches it on")
    if standing.trouble is not None:
        raise AmissError(f"{kind} cannot be brought up to date: {standing.trouble}", hint="leadnurture cron show")
    if not standing.is_up_to_date:
        raise AmissError(f"{kind} has not what would be written now", hint=f"{_INSTALL}; cron show shows it")
    return f"{kind}, up to date"
