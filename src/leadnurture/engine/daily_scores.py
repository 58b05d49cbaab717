"""Scores that days alone change: once per calendar day all leads are scored, and who moves is written down.

Reading takes no lock; only leads whose score or temperature is another one are written, batch by batch.
"""

from collections import Counter
from datetime import datetime

from leadnurture.crm import rescoring
from leadnurture.crm.rules import active_rules
from leadnurture.crm.scoring import Scorer
from leadnurture.crm.values import Reading
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.rescoring import rescore_all
from leadnurture.engine.schedule import day_after
from leadnurture.errors import LeadnurtureError
from leadnurture.store.tables.scoring import ScoreLook

BATCH = 500
ASLEEP = "it fits since scores are kept up to date by the day"


def rescore(engine: Engine, now: datetime, on_event: OnEvent) -> Counter[str]:
    """Score the leads anew if that is due; return how many moved, and how many sequences took in.

    The first look in a studio of an earlier version corrects scores that may be months old: nobody enters by that.
    """
    look, moved = _moved(engine, now)
    counts: Counter[str] = Counter()
    for start in range(0, len(moved), BATCH):
        if engine.stopping.is_set():
            return counts
        is_first = look.next_look_at is None
        counts += _together(engine, now, moved[start : start + BATCH], on_event, is_first=is_first)
    if _is_due(look, now):
        with engine.database.write() as session:
            session.get_one(ScoreLook, 1).next_look_at = day_after(now, engine.config.studio.zone)
    return counts


def _is_due(look: ScoreLook, now: datetime) -> bool:
    return look.next_look_at is None or look.next_look_at <= now


def _moved(engine: Engine, now: datetime) -> tuple[ScoreLook, list[int]]:
    """Return when scores were to be looked at, and if that is now, the leads whose score is another one by now."""
    with engine.database.read() as session:
        look, found = session.get_one(ScoreLook, 1), list[int]()
        if not _is_due(look, now):
            return look, found
        rules = active_rules(session, Reading.of(engine.config))
        scorer = Scorer(rules)
        for batch in rescoring.leads_in_batches(session, None):
            found += [move.lead_id for move in rescoring.moves(session, engine.config, now, rules, scorer, batch)]
    return look, found


def _together(engine: Engine, now: datetime, ids: list[int], on_event: OnEvent, *, is_first: bool) -> Counter[str]:
    """Score leads in one commit; if that fails, each in a commit of its own, and say which it was."""
    try:
        return _scored(engine, now, ids, is_first=is_first)
    except LeadnurtureError:
        raise  # trouble of the file or of the rules, not of a lead
    except Exception as error:  # noqa: BLE001 - one lead that cannot enter must not hold up the others
        if len(ids) == 1:
            on_event(Event(now, ids[0], "", "", "failed", f"it cannot be scored: {type(error).__name__}: {error}"))
            return Counter(failed=1)
    parts = (_together(engine, now, [one], on_event, is_first=is_first) for one in ids)
    return sum(parts, Counter[str]())


def _scored(engine: Engine, now: datetime, ids: list[int], *, is_first: bool) -> Counter[str]:
    with engine.change(now, enrolling=not is_first) as change:
        change.asleep = ASLEEP
        done = rescore_all(change, engine, ids)
        return Counter(rescored=done.moved, enrolled=len(change.enrolled))
