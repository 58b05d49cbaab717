"""Making a studio: the folder, its configuration, the playbooks, the database. Nothing that exists is overwritten."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from leadnurture.config import OwnerSection, StudioSection, load_config
from leadnurture.crm import rules, sources
from leadnurture.errors import ConfigurationError, InvalidInputError
from leadnurture.locate import CONFIG_NAME, DATABASE_NAME, STATE_FOLDER, record_default
from leadnurture.sequences.file_life.schema import write_schema
from leadnurture.store.database import create_database, open_database
from leadnurture.store.tables.scoring import ScoreLook

_PACKAGED = Path(__file__).parent / "playbooks"
_CHECKOUT = Path(__file__).parents[2] / "sequences"


class BadAnswerError(InvalidInputError):
    """An answer makes no sense; `option` is how it is given to `init`."""

    def __init__(self, option: str, why: str) -> None:
        super().__init__(f"{option}: {why}")
        self.option = option


class FoundingError(ConfigurationError):
    """The folder cannot be made or written to."""


@dataclass(frozen=True)
class Answers:
    """What a new studio's configuration needs to know."""

    name: str
    owner: str
    email: str
    timezone: str
    country: str
    currency: str
    locale: str


@dataclass(frozen=True)
class Founded:
    """What was made, and what was there already (paths from the studio's folder)."""

    root: Path
    made: tuple[str, ...]
    kept: tuple[str, ...]
    is_default: bool


def playbooks() -> Path:
    """Return the folder of the sequences that ship with the product."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def found_studio(root: Path, answers: Answers, now: datetime, *, default: bool = True) -> Founded:
    """Make a studio in `root`, or what a studio lacks there; raises FoundingError, BadAnswerError or BadConfigError.

    Playbooks come with a new studio only: one that was deleted since stays deleted.
    """
    made: list[str] = []
    kept: list[str] = []
    is_new = not (root / CONFIG_NAME).exists()
    if is_new:
        _require_sense(answers)
    try:
        root.mkdir(parents=True, exist_ok=True)
        for name, content in _contents(answers, is_new=is_new):
            (made if _write_new(root / name, content) else kept).append(name)
        write_schema(root / STATE_FOLDER)
    except OSError as error:
        raise FoundingError(
            f"{error.filename or root} cannot be written: {error.strerror}", hint="choose another folder"
        ) from None
    try:
        load_config(root / CONFIG_NAME)
    except ConfigurationError:
        if CONFIG_NAME in made:
            (root / CONFIG_NAME).unlink()  # what was typed is wrong: the next try must not find it as given
        raise
    (made if _make_database(root / DATABASE_NAME, now) else kept).append(DATABASE_NAME)
    return Founded(root, tuple(made), tuple(kept), default and record_default(root))


def _require_sense(answers: Answers) -> None:
    """Make sure that the answers make a configuration, before anything is written; raises BadAnswerError."""
    given = vars(answers)
    try:
        StudioSection.model_validate({key: given[key] for key in StudioSection.model_fields if key in given})
        OwnerSection(name=answers.owner, email=answers.email)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0])
        option = "--owner" if error.title == OwnerSection.__name__ and key == "name" else f"--{key}"
        why = _FORMS.get(key) or str(first["msg"]).removeprefix("Value error, ")
        raise BadAnswerError(option, f"'{first['input']}': {why}" if key in _FORMS else why) from None


_FORMS = {
    "country": "a country is two letters, such as GB",
    "currency": "a currency is three letters, such as GBP",
    "locale": "a locale is a language and a country, such as en_GB",
}


def _contents(answers: Answers, *, is_new: bool) -> list[tuple[str, str]]:
    files = [(CONFIG_NAME, _config(answers)), (".gitignore", _GITIGNORE)]
    if not is_new:
        return files
    shipped = playbooks()
    files += [(f"sequences/{path.name}", path.read_text(encoding="utf-8")) for path in sorted(shipped.glob("*.yaml"))]
    letters = sorted((shipped / "templates").glob("*.md"))
    return files + [(f"templates/{path.name}", path.read_text(encoding="utf-8")) for path in letters]


def _write_new(path: Path, content: str) -> bool:
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        return False
    except OSError:
        path.unlink(missing_ok=True)  # half a file would be kept by the next try
        raise
    return True


def _make_database(path: Path, now: datetime) -> bool:
    if path.exists():
        open_database(path, now).close()
        return False
    try:
        create_database(path, now)
        _fill(path, now)
    except FileExistsError:  # another `init` was quicker
        open_database(path, now).close()
        return False
    except BaseException:
        for left in (path, path.with_name(f"{path.name}-journal")):
            left.unlink(missing_ok=True)  # half a database would pass for a whole one at the next try
        raise
    return True


def _fill(path: Path, now: datetime) -> None:
    database = open_database(path, now)
    try:
        with database.write() as session:
            sources.add_shipped(session, now)
            rules.add_shipped(session, now)
            session.get_one(ScoreLook, 1).next_look_at = now  # with the first run; `None` is for older studios
    finally:
        database.close()


def _config(answers: Answers) -> str:
    given = {key: json.dumps(value, ensure_ascii=False) for key, value in vars(answers).items()}
    return _CONFIG.format(**given)


_GITIGNORE = """\
# Couples' data and messages stay on this computer; sequences, templates and the configuration belong in git.
leadnurture.db*
outbox/
backups/
.leadnurture/
*.rejected.csv
"""

_CONFIG = """\
# The studio's configuration. Every key can be overridden by the environment: LEADNURTURE_MAIL__TRANSPORT=smtp

[studio]
name = {name}
timezone = {timezone}
country = {country}          # for public holidays and phone numbers
currency = {currency}
locale = {locale}       # how dates are written: en_GB 14/06/2027, en_US 06/14/2027
# weddings_per_day = 1  # with that many, a date is taken
# public_url = "https://www.example.com"

[owner]
name = {owner}
email = {email}
# phone = "+44 20 7946 0000"

[mail]
transport = "outbox"    # messages are written into the folder outbox/ to look at; "smtp" sends them

# [mail.smtp]
# host = "smtp.example.com"
# port = 587
# security = "starttls"                            # or "tls" (port 465)
# username = "me@example.com"
# password_command = "pass show mail/studio"       # or password_file = "secret.txt", readable by you alone

# With it a letter that may have got lost is looked for in your Sent folder. sent_copies = "none" if your provider does
# not put what is sent by SMTP there by itself. Instead of a host: maildir = "~/Mail"
# [mailbox]
# host = "imap.example.com"
# username = "me@example.com"
# password_command = "pass show mail/studio"
# sent = "Sent"                                    # only if it is not found by itself

# Texts and notifications go to services by Apprise URLs; {{phone}} is where the couple's number belongs. They carry
# tokens, so keep them out of a file that goes to git: a command prints them, or a file that you alone may read.
# [sms]
# url_command = "pass show sms/studio"             # prints such as twilio://SID:TOKEN@FROM/{{phone}}
# [notify]
# urls_file = "notify.txt"                         # one a line, such as ntfy://my-topic

[limits]
lead_gap = "4h"         # the least time between two messages to one couple
# per_day = 100         # how many messages may go out in 24 hours
# sms_hours = "08:00-21:00"    # texts go out between these hours where the couple lives; "any" for all day

[score]
hot = 70
warm = 40

[worker]
interval = "5m"         # how often `leadnurture run` looks for work
concurrency = 4         # connections to the mail server at the same time
retention_days = 30     # how long the log, and the words of letters that went out, are kept

# [privacy]
# forget_lost_after = "24m"    # lost couples are forgotten after so many months, once `leadnurture lead forget --lost`
#                              # has shown you whom that is
"""
