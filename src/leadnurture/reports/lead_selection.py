"""Which leads a command is about: those that are named, or all that filters let through."""

import shlex
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.lead_views import listing
from leadnurture.crm.leads import find
from leadnurture.crm.values import BadValueError, Reading
from leadnurture.errors import NotFoundError, UsageError
from leadnurture.reports.lead_filter_reading import read_filters
from leadnurture.reports.lead_list import require_sources
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.store.tables.lead import Lead

_SEVERAL = frozenset({"status", "source", "priority", "temperature", "tags"})  # `status=new,contacted`
_ONE = frozenset(
    {"assigned_to", "wedding_date_from", "wedding_date_to", "created_from", "created_to", "search", "view"}
)
_NUMBERS = frozenset({"score_min", "score_max"})
_KNOWN = _SEVERAL | _ONE | _NUMBERS


def selected_leads(
    session: Session, config: Config, reading: Reading, named: Sequence[str], where: str | None
) -> list[Lead]:
    """Return the leads that are named, or those that `where` lets through, each once, in order.

    Raises UsageError if both or neither are given, BadValueError for filters that make no sense, NotFoundError if
    nobody fits, and the errors of `leads.find` and `lead_views`.
    """
    if where is not None and named:
        raise UsageError(f"either name couples ({', '.join(named)}) or give --where, not both")
    if where is None:
        if not named:
            raise UsageError("which couples?", hint='name them, or say which: --where "status=new source=instagram"')
        return list({lead.id: lead for lead in (find(session, one) for one in named)}.values())
    return _fitting(session, config, reading, where)


def _fitting(session: Session, config: Config, reading: Reading, where: str) -> list[Lead]:
    typed = read_where(where)
    kept = listing(session, typed.pop("view")).filters if "view" in typed else {}
    filters = read_filters(reading, **{**kept, **typed})
    require_sources(session, filters.source)
    query = select(Lead).where(*filters.conditions(config.studio.zone)).order_by(col(Lead.id))
    if not (found := list(session.exec(query).all())):
        raise NotFoundError(f"no lead fits --where '{where}'", hint="leadnurture lead list shows who is there")
    return found


def read_where(text: str) -> dict[str, Any]:
    """Read `status=new,contacted search="emma barn"` into filters by the names of `lead list`'s options, or `view`.

    Raises BadValueError for what is no filter, and for a text without any: all leads are never meant by mistake.
    """
    typed: dict[str, Any] = {}
    for word in _words(text):
        name, mark, value = word.partition("=")
        option = name.strip("-").replace("-", "_").lower()
        key = "tags" if option == "tag" else option
        if not mark or key not in _KNOWN:
            near = f"write it as {key}=…" if key in _KNOWN else did_you_mean(key, _KNOWN).removeprefix("; ")
            hint = near or f"filters are {', '.join(sorted(_KNOWN))}"
            raise BadValueError(f"--where: '{word}' is no FILTER=VALUE", hint=hint)
        typed[key] = [*typed.get(key, ()), *_values(key, value)] if key in _SEVERAL else _single(key, value)
    if not typed:
        raise BadValueError("--where is empty", hint='such as --where "status=new source=instagram"')
    return typed


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise BadValueError(f"--where: {text!r}: {str(error).lower()}", hint="close the quotation marks") from None


def _values(key: str, text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise BadValueError(f"--where: {key} is empty")
    return parts


def _single(key: str, value: str) -> str | int:
    if not value.strip():
        raise BadValueError(f"--where: {key} is empty")
    if key not in _NUMBERS:
        return value
    if not value.strip().isdecimal() or len(value) > 3 or int(value) > 100:
        raise BadValueError(f"--where: {key}: '{value}' is no score from 0 to 100")
    return int(value)
