"""The real command on a day on which nothing is due but the look of the day: it enrolls, and then is idle again."""

import json
from datetime import UTC, datetime
from pathlib import Path

from processes import Leadnurture
from studios import LETTER, rows, studio_with_letters_due

OLD = "enroll: {when: {fields: [{field: days_since_inquiry, operator: greater_than, value: 30}]}}"


def test_a_run_enrolls_whom_days_have_brought_to_a_sequence(leadnurture: Leadnurture, tmp_path: Path) -> None:
    letter = LETTER.replace("enroll: {when: {status: [new]}}", OLD)
    root = studio_with_letters_due(tmp_path / "studio", 2, letter)
    assert rows(root, "SELECT count(*) FROM lead_nurture_enrollments") == [(0,)]
    first, second = (
        json.loads(leadnurture("--studio", str(root), "run", "--once", "--json").stdout)["data"] for _ in range(2)
    )
    assert (first["enrolled"], first["sent"], second["enrolled"]) == (2, 2, 0)
    ((looks_next,),) = rows(root, "SELECT next_look_at FROM nurture_sequences")
    assert datetime.fromisoformat(looks_next).replace(tzinfo=UTC) > datetime.now(UTC)
