"""Planning: what `apply` would do, found out by doing it in a transaction that is taken back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from leadnurture.crm.change import Change
from leadnurture.engine import applying
from leadnurture.engine.applying import Applied
from leadnurture.engine.book import Edition, UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.planning_outcome import Fate, LeadOutcome, Turn, outcome
from leadnurture.engine.planning_walks import WalkState, passed_over, walk_states
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.versions import Difference, Pending, current
from leadnurture.store.tables.sequence import SequenceRow


@dataclass(frozen=True)
class Effect:
    """What an apply does to one sequence; one that was not applied itself can be affected by those that were.

    `version` is the number before, None for a new one; `old` is None if it cannot be read any more, too. `pending` is
    None for a sequence that was not applied. `stay_out` are leads that fit already and do not enter.
    """

    identity: str
    version: int | None
    old: Edition | None
    pending: Pending | None
    leads: tuple[LeadOutcome, ...] = ()
    stay_out: tuple[int, ...] = ()

    @property
    def difference(self) -> Difference:
        """What applying it is."""
        return self.pending.difference if self.pending else Difference.UNCHANGED

    @property
    def draft(self) -> Draft | None:
        """The words that are applied; None if its file is gone, or it is not applied."""
        return self.pending.draft if self.pending else None

    @property
    def new(self) -> Sequence | None:
        """What it says then; None if it is deleted or not applied."""
        return self.draft.sequence if self.draft else None


def rehearse(engine: Engine, pending: Iterable[Pending]) -> list[Effect]:
    """Return what applying would do now, sequence by sequence; nothing is changed."""
    with apart(engine) as (change, copy):
        effects = watch(change, copy, list(pending))[1]
        change.session.rollback()
    return effects


@contextmanager
def apart(engine: Engine) -> Iterator[tuple[Change, Engine]]:
    """Yield a transaction with an engine of its own: the studio's book must not learn versions that never were."""
    copy = replace(engine)
    with copy.change() as change:
        yield change, copy


def watch(change: Change, engine: Engine, pending: list[Pending]) -> tuple[list[Applied], list[Effect]]:
    """Apply in an open transaction, follow all that comes of it, and return what it did to every lead."""
    effects = {one.identity: _before(change, engine, one.identity, one) for one in pending}
    walks, out = walk_states(change.session, change.now), passed_over(change.session)
    applied = applying.apply(change, engine, pending)
    engine.follow(change)
    after = walk_states(change.session, change.now)
    leads = _outcomes(change, engine, effects, walks, after)
    for identity in leads.keys() - effects.keys():
        effects[identity] = _before(change, engine, identity, None)
    stay_out = _by_sequence(passed_over(change.session) - out)
    return applied, [
        replace(one, leads=tuple(leads[name]), stay_out=tuple(stay_out[name])) for name, one in effects.items()
    ]


def _before(change: Change, engine: Engine, identity: str, pending: Pending | None) -> Effect:
    row = change.session.get(SequenceRow, identity)
    if row is None:
        return Effect(identity, None, None, pending)
    edition = _edition(change, engine, current(change.session, row).id or 0)
    return Effect(identity, row.current_version, edition, pending)


def _edition(change: Change, engine: Engine, version_id: int) -> Edition | None:
    """Return an edition; None if this program cannot read it any more: then nothing can be compared with it."""
    try:
        return engine.book.edition(change.session, version_id)
    except UnreadableVersionError:
        return None


def _outcomes(
    change: Change,
    engine: Engine,
    effects: Mapping[str, Effect],
    before: Mapping[int, WalkState],
    after: Mapping[int, WalkState],
) -> defaultdict[str, list[LeadOutcome]]:
    """Return all walks of the applied sequences, and those of others that changed or began, by sequence."""
    found: defaultdict[str, list[LeadOutcome]] = defaultdict(list)
    for key, state in after.items():
        if key in before and not before[key].running:
            continue  # it ended in this very instant, but before
        effect = effects.get(state.sequence_id)
        turn = None
        if effect is not None and effect.difference is not Difference.UNCHANGED:
            turn = _turn(change, engine, effect, before.get(key))
        one = outcome(before.get(key), state, turn)
        if turn is not None or one.fate is not Fate.STAYS:
            found[state.sequence_id].append(one)
    return found


def _turn(change: Change, engine: Engine, effect: Effect, before: WalkState | None) -> Turn:
    """Return the words that a walk went by, which may be older than the current ones, and those it goes by then."""
    old = _edition(change, engine, before.version_id) if before else None
    return Turn(old.sequence if old else None, effect.new)


def _by_sequence(pairs: Iterable[tuple[str, int]]) -> defaultdict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for sequence, lead_id in sorted(pairs):
        found[sequence].append(lead_id)
    return found
