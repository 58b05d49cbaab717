"""A studio with a big book of leads: a spreadsheet to import, twenty scoring rules, and a call with each couple."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import insert

from leadnurture.clock import VirtualClock
from leadnurture.crm import rule_book
from leadnurture.crm.rule_drafts import RuleDraft
from leadnurture.founding import Answers, found_studio
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import InteractionType
from leadnurture.studio import Studio

ANSWERS = Answers("Hart & Holly", "Holly Hart", "holly@hart.example", "Europe/London", "GB", "GBP", "en_GB")
NOW = datetime.now(UTC)
HEADINGS = (
    "Inquiry date",
    "Partner 1",
    "Partner 2",
    "Email",
    "Phone",
    "Wedding date",
    "Venue",
    "Location",
    "Guests",
    "Budget",
    "Source",
    "Status",
    "Tags",
    "Notes",
)
FAMILIAR = 777  # the one couple whose address is looked for
FIRST_NAMES = (
    "Emma Zoë Priya Holly Grace Aisha Megan Kate Ines Ruth Jack Tom Siôn Sam Ben Omar Luca Hugh Ravi Noah".split()
)
SURNAMES = (
    "Ash Black Cran Dun Fair Green Hart Kings Long Mar".split(),
    "bridge field ford ham ley ton well wood".split(),
)
MORE_RULES = (  # beside the eleven that ship; half of the twenty count days or interactions
    ("guests", "greater_than", "80"),
    ("email_domain", "in_list", "gmail.com,icloud.com"),
    ("wedding_location", "contains", "bath"),
    ("tags", "contains", "vip"),
    ("days_since_inquiry", "greater_than", "30"),
    ("days_since_contact", "less_than", "14"),
    ("interactions.phone_call", "greater_than", "0"),
    ("interactions.website_visit.last_30_days", "greater_than", "2"),
    ("budget_range", "equals", "5000_10000"),
)


def found(root: Path) -> Path:
    """Make the studio, without a couple."""
    found_studio(root, ANSWERS, NOW, default=False)
    return root


def spreadsheet(file: Path, leads: int) -> Path:
    """Write the inquiries of so many couples, as a photographer's own spreadsheet has them."""
    chance = Random(351)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        writer.writerows(_inquiry(number, chance) for number in range(leads))
    return file


def _inquiry(number: int, chance: Random) -> list[object]:
    asked = NOW - timedelta(days=chance.randint(0, 3650))
    host = "example.com" if number == FAMILIAR else chance.choice(["gmail.com", "icloud.com", "example.org"])
    return [
        asked.date().isoformat(),
        f"{chance.choice(FIRST_NAMES)} {_surname(chance)}",
        f"{chance.choice(FIRST_NAMES)} {_surname(chance)}",
        f"couple{number}@{host}",
        f"+44 7{700_000_000 + number}",
        chance.choice(["", _saturday(asked, chance), _saturday(asked, chance), _saturday(asked, chance)]),
        chance.choice(["", "", "Kew Gardens", "The Orangery", "Babington House", "Priory Barn"]),
        chance.choice(["", "Bath", "Wells"]),
        chance.choice(["", "40", "120"]),
        chance.choice(["", "£800", "£2,400", "£6,000"]),
        chance.choice(["website", "referral", "instagram", "wedding fair"]),
        chance.choice(["new", "contacted", "qualified", "lost", "lost", "lost", "won"]),
        chance.choice(["", "vip", "winter, second shooter"]),
        f"They met at school number {number}.",
    ]


def _surname(chance: Random) -> str:
    return "".join(chance.choice(part) for part in SURNAMES)


def _saturday(asked: datetime, chance: Random) -> str:
    day = asked.date() + timedelta(days=chance.randint(60, 700))
    return (day + timedelta(days=(5 - day.weekday()) % 7)).isoformat()


def add_rules_and_calls(root: Path, leads: int) -> None:
    """Add scoring rules up to twenty, whose work is left to be done, and as many calls as there are leads."""
    with Studio.open(root, VirtualClock(NOW)) as studio, studio.database.write() as session:
        reading, chance = studio.reading(), Random(351)
        for number, (field, operator, value) in enumerate(MORE_RULES):
            given = {"name": f"Rule {number}", "type": "engagement", "field": field, "operator": operator}
            draft = RuleDraft.model_validate({**given, "value": value, "score": 5}, context={"reading": reading})
            rule_book.add(session, draft, NOW)
        calls = [_call(chance.randint(1, leads)) for _ in range(leads)]
        session.connection().execute(insert(Interaction.__table__), calls)  # type: ignore[attr-defined]


def _call(lead_id: int) -> dict[str, object]:
    return {
        "lead_id": lead_id,
        "interaction_type": InteractionType.PHONE_CALL,
        "interaction_metadata": {},
        "follow_up_required": False,
        "created_at": NOW - timedelta(days=3),
    }
