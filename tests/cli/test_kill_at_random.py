"""The crash matrix in small: the real process killed again and again at random commands of the server."""

from pathlib import Path
from random import Random

import pytest
from processes import Leadnurture, Sink
from studios import rows, states, studio_with_letters_due
from test_crash import kill_at, run_again, whole

COUPLES, KILLS = 60, 25


@pytest.mark.acceptance
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_again_and_again_every_message_is_accounted_for(
    leadnurture: Leadnurture, sink: Sink, tmp_path: Path, seed: int
) -> None:
    root = studio_with_letters_due(tmp_path / "studio", COUPLES)
    dice = Random(seed)
    for _ in range(KILLS):
        kill_at(leadnurture, sink, root, dice.choice(["MAIL", "RCPT", "DATA"]), len(sink.accepted) + dice.randrange(2))
        assert whole(root)
    run_again(leadnurture, sink, root)
    assert len(set(sink.ids())) == len(sink.ids())  # nothing twice
    told = states(root)
    assert told.get("sent", 0) + told.get("parked", 0) == COUPLES
    known = {row[0] for row in rows(root, "SELECT message_id FROM outbox WHERE state IN ('sent', 'parked')")}
    assert set(sink.ids()) <= known  # nothing went out that is not accounted for
    sent = {row[0] for row in rows(root, "SELECT message_id FROM outbox WHERE state = 'sent'")}
    assert sent <= set(sink.ids())  # nothing is called sent that did not arrive
