"""The real command `cron`; scripts in the place of the system's tools keep a file, and note what they were asked."""

import json
import os
import plistlib
import pty
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cron_reading import run_as_cron
from processes import ENVIRONMENT, Leadnurture
from studios import rows, studio_with_letters_due

CRONTAB = """\
#!/bin/sh
case "$1" in
  -l) if [ -f "$0.table" ]; then /bin/cat "$0.table"; else echo "no crontab for holly" >&2; exit 1; fi ;;
  -) /bin/cat > "$0.table" ;;
esac
"""
SYSTEMCTL = """\
#!/bin/sh
echo "$*" >> "$0.asked"
[ "$2 $ENABLED" = "is-enabled " ] || [ "$2" != is-enabled ] || { echo "$ENABLED"; [ "$ENABLED" = enabled ]; exit; }
case "$2" in "$BROKEN") echo "Failed to connect to bus: No medium found" >&2; exit 1 ;; esac
"""
LAUNCHCTL = """\
#!/bin/sh
echo "$*" >> "$0.asked"
case "$1" in
  print) [ -f "$0.loaded" ] || { echo "Could not find service" >&2; exit 113; } ;;
  bootout) [ -f "$0.loaded" ] || exit 3; /bin/rm "$0.loaded" ;;
  bootstrap) [ "$BROKEN" = bootstrap ] && { echo "Bootstrap failed: 125: Domain does not support" >&2; exit 125; }
             echo "$3" > "$0.loaded" ;;
esac
"""
SCRIPTS = {"crontab": CRONTAB, "systemctl": SYSTEMCTL, "launchctl": LAUNCHCTL}
NASTY = 'Holly\'s 100% "Bräute" \\ $HOME'


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    (tmp_path / NASTY).mkdir()
    return studio_with_letters_due(tmp_path / NASTY / "studio", 1)


@pytest.fixture
def system(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Makes a system that has these tools and no others; returns its environment."""

    def having(*tools: str) -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        for tool in tools:
            (folder / tool).write_text(SCRIPTS[tool])
            (folder / tool).chmod(0o755)
        return {"PATH": str(folder), "HOME": str(tmp_path / "home")}

    return having


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "bin" / "crontab.table"


def asked(tmp_path: Path, tool: str) -> list[str]:
    file = tmp_path / "bin" / f"{tool}.asked"
    return file.read_text().splitlines() if file.exists() else []


def test_an_entry_is_shown_before_it_is_written_and_cron_can_run_it(
    studio: Path, system: Callable[..., dict[str, str]], table: Path, tmp_path: Path
) -> None:
    leadnurture, here = Leadnurture(studio), system("crontab")
    table.write_bytes(b"# mine \xff\n0 9 * * * echo 100\\% \n")
    unsure = leadnurture("cron", "install", **here)
    assert (unsure.returncode, "*/5 * * * * " in unsure.stderr, "needs --yes" in unsure.stderr) == (2, True, True)
    assert b"leadnurture" not in table.read_bytes()
    assert leadnurture("cron", "install", "--yes", **here).returncode == 0
    written = table.read_bytes()
    assert written.startswith(b"# mine \xff\n0 9 * * * echo 100\\% \n# >>> leadnurture: ")
    line = written.decode(errors="replace").splitlines()[3]
    done = run_as_cron(line, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert rows(studio, "SELECT state FROM outbox") == [("sent",)]


def test_installing_again_changes_nothing_and_removing_takes_out_exactly_ours(
    studio: Path, system: Callable[..., dict[str, str]], table: Path, tmp_path: Path
) -> None:
    leadnurture, here = Leadnurture(studio), system("crontab")
    other = studio_with_letters_due(tmp_path / "other", 1)
    table.write_bytes(b"0 9 * * * echo\n")
    assert Leadnurture(other)("cron", "install", "--yes", **here).returncode == 0
    before = table.read_bytes()
    first = json.loads(leadnurture("cron", "install", "--yes", "--json", **here).stdout)["data"]
    both = table.read_bytes()
    again = json.loads(leadnurture("cron", "install", "--json", **here).stdout)["data"]
    assert (first["kind"], first["changed"], again["changed"]) == ("crontab", True, False)
    assert table.read_bytes() == both != before
    assert json.loads(leadnurture("cron", "remove", "--yes", "--json", **here).stdout)["data"] == {
        "removed": ["crontab"]
    }
    assert table.read_bytes() == before
    nothing = leadnurture("cron", "remove", **here)
    assert (nothing.returncode, "Nothing was written" in nothing.stderr) == (0, True)


def test_show_tells_whether_it_is_up_to_date(studio: Path, system: Callable[..., dict[str, str]], table: Path) -> None:
    leadnurture, here = Leadnurture(studio), system("crontab")

    def shown(**more: str) -> dict[str, object]:
        done = leadnurture("cron", "show", "--json", **here, **more)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)["data"]
        assert found["installed"] == bool(found["entries"])
        return dict(found["entries"][0]) if found["entries"] else {}

    assert shown() == {}
    assert "Next: leadnurture cron install" in leadnurture("cron", "show", **here).stderr
    assert leadnurture("cron", "install", "--yes", **here).returncode == 0
    entry = shown()
    assert (entry["up_to_date"], entry["program"], entry["program_exists"]) == (True, sys.executable, True)
    assert leadnurture("cron", "show", **here).stdout.startswith("crontab:\n# >>> leadnurture: ")
    assert shown(LEADNURTURE_WORKER__INTERVAL="10m")["up_to_date"] is False
    assert shown(LEADNURTURE_WORKER__INTERVAL="7m")["trouble"] is not None
    assert leadnurture("cron", "install", "--yes", "--every", "30m", **here).returncode == 0
    assert b"*/30 * * * *" in table.read_bytes()
    assert shown()["up_to_date"] is True
    table.write_bytes(table.read_bytes().replace(sys.executable.encode(), b"/gone/python"))
    entry = shown()
    assert (entry["up_to_date"], entry["program_exists"]) == (False, False)
    assert "/gone/python, which is not there" in leadnurture("cron", "show", **here).stderr


def test_settings_of_the_environment_go_with_it_and_secrets_do_not(
    studio: Path, system: Callable[..., dict[str, str]], table: Path
) -> None:
    leadnurture, here = Leadnurture(studio), system("crontab")
    settings = {"LEADNURTURE_MAIL__SMTP__HOST": "smtp.example.org", "LEADNURTURE_STUDIO": str(studio)}
    assert leadnurture("cron", "install", "--yes", **here, **settings).returncode == 0
    assert b" LEADNURTURE_MAIL__SMTP__HOST=smtp.example.org " in table.read_bytes()
    assert b"LEADNURTURE_STUDIO=" not in table.read_bytes()
    secret = {"LEADNURTURE_MAIL__SMTP__PASSWORD": "gr8-secret"}
    refused = leadnurture("cron", "install", "--yes", **here, **settings, **secret)
    assert refused.returncode == 14
    assert "password_command or mail.smtp.password_file" in refused.stderr
    assert "gr8-secret" not in refused.stderr + refused.stdout + table.read_text()


def test_the_folder_of_a_password_command_is_put_on_the_path(
    studio: Path, system: Callable[..., dict[str, str]], table: Path, tmp_path: Path
) -> None:
    leadnurture, here = Leadnurture(studio), system("crontab")
    (tmp_path / "bin" / "pass").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "pass").chmod(0o755)
    smtp = '[mail.smtp]\nhost = "localhost"\npassword_command = "pass show mail"\n'
    (studio / "leadnurture.toml").write_text((studio / "leadnurture.toml").read_text() + smtp)
    assert leadnurture("cron", "install", "--yes", **here).returncode == 0
    assert f"PATH={tmp_path / 'bin'}:/usr/local/bin:/usr/bin:/bin ".encode() in table.read_bytes()


def test_the_program_that_was_started_by_its_name_is_called_by_its_path(
    studio: Path, system: Callable[..., dict[str, str]], table: Path
) -> None:
    script = Path(sys.executable).parent / "leadnurture"
    if not script.exists():
        pytest.skip("leadnurture is not installed as a command")
    words = [str(script), "--studio", str(studio), "cron", "install", "--yes"]
    subprocess.run(words, env=ENVIRONMENT | system("crontab"), capture_output=True, check=True)
    assert f"*/5 * * * * {shlex.quote(str(script))} --studio ".encode() in table.read_bytes()


def test_on_a_terminal_it_asks(studio: Path, system: Callable[..., dict[str, str]], table: Path) -> None:
    leadnurture, here = Leadnurture(studio), system("crontab")

    def answered(answer: bytes, *words: str) -> int:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "leadnurture", "cron", *words]
        environment = leadnurture.environment | here
        process = subprocess.Popen(command, cwd=studio, env=environment, stdin=theirs, stderr=theirs, stdout=theirs)
        os.write(ours, answer)
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how the end of a terminal is told
            while piece := os.read(ours, 4096):
                shown += piece
        os.close(ours)
        assert b"run --once >/dev/null" in shown
        assert b"[y/N]" in shown
        return process.wait(timeout=60)

    assert (answered(b"n\n", "install"), table.exists()) == (1, False)
    assert (answered(b"y\n", "install"), table.exists()) == (0, True)
    written = table.read_bytes()
    assert (answered(b"\n", "remove"), table.read_bytes()) == (1, written)
    assert (answered(b"y\n", "remove"), table.read_bytes()) == (0, b"")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--every", "7m"), 10, "--every 6m or --every 10m"),
        (("--every", "soon"), 10, "write a length of time"),
        (("--kind", "anacron"), 2, "crontab, systemd, launchd"),
        (("--kind", "systemd"), 15, "no `systemctl`"),
    ],
)
def test_what_cannot_be_done_is_an_error_with_the_next_step(
    studio: Path, system: Callable[..., dict[str, str]], table: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    done = Leadnurture(studio)("cron", "install", "--yes", *words, **system("crontab"))
    assert (done.returncode, told in done.stderr, table.exists()) == (code, True, False), done.stderr


def test_a_system_with_nothing_of_the_kind_says_what_to_install(
    studio: Path, system: Callable[..., dict[str, str]]
) -> None:
    done = Leadnurture(studio)("cron", "install", "--yes", **system())
    assert done.returncode == 15
    assert "neither launchd, nor a systemd of yours that answers, nor crontab" in done.stderr
    assert "install cron" in done.stderr


def test_a_crontab_that_cannot_be_read_is_not_replaced(
    studio: Path, system: Callable[..., dict[str, str]], table: Path
) -> None:
    here = system("crontab")
    script = table.with_name("crontab")
    script.write_text(CRONTAB.replace("no crontab for holly", "you (holly) are not allowed to use this program"))
    done = Leadnurture(studio)("cron", "install", "--kind", "crontab", "--yes", **here)
    assert (done.returncode, table.exists()) == (15, False)
    assert "not allowed to use this program" in done.stderr


def test_a_timer_is_written_and_switched_on(
    studio: Path, system: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    leadnurture, here = Leadnurture(studio), system("systemctl", "crontab")
    here["XDG_CONFIG_HOME"] = str(tmp_path / "config")
    done = leadnurture("cron", "install", "--yes", "--every", "90s", **here)
    assert (done.returncode, "loginctl enable-linger" in done.stderr) == (0, True), done.stderr
    service, timer = sorted((tmp_path / "config" / "systemd" / "user").iterdir())
    assert "OnUnitActiveSec=90s" in timer.read_text()
    assert service.read_text().count("ExecStart=") == 1
    name = timer.name
    assert asked(tmp_path, "systemctl")[-3:] == [
        "--user daemon-reload",
        f"--user enable {name}",
        f"--user restart {name}",
    ]
    entry = json.loads(leadnurture("cron", "show", "--json", **here).stdout)["data"]["entries"][0]
    assert (entry["kind"], entry["up_to_date"], entry["program_exists"]) == ("systemd", True, True)
    twice = leadnurture("cron", "install", "--yes", "--kind", "crontab", **here)
    assert (twice.returncode, "cron remove --kind systemd" in twice.stderr) == (12, True)
    assert leadnurture("cron", "remove", "--yes", **here).returncode == 0
    assert asked(tmp_path, "systemctl")[-2:] == [f"--user disable --now {name}", "--user daemon-reload"]
    assert list((tmp_path / "config" / "systemd" / "user").iterdir()) == []


def test_without_a_bus_of_the_user_nothing_is_left_behind_and_cron_is_taken(
    studio: Path, system: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    leadnurture, here = Leadnurture(studio), system("systemctl", "crontab")
    here["XDG_CONFIG_HOME"] = str(tmp_path / "config")
    failed = leadnurture("cron", "install", "--yes", "--kind", "systemd", **here, BROKEN="daemon-reload")
    assert failed.returncode == 15
    assert "Failed to connect to bus" in failed.stderr
    assert "--kind crontab" in failed.stderr
    assert list((tmp_path / "config" / "systemd" / "user").iterdir()) == []
    usual = json.loads(leadnurture("cron", "install", "--yes", "--json", **here, BROKEN="show-environment").stdout)
    assert usual["data"]["kind"] == "crontab"


def test_an_agent_is_written_and_loaded(studio: Path, system: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    leadnurture, here = Leadnurture(studio), system("launchctl", "crontab")
    agents, loaded = tmp_path / "home" / "Library" / "LaunchAgents", tmp_path / "bin" / "launchctl.loaded"
    failed = leadnurture("cron", "install", "--yes", **here, BROKEN="bootstrap")
    assert (failed.returncode, "Domain does not support" in failed.stderr) == (15, True)
    assert list(agents.iterdir()) == []
    for every in ("5m", "45s"):
        assert leadnurture("cron", "install", "--yes", "--every", every, **here).returncode == 0
        (file,) = agents.iterdir()
        assert Path(loaded.read_text().strip()) == file
    agent = plistlib.loads(file.read_bytes())
    assert agent["StartInterval"] == 45
    assert agent["ProgramArguments"] == [
        sys.executable, "-m", "leadnurture", "--studio", str(studio), "run", "--once"
    ]  # fmt: skip
    assert json.loads(leadnurture("cron", "show", "--json", **here).stdout)["data"]["entries"][0]["up_to_date"]
    assert leadnurture("cron", "remove", "--yes", **here).returncode == 0
    assert (list(agents.iterdir()), loaded.exists()) == ([], False)


@pytest.mark.parametrize(("answer", "on"), [("enabled", True), ("disabled", False), ("masked", False), ("", None)])
def test_a_timer_that_somebody_has_switched_off_is_told(
    studio: Path, system: Callable[..., dict[str, str]], answer: str, on: bool | None
) -> None:
    leadnurture, here = Leadnurture(studio), system("systemctl")
    assert leadnurture("cron", "install", "--yes", **here).returncode == 0
    entry = json.loads(leadnurture("cron", "show", "--json", **here, ENABLED=answer).stdout)["data"]["entries"][0]
    assert (entry["switched_on"], entry["up_to_date"]) == (on, True)
    shown = leadnurture("cron", "show", **here, ENABLED=answer).stderr
    assert ("switched off" in shown) is (on is False)
    checks = json.loads(leadnurture("doctor", "--json", **here, ENABLED=answer).stdout)["data"]["checks"]
    found = next(one for one in checks if one["check"] == "cron entry")
    assert found["standing"] == ("failed" if on is False else "ok")


def test_an_agent_that_is_not_loaded_is_told(
    studio: Path, system: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    leadnurture, here = Leadnurture(studio), system("launchctl")
    assert leadnurture("cron", "install", "--yes", **here).returncode == 0
    assert "It is up to date" in leadnurture("cron", "show", **here).stderr
    (tmp_path / "bin" / "launchctl.loaded").unlink()
    assert "written, but switched off" in leadnurture("cron", "show", **here).stderr


def test_the_doctor_looks_at_the_entry(studio: Path, system: Callable[..., dict[str, str]], table: Path) -> None:
    leadnurture, here = Leadnurture(studio), system("crontab")

    def found(**more: str) -> dict[str, str]:
        checks = json.loads(leadnurture("doctor", "--json", **here, **more).stdout)["data"]["checks"]
        return next(one for one in checks if one["check"] == "cron entry")

    assert found()["standing"] == "ok"
    assert leadnurture("cron", "install", "--yes", **here).returncode == 0
    assert (found()["standing"], found()["found"]) == ("ok", "crontab, up to date")
    assert found(LEADNURTURE_WORKER__INTERVAL="10m")["standing"] == "failed"
    table.write_bytes(table.read_bytes().replace(sys.executable.encode(), b"/gone/python"))
    gone = found()
    assert (gone["standing"], "/gone/python" in gone["found"]) == ("failed", True)
    assert "leadnurture cron install" in gone["todo"]
    table.write_bytes(table.read_bytes().replace(b"# <<< leadnurture", b"# oh, leadnurture"))
    assert "not one pair" in found()["found"]


@pytest.mark.acceptance
@pytest.mark.skipif(shutil.which("crontab") is None, reason="there is no crontab here")
def test_a_real_crontab_takes_the_entry_and_gives_it_back(studio: Path) -> None:
    def lines() -> bytes:
        return subprocess.run(["crontab", "-l"], capture_output=True, check=False).stdout

    leadnurture, before = Leadnurture(studio), lines()
    try:
        assert leadnurture("cron", "install", "--kind", "crontab", "--yes").returncode == 0
        assert lines().startswith(before)
        assert b"# >>> leadnurture: " in lines()[len(before) :]
        assert json.loads(leadnurture("cron", "show", "--json").stdout)["data"]["entries"][0]["up_to_date"] is True
    finally:
        leadnurture("cron", "remove", "--kind", "crontab", "--yes")
    assert lines() == before
