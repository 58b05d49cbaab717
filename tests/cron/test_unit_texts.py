"""Timers of systemd and agents of launchd."""

import plistlib
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs import NASTY, job

from leadnurture.cron import launchd_text, systemd_text
from leadnurture.cron.names import name_of

PLAIN = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Cn"), blacklist_characters="/"), min_size=1, max_size=40
)


def test_the_service_runs_once_with_everything_quoted() -> None:
    text = systemd_text.service(job('50% "of" $it', environment=(("LEADNURTURE_OWNER__NAME", "Holly $ 100%"),)))
    assert 'Environment="LEADNURTURE_OWNER__NAME=Holly $ 100%%"\n' in text
    assert (
        'ExecStart="/opt/leadnurture/bin/leadnurture" "--studio" "/home/holly/50%% \\"of\\" $$it" "run" "--once"\n'
        in text
    )
    assert "Type=oneshot\n" in text


def test_the_timer_counts_from_each_start_and_remembers_a_chosen_interval() -> None:
    text = systemd_text.timer(job(every=timedelta(seconds=90), by_hand=True))
    assert "OnUnitActiveSec=90s\n" in text
    assert systemd_text.every_by_hand({"x": systemd_text.service(job()), "y": text}) == timedelta(seconds=90)
    assert systemd_text.every_by_hand({"y": systemd_text.timer(job())}) is None


@given(PLAIN)
def test_what_is_written_is_read_again_whatever_the_name(name: str) -> None:
    written = job(name, environment=(("LEADNURTURE_OWNER__NAME", name),))
    assert systemd_text.words_of(systemd_text.service(written)) == written.words
    agent = launchd_text.rendered(written, "label")
    assert launchd_text.entry_of("place", agent).words == written.words
    assert plistlib.loads(agent.encode())["EnvironmentVariables"] == {"LEADNURTURE_OWNER__NAME": name}


def test_an_agent_starts_at_once_and_then_every_so_many_seconds() -> None:
    agent = plistlib.loads(launchd_text.rendered(job(by_hand=True), "leadnurture-studio").encode())
    assert (agent["Label"], agent["RunAtLoad"], agent["StartInterval"]) == ("leadnurture-studio", True, 300)
    entry = launchd_text.entry_of("place", launchd_text.rendered(job(by_hand=True), "x"))
    assert entry.every_by_hand == timedelta(minutes=5)


def test_two_studios_of_one_name_have_files_of_their_own() -> None:
    first, second = name_of(Path("/home/holly/studio")), name_of(Path("/home/ann/studio"))
    assert first != second
    assert first.startswith("leadnurture-studio-")
    assert name_of(Path("/home/holly/婚礼")).startswith("leadnurture-studio-")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_itself_takes_the_units(tmp_path: Path) -> None:
    for number, name in enumerate(NASTY):
        settings = (("LEADNURTURE_OWNER__NAME", name),)
        written = job(name, program=(sys.executable, "-m", "leadnurture"), environment=settings)
        for ending, text in (("service", systemd_text.service(written)), ("timer", systemd_text.timer(written))):
            (tmp_path / f"leadnurture-{number}.{ending}").write_text(text, encoding="utf-8")
    words = ["systemd-analyze", "--user", "--man=no", "verify", *map(str, tmp_path.glob("*.timer"))]
    home = {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=home)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "leadnurture-" in line]) == (0, [])
