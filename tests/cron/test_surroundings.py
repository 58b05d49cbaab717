"""What an entry brings along, and what it must not."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from leadnurture.config import Config, load_config
from leadnurture.cron.surroundings import NoProgramError, SecretInEnvironmentError, program_of, variables


def secrets_of(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[str]:
    """The variable of every key that holds a secret, wherever it is in the configuration."""
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from secrets_of(kind, (*path, name))
        if SecretStr.__name__ in repr(field.annotation):
            yield "LEADNURTURE_" + "__".join((*path, name)).upper()


@pytest.fixture
def config(root: Path) -> Config:
    return load_config(root / "leadnurture.toml")


def test_every_secret_of_the_configuration_is_refused(config: Config) -> None:
    names = set(secrets_of(Config))
    assert len(names) >= 4
    for name in names:
        with pytest.raises(SecretInEnvironmentError, match=name) as refused:
            variables(config, {name: "gr8-secret"})
        assert "gr8-secret" not in f"{refused.value.message} {refused.value.hint}"


def test_settings_are_taken_along_and_the_rest_of_the_environment_is_not(config: Config) -> None:
    given = {"LEADNURTURE_STUDIO": "/x", "EDITOR": "vi", "LEADNURTURE_MAIL__TRANSPORT": "outbox", "PATH": "/usr/bin"}
    assert variables(config, given) == (("LEADNURTURE_MAIL__TRANSPORT", "outbox"),)


def test_a_program_that_is_run_as_a_module_is_called_as_one() -> None:
    assert program_of("/x/leadnurture/__main__.py", "/usr/bin/python3") == ("/usr/bin/python3", "-m", "leadnurture")


def test_a_program_is_called_by_its_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "leadnurture"
    program.touch(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin")
    assert program_of("./leadnurture", "python") == program_of("leadnurture", "python") == (str(program),)
    with pytest.raises(NoProgramError, match="could be run again"):
        program_of("./gone", "python")
