"""The studio's configuration: `leadnurture.toml`, overridden by the environment, with places in every complaint."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from leadnurture.errors import ConfigurationError
from leadnurture.hours import Hours, read_hours
from leadnurture.locate import CONFIG_NAME

PREFIX = "LEADNURTURE_"
LONGEST = timedelta(days=3660)
_MOST_MONTHS = 600
_MOST_DIGITS = 9  # no more fit a timedelta's days
_DURATION = re.compile(r"^(\d+)\s*(s|m|h|d)$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class BadConfigError(ConfigurationError):
    """The configuration cannot be read or does not make sense; names the file and line, or the variable."""


def _elapsed(value: object) -> object:
    """Read `30s`, `5m`, `2h` or `1d`."""
    if isinstance(value, str):
        found = _DURATION.match(value.strip())
        if not found:
            raise ValueError("write a length of time such as 30s, 5m, 2h or 1d")
        if len(found[1]) > _MOST_DIGITS:
            raise ValueError(f"a length of time is at most {LONGEST.days}d")
        value = timedelta(**{_UNITS[found[2]]: int(found[1])})
        if value > LONGEST:
            raise ValueError(f"a length of time is at most {LONGEST.days}d")
        return value
    if isinstance(value, timedelta):
        return value
    raise ValueError("write a length of time such as 30s, 5m, 2h or 1d")


Elapsed = Annotated[timedelta, BeforeValidator(_elapsed)]


def _repeatable(length: timedelta) -> timedelta:
    if length < timedelta(seconds=1):
        raise ValueError("write a length of time of a second or more, such as 30s or 5m")
    return length


Interval = Annotated[Elapsed, AfterValidator(_repeatable)]


def _daily(value: object) -> object:
    """Read `08:00-21:00`, or `any` for no bounds."""
    if isinstance(value, str):
        return None if value.strip() == "any" else read_hours(value)
    if value is None or isinstance(value, Hours):
        return value
    raise ValueError('write hours of the day such as "08:00-21:00", or "any"')


DailyHours = Annotated[Hours | None, BeforeValidator(_daily)]


def _address(text: str) -> str:
    """Return an e-mail address in its normal form; raises ValueError."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - 40 ms that most starts save

    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(f"'{text}' is no e-mail address: {error}") from None


class Section(BaseModel):
    """A table of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StudioSection(Section):
    """Who and where the business is."""

    name: str = Field(min_length=1, max_length=200)
    timezone: str = "Europe/London"
    country: str = Field(default="GB", pattern=r"^[A-Z]{2}$")
    subdivision: str | None = None
    currency: str = Field(default="GBP", pattern=r"^[A-Z]{3}$")
    locale: str = Field(default="en_GB", pattern=r"^[a-z]{2,3}([_-][A-Za-z]{2,4})?$")
    public_url: str | None = None
    weddings_per_day: int = Field(default=1, ge=1, le=50)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"'{name}' is no time zone; use a name such as Europe/London") from None
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The studio's time zone."""
        return ZoneInfo(self.timezone)


class OwnerSection(Section):
    """The photographer."""

    name: str = Field(min_length=1, max_length=200)
    email: str
    phone: str | None = None
    address: str | None = None

    @field_validator("email")
    @classmethod
    def _an_address(cls, text: str) -> str:
        return _address(text)


class SmtpSection(Section):
    """The server that takes our mail."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    password_command: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout: Elapsed = timedelta(seconds=60)


class MailSection(Section):
    """How messages leave the house."""

    transport: Literal["outbox", "smtp"] = "outbox"
    reply_to: str | None = None
    smtp: SmtpSection | None = None

    @field_validator("reply_to")
    @classmethod
    def _an_address(cls, text: str | None) -> str | None:
        return None if text is None else _address(text)


class MailboxSection(Section):
    """The owner's mailbox: an IMAP server (`host`), or a Maildir that another program keeps on this computer.

    `sent_copies` says whether whatever our mail server sends is put into the Sent folder by the provider: unless said
    otherwise it is on a server, and a Maildir may not have been fetched yet.
    """

    host: str | None = Field(default=None, min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str | None = None
    password: SecretStr | None = None
    password_command: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout: Elapsed = timedelta(seconds=30)
    maildir: Path | None = None
    sent: str | None = Field(default=None, min_length=1)
    sent_copies: Literal["server", "none"] | None = None

    @property
    def keeps_copies(self) -> bool:
        """Whether it means something that a message is not in the Sent folder."""
        return self.sent_copies == "server" if self.sent_copies else self.maildir is None


class LimitsSection(Section):
    """How much may go out; None is no limit. `lead_gap` is the least time between two messages to one couple.

    Texts go out only within `sms_hours` of the couple's zone.
    """

    per_day: int | None = Field(default=None, ge=1)
    per_hour: int | None = Field(default=None, ge=1)
    per_minute: int | None = Field(default=None, ge=1)
    lead_gap: Elapsed = timedelta(hours=4)
    sms_hours: DailyHours = Hours(time(8), time(21))


class ScoreSection(Section):
    """From which score a lead is hot or warm."""

    hot: int = Field(default=70, ge=0, le=100)
    warm: int = Field(default=40, ge=0, le=100)


class WorkerSection(Section):
    """How `run` works; after `retention_days` logs are deleted, and what is done is condensed."""

    interval: Interval = timedelta(minutes=5)
    concurrency: int = Field(default=4, ge=1, le=32)
    retention_days: int = Field(default=30, ge=1, le=36_500)


def _service_url(url: SecretStr) -> SecretStr:
    """Refuse what is no URL, without quoting it: it may carry a token."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://\S", url.get_secret_value()):
        raise ValueError("write a URL such as twilio://…; what follows the two slashes is the service's own")
    return url


ServiceUrl = Annotated[SecretStr, AfterValidator(_service_url)]


class SmsSection(Section):
    """The service that sends texts, as an Apprise URL; without one, a text becomes a task for the owner."""

    url: ServiceUrl | None = None
    url_command: str | None = None
    url_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _with_a_place_for_the_number(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and "{phone}" not in url.get_secret_value():
            raise ValueError("the URL needs {phone} where the couple's number belongs")
        return url

    @property
    def origin(self) -> str | None:
        """The key that gives the URL; None without one."""
        return next((key for key in ("url", "url_command", "url_file") if getattr(self, key)), None)


def _separate(given: object) -> object:
    """Let a variable of the environment hold several URLs with blanks between them."""
    return given.split() if isinstance(given, str) else given


class NotifySection(Section):
    """Where the owner is notified, as Apprise URLs; without any, a notification is shown by `run`."""

    urls: Annotated[list[ServiceUrl], BeforeValidator(_separate)] = []
    urls_command: str | None = None
    urls_file: Path | None = None

    @property
    def origin(self) -> str | None:
        """The key that gives the URLs; None without any."""
        return next((key for key in ("urls", "urls_command", "urls_file") if getattr(self, key)), None)


def read_months(value: object) -> int:
    """Read a length of time such as `24m` or `2y`, as months; raises ValueError."""
    found = re.fullmatch(r"(\d{1,4})\s*(m|y)", str(value).strip())
    months = int(found[1]) * (12 if found[2] == "y" else 1) if found else 0
    if not 1 <= months <= _MOST_MONTHS:
        raise ValueError("write months or years such as 24m or 2y, up to 50y")
    return months


Months = Annotated[int, BeforeValidator(read_months)]


class PrivacySection(Section):
    """How long couples are kept: None is for ever, else lost ones are forgotten after so many months."""

    forget_lost_after: Months | None = None


class Config(Section):
    """All of `leadnurture.toml`."""

    studio: StudioSection
    owner: OwnerSection
    mail: MailSection = MailSection()
    mailbox: MailboxSection | None = None
    limits: LimitsSection = LimitsSection()
    score: ScoreSection = ScoreSection()
    worker: WorkerSection = WorkerSection()
    sms: SmsSection = SmsSection()
    notify: NotifySection = NotifySection()
    privacy: PrivacySection = PrivacySection()


def load_config(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Read the file and lay the environment over it; raises BadConfigError with the line of each mistake."""
    text = _read(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfigError(f"{path}: {error}", hint='TOML looks like: name = "Ann Lee"') from None
    _refuse_written_password(values, path, text)
    overridden = _overlay(values, environment)
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise _explained(error, path, text, overridden) from None
    _require_whole(config, path)
    return config


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except IsADirectoryError:
        raise BadConfigError(f"{path} is a folder, not a file") from None
    except UnicodeDecodeError as error:
        raise BadConfigError(f"{path} is not UTF-8 text (byte {error.start})", hint="save it as UTF-8") from None
    except OSError as error:
        raise BadConfigError(f"{path} cannot be read: {error.strerror}") from None


def _refuse_written_password(values: Mapping[str, Any], path: Path, text: str) -> None:
    for tables in (("mail", "smtp"), ("mailbox",)):
        section: Any = values
        for table in tables:
            section = section.get(table) if isinstance(section, dict) else None
        if isinstance(section, dict) and "password" in section:
            line = line_of(text, (*tables, "password"))
            variable = PREFIX + "__".join((*tables, "password")).upper()
            raise BadConfigError(
                f"{path}:{line}: a password does not belong in this file",
                hint=f"use password_command, password_file, or {variable} in the environment",
            )


def _overlay(values: dict[str, Any], environment: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Put `LEADNURTURE_SECTION__KEY` variables into the values; return which key came from which variable."""
    origins: dict[tuple[str, ...], str] = {}
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX) or "__" not in variable:
            continue
        *tables, key = keys = tuple(variable.removeprefix(PREFIX).lower().split("__"))
        inner = values
        for depth, table in enumerate(tables, start=1):
            if table not in inner:
                origins[keys[:depth]] = variable  # the file has no such table: what is wrong with it is wrong here
            inner = inner.setdefault(table, {})
            if not isinstance(inner, dict):
                raise BadConfigError(
                    f"the environment variable {variable} overrides a key inside '{table}', which is no table"
                )
        inner[key] = value
        origins[keys] = variable
    return origins


def _explained(error: ValidationError, path: Path, text: str, origins: Mapping[tuple[str, ...], str]) -> BadConfigError:
    lines = [_complaint(dict(item), path, text, origins) for item in error.errors()]
    return BadConfigError(
        "\n".join(lines), hint=f"`leadnurture init` in an empty folder writes a {CONFIG_NAME} to compare with"
    )


def _complaint(item: dict[str, Any], path: Path, text: str, origins: Mapping[tuple[str, ...], str]) -> str:
    keys = tuple(str(part) for part in item["loc"])
    place = tuple(part for part in item["loc"] if isinstance(part, str))  # a number is a place in a list
    where = f"environment variable {origins[place]}" if place in origins else f"{path}:{line_of(text, place)}"
    name = ".".join(keys)
    if item["type"] == "extra_forbidden":
        near = difflib.get_close_matches(keys[-1], _keys_of(keys[:-1]), n=1)
        return f"{where}: unknown key '{name}'" + (f"; did you mean '{near[0]}'?" if near else "")
    if item["type"] == "missing":
        return f"{where}: '{name}' is missing"
    return f"{where}: '{name}': {item['msg'].removeprefix('Value error, ')}"


def _keys_of(tables: tuple[str, ...]) -> list[str]:
    model: Any = Config
    for table in tables:
        annotation = model.model_fields[table].annotation
        model = next(
            (
                part
                for part in getattr(annotation, "__args__", (annotation,))
                if isinstance(part, type) and issubclass(part, Section)
            ),
            Section,
        )
    return list(model.model_fields)


def line_of(text: str, keys: tuple[str, ...]) -> int:
    """Return the line (from 1) where a key or, failing that, its table stands in a TOML text; 1 if neither does."""
    table: tuple[str, ...] = ()
    best = 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"^\s*\[\[?\s*([\w.\-\" ]+?)\s*\]\]?", line):
            table = tuple(part.strip(' "') for part in header[1].split("."))
            best = number if table == keys[: len(table)] else best
        elif (key := re.match(r"^\s*([\w\-.\"]+)\s*=", line)) and (*table, *key[1].replace('"', "").split(".")) == keys:
            return number
    return best


def place_of(path: Path, *keys: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return where a key was given: the environment's variable, or the file and its line; raises BadConfigError."""
    variable = PREFIX + "__".join(keys).upper()
    name = ".".join(keys)
    return (
        f"environment variable {variable}"
        if variable in environment
        else f"{path}:{line_of(_read(path), keys)}: {name}"
    )


def _require_whole(config: Config, path: Path) -> None:
    if config.mail.transport == "smtp" and config.mail.smtp is None:
        raise BadConfigError(
            f'{path}: mail.transport is "smtp" but there is no [mail.smtp] table',
            hint='add: [mail.smtp]\nhost = "smtp.example.org"',
        )
    _require_one_mailbox(config.mailbox, path)
    if config.score.warm > config.score.hot:
        raise BadConfigError(f"{path}: score.warm ({config.score.warm}) is above score.hot ({config.score.hot})")


def _require_one_mailbox(mailbox: MailboxSection | None, path: Path) -> None:
    if mailbox is None:
        return
    if (mailbox.host is None) == (mailbox.maildir is None):
        raise BadConfigError(
            f"{path}: [mailbox] needs either `host` or `maildir`",
            hint='add: host = "imap.example.org", or: maildir = "~/Mail"',
        )
    if mailbox.host is not None and mailbox.username is None:
        raise BadConfigError(f"{path}: [mailbox] has a host and no username", hint='add: username = "me@example.org"')
