"""Time zones: reading their names, and which one is a lead's."""

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from leadnurture.config import Config

if TYPE_CHECKING:  # the tables take long to load, and reading a name needs none
    from leadnurture.store.tables.lead import Lead

_NOWHERE = {"Factory", "localtime", "posixrules"}  # in some zone databases, but the name of no place


def zone_of(lead: "Lead", config: Config) -> ZoneInfo:
    """Return the zone by whose clocks things happen to a lead: its own, else the studio's."""
    return ZoneInfo(lead.time_zone) if lead.time_zone else config.studio.zone


def zone_named(text: str) -> str | None:
    """Return the IANA name that a text means, whatever its case and blanks; None if there is no such zone."""
    return _zones().get(_folded(text))


def nearest_zone(text: str) -> str | None:
    """Return the zone whose name or city is most like a text; None if none is like it."""
    # Only places: whoever writes GMT+1 is not helped by GMT+0, and Etc/GMT+1 lies an hour to the west.
    places = {name: zone for name, zone in _zones().items() if "/" in zone and not zone.startswith("Etc/")}
    cities = {name.rpartition("/")[2]: zone for name, zone in places.items()}
    for wanted, known in ((_folded(text).rpartition("/")[2], cities), (_folded(text), places)):
        if near := get_close_matches(wanted, known, n=1, cutoff=0.7):
            return known[near[0]]
    return None


@cache
def _zones() -> dict[str, str]:
    return {_folded(name): name for name in sorted(available_timezones() - _NOWHERE)}


def _folded(text: str) -> str:
    return "_".join(text.casefold().split())
