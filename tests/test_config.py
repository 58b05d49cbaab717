from pathlib import Path

import pytest

from leadnurture.config import BadConfigError, load_config, place_of

GOOD = """\
[studio]
name = "Hart & Holly"
timezone = "Europe/London"

[owner]
name = "Holly Hart"
email = "holly@hart.example"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "leadnurture.toml"


@pytest.mark.parametrize(
    ("addition", "line", "said"),
    [
        ("[mial]\n", 9, "unknown key 'mial'; did you mean 'mail'?"),
        ('[mail]\ntransprot = "smtp"\n', 10, "did you mean 'transport'?"),
        ('[mail]\ntransport = "pigeon"\n', 10, "Input should be 'outbox' or 'smtp'"),
        ("[mail.smtp]\n", 9, "'mail.smtp.host' is missing"),
        ('[mail.smtp]\nhost = "x"\nport = 70000\n', 11, "less than or equal to 65535"),
        ('[worker]\ninterval = "soon"\n', 10, "write a length of time such as 30s, 5m, 2h or 1d"),
        ('[mail.smtp]\nhost = "x"\npassword = "hunter2"\n', 11, "a password does not belong in this file"),
        ("[worker]\nconcurrency = 0\n", 10, "greater than or equal to 1"),
        ('[mailbox]\nhost = "x"\npassword = "hunter2"\n', 11, "a password does not belong in this file"),
        ('[mailbox]\nhost = "x"\nsent_copies = "maybe"\n', 11, "Input should be 'server' or 'none'"),
    ],
)
def test_every_mistake_is_told_with_its_line(file: Path, addition: str, line: int, said: str) -> None:
    file.write_text(f"{GOOD}\n{addition}", encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        load_config(file, {})
    assert f"{file}:{line}: " in caught.value.message
    assert said in caught.value.message
    assert caught.value.exit_code == 14


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"Europe/London"', '"Europe/Londn"', 3, "'Europe/Londn' is no time zone"),
        ('"Europe/London"', '"../../etc/passwd"', 3, "is no time zone"),
        ('"holly@hart.example"', '"holly"', 7, "'holly' is no e-mail address"),
        ('name = "Hart & Holly"\n', "", 1, "'studio.name' is missing"),
    ],
)
def test_values_that_make_no_sense(file: Path, old: str, new: str, line: int, said: str) -> None:
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        load_config(file, {})
    assert f"{file}:{line}: " in caught.value.message
    assert said in caught.value.message


@pytest.mark.parametrize("content", [b"[studio\n", b"name = Holly\n", b"\xff\xfe\x00", b""])
def test_a_file_that_is_no_config_is_one_clear_error(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(BadConfigError):
        load_config(file, {})


def test_a_folder_in_its_place(file: Path) -> None:
    file.mkdir()
    with pytest.raises(BadConfigError, match="is a folder"):
        load_config(file, {})


def test_the_environment_beats_the_file_and_the_file_beats_the_defaults(file: Path) -> None:
    file.write_text(f'{GOOD}\n[mail]\ntransport = "outbox"\n[worker]\nconcurrency = 2\n', encoding="utf-8")
    environment = {
        "LEADNURTURE_MAIL__TRANSPORT": "smtp",
        "LEADNURTURE_MAIL__SMTP__HOST": "localhost",
        "LEADNURTURE_STUDIO": "x",
    }
    config = load_config(file, environment)
    assert config.mail.transport == "smtp"
    assert config.worker.concurrency == 2
    assert config.worker.interval.total_seconds() == 300


def test_a_mistake_in_the_environment_names_the_variable(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadConfigError, match="environment variable LEADNURTURE_WORKER__CONCURRENCY"):
        load_config(file, {"LEADNURTURE_WORKER__CONCURRENCY": "many"})


def test_a_password_from_the_environment_is_never_shown(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    environment = {"LEADNURTURE_MAIL__SMTP__HOST": "localhost", "LEADNURTURE_MAIL__SMTP__PASSWORD": "hunter2"}
    config = load_config(file, environment)
    assert config.mail.smtp is not None
    assert "hunter2" not in f"{config!r} {config}"
    with pytest.raises(BadConfigError) as caught:
        load_config(file, {**environment, "LEADNURTURE_MAIL__SMTP__PORT": "x"})
    assert "hunter2" not in str(caught.value)


def test_smtp_without_a_server_is_told(file: Path) -> None:
    file.write_text(f'{GOOD}\n[mail]\ntransport = "smtp"\n', encoding="utf-8")
    with pytest.raises(BadConfigError, match=r"there is no \[mail.smtp\] table"):
        load_config(file, {})


@pytest.mark.parametrize(
    ("addition", "line", "said"),
    [
        ('[mail]\nreply_to = "holly"\n', 10, "'holly' is no e-mail address"),
        ('[worker]\ninterval = "3661d"\n', 10, "at most 3660d"),
        (f'[limits]\nlead_gap = "{"9" * 30}d"\n', 10, "at most 3660d"),
        (f'[limits]\nlead_gap = "{"9" * 5000}s"\n', 10, "at most 3660d"),
        ('[limits]\nlead_gap = "999999999d"\n', 10, "at most 3660d"),
        ('[limits]\nsms_hours = "8-21"\n', 10, "'limits.sms_hours': '8-21' are no hours of the day"),
        ('[limits]\nsms_hours = "21:00-08:00"\n', 10, "ends before it begins"),
        ("[limits]\nsms_hours = 8\n", 10, 'write hours of the day such as "08:00-21:00", or "any"'),
    ],
)
def test_a_value_beyond_its_bounds_is_told_with_its_line(file: Path, addition: str, line: int, said: str) -> None:
    file.write_text(f"{GOOD}\n{addition}", encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        load_config(file, {})
    assert f"{file}:{line}: " in caught.value.message
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("LEADNURTURE_MAIL__TRANSPROT", "unknown key 'mail.transprot'; did you mean 'transport'?"),
        ("LEADNURTURE_MAILL__TRANSPORT", "unknown key 'maill'; did you mean 'mail'?"),
        ("LEADNURTURE_MAILL__SMTP__HOST", "unknown key 'maill'; did you mean 'mail'?"),
        ("LEADNURTURE_MAIL__SMPT__HOST", "unknown key 'mail.smpt'; did you mean 'smtp'?"),
    ],
)
def test_an_unknown_key_of_the_environment_is_blamed_on_its_variable(file: Path, variable: str, said: str) -> None:
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        load_config(file, {variable: "smtp"})
    assert caught.value.message == f"environment variable {variable}: {said}"


def test_an_unknown_table_of_the_file_is_blamed_on_the_file(file: Path) -> None:
    file.write_text(f'{GOOD}\n[maill]\ntransport = "outbox"\n', encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        load_config(file, {"LEADNURTURE_MAILL__TRANSPORT": "smtp"})
    assert caught.value.message.startswith(f"{file}:9: unknown key 'maill'")


@pytest.mark.parametrize(
    ("addition", "said"),
    [
        ('[sms]\nurl = "twilio://hunter2"\n', "'sms.url': the URL needs {phone} where the couple's number belongs"),
        ('[sms]\nurl = "hunter2 {phone}"\n', "'sms.url': write a URL such as twilio://…"),
        ('[notify]\nurls = ["ntfy://hunter2", "hunter2"]\n', "'notify.urls.1': write a URL such as twilio://…"),
        ("[sms]\nurl = 7\n", "'sms.url': Input should be a valid string"),
    ],
)
def test_a_service_url_that_cannot_be_one_is_told_with_its_line_and_never_shown(
    file: Path, addition: str, said: str
) -> None:
    file.write_text(f"{GOOD}\n{addition}", encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        load_config(file, {})
    assert f"{file}:10: {said}" in caught.value.message
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"


def test_one_of_several_urls_in_the_environment_is_blamed_on_its_variable(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadConfigError, match=r"variable LEADNURTURE_NOTIFY__URLS: 'notify\.urls\.1'"):
        load_config(file, {"LEADNURTURE_NOTIFY__URLS": "ntfy://one two"})


def test_service_urls_come_from_the_environment_too_and_are_never_shown(file: Path) -> None:
    file.write_text(f'{GOOD}\n[sms]\nurl_command = "pass show sms"\n', encoding="utf-8")
    environment = {
        "LEADNURTURE_SMS__URL": "twilio://hunter2/{phone}",
        "LEADNURTURE_NOTIFY__URLS": "ntfy://hunter2 slack://hunter2",
    }
    config = load_config(file, environment)
    assert (config.sms.origin, config.notify.origin) == ("url", "urls")
    assert [url.get_secret_value() for url in config.notify.urls] == ["ntfy://hunter2", "slack://hunter2"]
    assert "hunter2" not in f"{config!r} {config}"
    assert load_config(file, {}).sms.origin == "url_command"
    assert load_config(file, {}).notify.origin is None


def test_a_place_is_the_variable_that_beats_the_file_or_the_files_line(file: Path) -> None:
    file.write_text(f'{GOOD}\n[sms]\nurl = "twilio://x/{{phone}}"\n', encoding="utf-8")
    assert place_of(file, "sms", "url", environment={}) == f"{file}:10: sms.url"
    environment = {"LEADNURTURE_SMS__URL": "twilio://y/{phone}"}
    assert place_of(file, "sms", "url", environment=environment) == "environment variable LEADNURTURE_SMS__URL"


@pytest.mark.parametrize(
    ("addition", "said"),
    [
        ("[mailbox]\n", "[mailbox] needs either `host` or `maildir`"),
        ('[mailbox]\nhost = "x"\nmaildir = "y"\nusername = "z"\n', "[mailbox] needs either `host` or `maildir`"),
        ('[mailbox]\nhost = "x"\n', "[mailbox] has a host and no username"),
    ],
)
def test_a_mailbox_is_one_place_and_whole(file: Path, addition: str, said: str) -> None:
    file.write_text(f"{GOOD}\n{addition}", encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        load_config(file, {})
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("written", "keeps"),
    [
        ('host = "x"\nusername = "z"', True),
        ('host = "x"\nusername = "z"\nsent_copies = "none"', False),
        ('maildir = "y"', False),
        ('maildir = "y"\nsent_copies = "server"', True),
    ],
)
def test_a_server_keeps_copies_of_what_is_sent_unless_said_otherwise_and_a_maildir_may_lag(
    file: Path, written: str, keeps: bool
) -> None:
    file.write_text(f"{GOOD}\n[mailbox]\n{written}\n", encoding="utf-8")
    mailbox = load_config(file, {}).mailbox
    assert mailbox is not None
    assert mailbox.keeps_copies is keeps
