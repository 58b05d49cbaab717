"""The heartbeat is read as it was written; a file that anything has happened to says nothing, and stops nothing."""

import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st
from studio_life import START

from leadnurture.engine.clock_guard import jump
from leadnurture.engine.heartbeat import FILE_NAME, Failing, Heartbeat, read_heartbeat, ticked, write_heartbeat
from leadnurture.errors import LeadnurtureError
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.worker import worker_state
from leadnurture.worker.logbook import Logbook

LONDON = ZoneInfo("Europe/London")
WHOLE = {
    "last": {"at": START.isoformat(), "by": "leadnurture run", "pid": 7, "counts": {"sent": 2}, "trouble": None},
    "next_at": START.isoformat(),
    "failing": {"runs": 2, "since": START.isoformat(), "why": "421 no", "outside": True, "told": False},
}
FAR = ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"]
_leaf = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([10**4000, "\ud800", *FAR])
)
_anything = st.recursive(_leaf, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a whole heartbeat in which one value is something else."""
    found: Any = json.loads(json.dumps(WHOLE))
    inner = draw(st.sampled_from([found, found["last"], found["failing"], found["last"]["counts"]]))
    inner[draw(st.sampled_from(sorted(inner)))] = draw(_anything)
    return _written(found)


def _written(found: Any) -> bytes:
    return json.dumps(found).encode()


@given(st.one_of(damaged(), st.binary(), _anything.map(_written)))
@example(b'{"last": {"at": "2027-01-04T09:00:00+00:00", "by": "x", "pid": 1, "counts": [], "trouble": null}}')
@example(_written(WHOLE | {"last": WHOLE["last"] | {"counts": []}}))  # type: ignore[operator]
@example(_written(WHOLE | {"last": WHOLE["last"] | {"at": FAR[0]}}))  # type: ignore[operator]
@example(b'{"last": {"pid": ' + b"9" * 5000 + b"}}")
@example(b"[" * 100_000)
def test_whatever_has_become_of_the_file_runs_and_status_go_on(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        state = root / ".leadnurture"
        state.mkdir()
        (state / FILE_NAME).write_bytes(content)
        worker_state(state, AsOf(START, LONDON, "GBP")).as_json()
        last = read_heartbeat(state).last
        jump(last.at if last else None, START, None)
        logbook = Logbook(root, None, "leadnurture run --once", lambda _: None, _no_configuration)
        logbook.failed(START, OSError("no"))
        logbook.done(START, {"sent": 1})
        now = read_heartbeat(state).last
        assert now is not None
        assert now.at == START


def _no_configuration() -> Any:
    raise LeadnurtureError("none")


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    tick = ticked(START, "leadnurture run", {"sent": 2, "held": 0}, "421 nö")
    beat = Heartbeat(tick, START + timedelta(minutes=5), Failing(3, START, "421 nö", told=True))
    write_heartbeat(tmp_path, beat)
    assert read_heartbeat(tmp_path) == beat
    assert tick.counts == {"sent": 2}
