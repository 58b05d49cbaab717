import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from leadnurture.secrets import SecretError, password_of, secrets_of

SECRET = "correct horse"


def asked(tmp_path: Path, **given: object) -> str | None:
    return password_of(**{"given": None, "command": None, "file": None, "folder": tmp_path} | given)  # type: ignore[arg-type]


def test_the_environment_comes_first_then_the_command_then_the_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from file\n")
    (tmp_path / "secret").chmod(0o600)
    command = f"{sys.executable} -c 'print(\"from command\")'"
    assert asked(tmp_path, given=SecretStr(SECRET), command=command, file=Path("secret")) == SECRET
    assert asked(tmp_path, command=command, file=Path("secret")) == "from command"
    assert asked(tmp_path, file=Path("secret")) == "from file"
    assert asked(tmp_path) is None


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(SecretError, match="may be read by others") as caught:
        asked(tmp_path, file=Path("secret"))
    assert "chmod 600" in str(caught.value.hint)


@pytest.mark.parametrize(
    "code", ["import sys; print('correct horse'); sys.exit(3)", "print()", "import sys; sys.exit('correct horse')"]
)
def test_a_command_that_fails_is_told_without_what_it_printed(tmp_path: Path, code: str) -> None:
    with pytest.raises(SecretError) as caught:
        asked(tmp_path, command=f'{sys.executable} -c "{code}"')
    assert SECRET not in caught.value.message


@pytest.mark.parametrize("file", ["missing", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, file: str) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(SecretError):
        asked(tmp_path, file=Path(file))


def test_a_file_that_is_no_text_is_told_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"correct horse\xff\n")
    (tmp_path / "secret").chmod(0o600)
    with pytest.raises(SecretError, match="is not UTF-8 text") as caught:
        asked(tmp_path, file=Path("secret"))
    assert SECRET not in f"{caught.value.message} {caught.value.hint}"


def test_a_file_of_a_user_who_is_not_here_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="~nosuchuser/secret"):
        asked(tmp_path, file=Path("~nosuchuser/secret"))


def test_several_secrets_are_one_a_line_and_named_as_the_configuration_names_them(tmp_path: Path) -> None:
    (tmp_path / "urls").write_text("ntfy://one\r\n\nslack://two\n")
    (tmp_path / "urls").chmod(0o600)
    asked_for = {"given": (), "command": None, "folder": tmp_path}
    assert secrets_of("urls", file=Path("urls"), **asked_for) == ["ntfy://one", "slack://two"]  # type: ignore[arg-type]
    (tmp_path / "urls").chmod(0o640)
    with pytest.raises(SecretError, match="may be read by others"):
        secrets_of("urls", file=Path("urls"), **asked_for)  # type: ignore[arg-type]
    with pytest.raises(SecretError, match=r"urls_file .*missing cannot be read"):
        secrets_of("urls", file=Path("missing"), **asked_for)  # type: ignore[arg-type]
