"""Our lines in a crontab, and everybody else's as they were."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cron_reading import run_as_cron
from hypothesis import given
from hypothesis import strategies as st
from jobs import NASTY, job

from leadnurture.cron.crontab_text import (
    LONGEST,
    InexpressibleError,
    entry_in,
    fields,
    rendered,
    with_entry,
    without_entry,
)
from leadnurture.cron.entry import BrokenEntryError
from leadnurture.errors import LeadnurtureError

PLAIN = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Cn"), blacklist_characters="/"), min_size=1, max_size=40
)
FOREIGN = st.lists(
    st.binary(max_size=60).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"") + b"\n"), max_size=5
)


def test_an_entry_is_one_line_between_two_marks() -> None:
    assert rendered(job()) == (
        "# >>> leadnurture: /home/holly/studio\n"
        "*/5 * * * * /opt/leadnurture/bin/leadnurture --studio /home/holly/studio run --once >/dev/null\n"
        "# <<< leadnurture: /home/holly/studio\n"
    )


def test_settings_of_the_environment_come_before_the_command_and_a_chosen_interval_is_remembered() -> None:
    settings = (("PATH", "/opt/pass/bin:/usr/bin"), ("LEADNURTURE_OWNER__NAME", "Holly 100%"))
    _, line, _ = rendered(job(environment=settings, every=timedelta(hours=2), by_hand=True)).splitlines()
    assert line.startswith("0 */2 * * * PATH=/opt/pass/bin:/usr/bin LEADNURTURE_OWNER__NAME='Holly 100\\%' /opt/")
    entry = entry_in(with_entry(b"", job(every=timedelta(hours=2), by_hand=True)), Path("/home/holly/studio"))
    assert entry is not None
    assert entry.every_by_hand == timedelta(hours=2)


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("takes_double_backslashes", [True, False])
def test_cron_and_its_shell_understand_any_name(name: str, takes_double_backslashes: bool, tmp_path: Path) -> None:
    shown = job(name, program=("/usr/bin/env", "printf", "%s\\n"), environment=(("LEADNURTURE_OWNER__NAME", name),))
    line = rendered(shown).splitlines()[1].replace(" >/dev/null", "")
    done = run_as_cron(line, tmp_path, takes_double_backslashes=takes_double_backslashes)
    assert done.stdout.decode().splitlines() == [*shown.words[3:]]
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("every", "said"),
    [
        ({"minutes": 1}, "* * * * *"),
        ({"minutes": 15}, "*/15 * * * *"),
        ({"minutes": 60}, "0 * * * *"),
        ({"hours": 12}, "0 */12 * * *"),
        ({"days": 1}, "0 0 * * *"),
    ],
)
def test_what_a_crontab_can_say(every: dict[str, int], said: str) -> None:
    assert fields(timedelta(**every)) == said


@pytest.mark.parametrize(
    ("every", "nearest"),
    [
        ({"seconds": 30}, "--every 1m, or"),
        ({"minutes": 7}, "--every 6m or --every 10m, or"),
        ({"minutes": 90}, "--every 1h or --every 2h, or"),
        ({"hours": 5}, "--every 4h or --every 6h, or"),
        ({"days": 3}, "--every 1d, or"),
    ],
)
def test_what_a_crontab_cannot_say_is_refused_with_the_nearest_that_it_can(every: dict[str, int], nearest: str) -> None:
    with pytest.raises(InexpressibleError) as refused:
        fields(timedelta(**every))
    assert refused.value.hint is not None
    assert refused.value.hint.startswith(nearest)


def test_a_command_that_would_make_cron_refuse_the_whole_table_is_refused() -> None:
    with pytest.raises(InexpressibleError, match=str(LONGEST)):
        rendered(job("x" * 1000))


@given(FOREIGN, PLAIN, PLAIN)
def test_other_lines_stay_byte_for_byte(foreign: list[bytes], name: str, other: str) -> None:
    table = b"".join(foreign)
    ours, theirs = job(name), job(f"another {other}")
    both = with_entry(with_entry(table, ours), theirs)
    assert both.startswith(table)
    assert without_entry(without_entry(both, ours.studio), theirs.studio) == table
    assert entry_in(without_entry(both, ours.studio), ours.studio) is None
    left = entry_in(without_entry(both, ours.studio), theirs.studio)
    assert left is not None
    assert left.words == theirs.words


@given(PLAIN)
def test_what_is_written_is_read_again_whatever_the_name(name: str) -> None:
    written = job(name, environment=(("LEADNURTURE_OWNER__NAME", name),))
    entry = entry_in(with_entry(b"5 4 * * * echo hello\n", written), written.studio)
    assert entry is not None
    assert entry.words == written.words
    assert "".join(entry.texts.values()) == rendered(written)
    assert entry.every_by_hand is None


def test_a_new_entry_takes_the_old_ones_place() -> None:
    before = with_entry(b"1 1 * * * first\n", job()) + b"2 2 * * * last\n"
    after = with_entry(before, replace(job(), every=timedelta(minutes=10)))
    assert after == before.replace(b"*/5 ", b"*/10 ")
    assert with_entry(after, replace(job(), every=timedelta(minutes=10))) == after


def test_a_last_line_without_its_end_gets_one() -> None:
    assert with_entry(b"5 4 * * * echo", job()).startswith(b"5 4 * * * echo\n# >>> ")


@pytest.mark.parametrize("lost", [0, 2])
def test_an_entry_whose_marks_are_gone_is_not_touched(lost: int) -> None:
    lines = rendered(job()).encode().splitlines(keepends=True)
    del lines[lost]
    for change in (lambda: with_entry(b"".join(lines), job()), lambda: without_entry(b"".join(lines), job().studio)):
        with pytest.raises(BrokenEntryError, match="/home/holly/studio"):
            change()


@pytest.mark.parametrize("name", ["line\nbreak", "bell\x07", os.fsdecode(b"latin-\xe9"), "not a character\uffff"])
def test_a_name_that_no_entry_can_hold_is_refused(name: str) -> None:
    with pytest.raises(LeadnurtureError, match="line break, a control character"):
        job(name)


def test_a_run_every_moment_is_refused() -> None:
    with pytest.raises(LeadnurtureError, match="every 1s is too often"):
        job(every=timedelta(seconds=1))
