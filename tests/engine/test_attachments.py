"""Attachments are part of what was applied: a couple gets the file that the photographer let count, or none."""

import os
from hashlib import sha256
from pathlib import Path

import pytest
from studio_life import DAY, Life, mail

from leadnurture.engine.applying import apply
from leadnurture.engine.planning import rehearse
from leadnurture.reports.plan_report import Plan, plan_report
from leadnurture.reports.sequence_files import sequence_files
from leadnurture.sequences.unapplied import unapplied
from leadnurture.sequences.versions import compare, current, going_back
from leadnurture.store.tables.sequence import SequenceRow

OLD, NEW = b"%PDF prices of 2027", b"%PDF prices of 2028"
OTHER = "the attachment 'guide.pdf' is not the file that was applied; "
APPLY = "put it back as it was, or let the change count with: leadnurture apply"


@pytest.fixture
def guide(life: Life) -> Path:
    """Return a price guide that a letter carries, as it was applied."""
    path = life.root / "templates/guide.pdf"
    path.write_bytes(OLD)
    life.given("welcome", mail("hello", delay="1d", attachments=["guide.pdf"]), mail("more", delay="1d"))
    life.add("mia")
    return path


def replace(path: Path, content: bytes) -> None:
    """Write other content, with a time of its own: two writes in one test may fall into one tick of the clock."""
    before = path.stat().st_mtime_ns
    path.write_bytes(content)
    os.utime(path, ns=(before + 1_000_000_000,) * 2)


def attached(life: Life) -> list[bytes]:
    return [part.get_content() for message in life.messages() for part in message.iter_attachments()]


def planned(life: Life) -> Plan:
    with life.studio.read() as session:
        pending = compare(session, life.studio.folder.drafts(life.studio.reading()))
    effects = rehearse(life.studio.engine, pending)
    with life.studio.read() as session:
        return plan_report(session, life.studio.config, life.studio.now(), effects)


def states(life: Life) -> dict[str, str]:
    with life.studio.read() as session:
        return {one.id: one.state.value for one in sequence_files(session, life.studio.config, life.studio.folder)}


def test_a_version_knows_its_attachments_by_content_and_size(life: Life, guide: Path) -> None:
    with life.studio.read() as session:
        version = current(session, session.get_one(SequenceRow, "welcome"))
    known = version.attachments["guide.pdf"]
    assert (known["sha256"], known["size"]) == (sha256(OLD).hexdigest(), len(OLD))


def test_the_file_that_was_applied_goes_out(life: Life, guide: Path) -> None:
    life.later(DAY)
    assert attached(life) == [OLD]


def test_a_file_that_was_changed_and_not_applied_reaches_nobody_until_it_is(life: Life, guide: Path) -> None:
    replace(guide, NEW)
    life.later(DAY)
    assert life.sent() == []
    assert life.walk("mia").held_reason == OTHER + APPLY
    life.apply()
    life.tick()
    assert attached(life) == [NEW]


def test_a_file_that_is_put_back_goes_out_without_an_apply(life: Life, guide: Path) -> None:
    replace(guide, NEW)
    life.later(DAY)
    replace(guide, OLD)
    life.later(DAY)
    assert attached(life) == [OLD]


def test_even_a_change_that_keeps_size_and_time_is_seen_before_it_goes_out(life: Life, guide: Path) -> None:
    found = guide.stat()
    guide.write_bytes(NEW)
    os.utime(guide, ns=(found.st_atime_ns, found.st_mtime_ns))
    life.later(DAY)
    assert life.sent() == []


def test_a_letter_that_was_frozen_before_the_change_goes_out_as_it_is(life: Life, guide: Path) -> None:
    life.clock.advance(DAY)
    life.decide()
    replace(guide, NEW)
    life.tick()
    assert attached(life) == [OLD]


def test_plan_status_and_reminder_see_a_changed_attachment(life: Life, guide: Path) -> None:
    assert (states(life), unapplied(life.root)) == ({"welcome": "applied"}, [])
    replace(guide, NEW)
    assert (states(life), unapplied(life.root)) == ({"welcome": "changed"}, ["welcome"])
    (plan,) = planned(life).differing
    (step,) = plan.words.steps
    assert (step.step, step.changes, step.attachments) == ("hello", ("changed",), ("guide.pdf",))
    life.apply()
    assert (states(life), unapplied(life.root)) == ({"welcome": "applied"}, [])


@pytest.mark.parametrize("content", [OLD + b" and more", b""])
def test_a_changed_size_is_a_change(life: Life, guide: Path, content: bytes) -> None:
    replace(guide, content)
    assert unapplied(life.root) == ["welcome"]


def test_a_file_that_is_gone_is_a_change(life: Life, guide: Path) -> None:
    guide.unlink()
    assert unapplied(life.root) == ["welcome"]
    assert states(life) == {"welcome": "broken"}


def test_a_file_that_was_only_touched_is_no_change(life: Life, guide: Path) -> None:
    replace(guide, OLD)
    assert (states(life), unapplied(life.root)) == ({"welcome": "applied"}, [])
    assert planned(life).differing == ()


def test_looking_does_not_read_a_file_that_has_its_size_and_time_still(life: Life, guide: Path) -> None:
    found = guide.stat()
    guide.write_bytes(NEW)  # what was read would be seen to be another
    os.utime(guide, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert (states(life), unapplied(life.root)) == ({"welcome": "applied"}, [])


def test_a_pipe_in_a_files_place_is_not_waited_for(life: Life, guide: Path) -> None:
    guide.unlink()
    os.mkfifo(guide)
    assert unapplied(life.root) == ["welcome"]
    assert states(life) == {"welcome": "broken"}
    life.later(DAY)
    why = "it is a pipe, a socket or a device, not a file"
    assert life.walk("mia").held_reason == f"the attachment 'guide.pdf' cannot be read: {why}; {APPLY}"


def test_an_old_version_wants_its_old_file_back(life: Life, guide: Path) -> None:
    replace(guide, NEW)
    life.apply()
    with life.studio.read() as session:
        back = going_back(session, "welcome", 1, life.studio.reading())
    assert back.draft is not None
    assert life.studio.folder.differing(back.draft.attachments) == ["guide.pdf"]
    with life.studio.change() as change:
        apply(change, life.studio.engine, [back])
    life.later(DAY)
    assert life.walk("mia").held_reason == OTHER + APPLY
    replace(guide, OLD)
    assert life.studio.folder.differing(back.draft.attachments) == []
    life.later(DAY)
    assert attached(life) == [OLD]
