"""The property list of a launchd agent."""

import plistlib
from xml.parsers.expat import ExpatError

from leadnurture.cron.entry import BrokenEntryError, Entry
from leadnurture.cron.job import Job, told
from leadnurture.cron.lengths import read_length

_BY_HAND = "LeadnurtureEvery"  # launchd passes over keys that it does not know


def rendered(job: Job, label: str) -> str:
    """Return the property list of a job."""
    agent = {
        "Label": label,
        "ProgramArguments": list(job.words),
        **({"EnvironmentVariables": dict(job.environment)} if job.environment else {}),
        "StartInterval": int(job.every.total_seconds()),
        "RunAtLoad": True,
        "ProcessType": "Background",
        "StandardOutPath": "/dev/null",
        **({_BY_HAND: told(job.every)} if job.by_hand else {}),
    }
    return plistlib.dumps(agent, sort_keys=False).decode()


def entry_of(place: str, text: str) -> Entry:
    """Return the entry that a property list is; raises BrokenEntryError."""
    try:
        agent = plistlib.loads(text.encode())
        words = agent.get("ProgramArguments", [])
        return Entry({place: text}, tuple(map(str, words)), read_length(agent.get(_BY_HAND)))
    except (plistlib.InvalidFileException, ExpatError, ValueError, TypeError, AttributeError):
        raise BrokenEntryError(
            f"{place} is no property list", hint="delete it, and run: leadnurture cron install"
        ) from None
